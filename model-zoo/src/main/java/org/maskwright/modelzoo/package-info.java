/**
 * Segmentation models: what a model is ({@link org.maskwright.modelzoo.SegmentationModel}), what it
 * says ({@link org.maskwright.modelzoo.prediction.Outputs}), the records that describe it ({@link
 * org.maskwright.modelzoo.ModelConfig}), the published variants as data ({@link
 * org.maskwright.modelzoo.Variants}) and the one place where parts are put together ({@link
 * org.maskwright.modelzoo.SegmentationModels}).
 */
package org.maskwright.modelzoo;
