package org.maskwright.modelzoo.backbone;

/** How a backbone says what a picture is as a whole. */
public enum Summary {
  /** The mean over all places of the last map; of a transformer over its patches. */
  MEAN,
  /** The class token behind the last block, of a transformer that has one. */
  CLASS_TOKEN
}
