package org.maskwright.onnx;

import org.maskwright.modelzoo.onnx.OnnxDescription;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.InstancePostProcessor;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.modelzoo.postprocess.PanopticMap;
import org.maskwright.modelzoo.postprocess.PanopticPostProcessor;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.modelzoo.postprocess.SemanticMap;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor;

/**
 * What is in one picture, made into results of the picture's size as they are asked for, by the
 * official rules.
 *
 * @param outputs what the network said
 * @param frame the sizes that the picture had on its way in
 * @param description of the network
 */
public record Segmentation(QueryOutputs outputs, ImageFrame frame, OnnxDescription description) {
  /** The class of each pixel. */
  public SemanticMap semantic() {
    return SemanticPostProcessor.process(
        outputs, frame, SemanticPostProcessor.Order.SCORE_THEN_RESIZE);
  }

  /**
   * The best instances.
   *
   * @param most pairs of query and class that are looked at; 100 in all recipes
   * @throws IllegalArgumentException if the model classifies pixels
   */
  public InstanceSet instances(int most) {
    return InstancePostProcessor.process(outputs, frame, most, index -> true);
  }

  /**
   * Segments that share no pixel.
   *
   * @param objectThreshold a query counts if its class probability is above this; 0.8 in recipes
   * @param overlapThreshold a segment counts if it keeps at least this share of its mask; 0.8
   * @throws IllegalArgumentException if the model classifies pixels
   */
  public PanopticMap panoptic(double objectThreshold, double overlapThreshold) {
    return PanopticPostProcessor.process(
        outputs,
        frame,
        index -> description.classes().get(index).thing(),
        new PanopticPostProcessor.Options(
            objectThreshold, overlapThreshold, description.rules().region()));
  }
}
