package org.maskwright.datasets.nd4j;

/** How targets are laid out as arrays; h, w is the size of the image. */
public enum LabelForm {
  /**
   * labels 0: masks [B,N,H,W] float32 {0,1}; labels 1: classes [B,N] int32; the mask array of
   * labels 1: [B,N] float32, 0 where an image of the batch has fewer than N targets.
   */
  MASKS_AND_CLASSES,
  /**
   * labels 0: one-hot classes [B,K,H,W] float32; its mask array: [B,1,H,W] float32, 0 where no
   * class is known. What a per-pixel classifier of DL4J (CnnLossLayer) trains on.
   */
  CLASS_MAP
}
