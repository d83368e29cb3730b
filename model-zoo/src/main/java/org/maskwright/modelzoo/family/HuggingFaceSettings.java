package org.maskwright.modelzoo.family;

import java.util.List;

/**
 * What the JSON files of a Hugging Face model folder say beyond the weights.
 *
 * @param classNames in the order of the logits
 * @param shortEdge input size in pixels; a fixed size gives its shorter side
 * @param maxSize largest long edge in pixels
 * @param mean of R, G and B in 0..255
 * @param std of R, G and B in 0..255
 */
public record HuggingFaceSettings(
    List<String> classNames, int shortEdge, int maxSize, List<Double> mean, List<Double> std) {
  /** Copies the lists. */
  public HuggingFaceSettings {
    classNames = List.copyOf(classNames);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }
}
