package org.maskwright.trainer.result;

/** Whose rules take an image to the model's input and the model's outputs to results. */
public enum Rules {
  /** The official implementation's. */
  OFFICIAL,
  /**
   * Those of Hugging Face Transformers: images are resized to multiples of the model's divisibility
   * instead of padded, and results come from {@link
   * org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor}. For comparing with programs
   * built on it.
   */
  HF
}
