package org.maskwright.datasets.metrics;

/**
 * The three conventions of semantic IoU. They count the same pixels and differ in what the mean is
 * over.
 */
public enum SemanticProtocol {
  /**
   * detectron2, Mask2Former: the mean over the classes with ground truth. A class that is only
   * predicted is left out.
   */
  DETECTRON2,
  /**
   * MIT's scene parsing kit: the mean over all classes, 0 for those that never occur. Label files
   * hold 0 for "other" and 1 to K for the classes, in ground truth and predictions.
   */
  ADE20K,
  /**
   * cityscapesScripts: the mean over the classes that are in the ground truth or are predicted.
   * Outputs of ignored labels are misses. With 34 classes labels are Cityscapes' own ids, of which
   * 19 are evaluated.
   */
  CITYSCAPES
}
