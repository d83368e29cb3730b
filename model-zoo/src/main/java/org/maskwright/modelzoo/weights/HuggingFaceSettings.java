package org.maskwright.modelzoo.weights;

import java.util.List;
import org.maskwright.modelzoo.BackboneConfig;

/**
 * What the JSON files of a Hugging Face model folder say beyond the weights.
 *
 * @param classNames in the order of the logits
 * @param heads attention heads of the mask decoder and of a deformable pixel decoder
 * @param shortEdge input size in pixels; a fixed size gives its shorter side
 * @param maxSize largest long edge in pixels
 * @param mean of R, G and B in 0..255
 * @param std of R, G and B in 0..255
 * @param geometry of a ResNet backbone; torchvision's for any other
 */
public record HuggingFaceSettings(
    List<String> classNames,
    int heads,
    int shortEdge,
    int maxSize,
    List<Double> mean,
    List<Double> std,
    BackboneConfig.Geometry geometry) {
  /** Copies the lists. */
  public HuggingFaceSettings {
    classNames = List.copyOf(classNames);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }
}
