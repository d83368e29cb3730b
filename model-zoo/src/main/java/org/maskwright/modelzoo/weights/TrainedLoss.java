package org.maskwright.modelzoo.weights;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The settings of the loss that weights were trained with. They travel in the metadata of the
 * weights' file and, for a model of Hugging Face, in its {@code config.json}, so that a further
 * training elsewhere minimises the same.
 *
 * @param classWeight of the class term
 * @param maskWeight of the mask term
 * @param diceWeight of the dice term
 * @param noObjectWeight of the no-object class in the class term
 * @param points Mask2Former's loss at sampled points
 * @param focal MaskFormer's loss on whole masks; one of the two is there
 */
public record TrainedLoss(
    double classWeight,
    double maskWeight,
    double diceWeight,
    double noObjectWeight,
    Optional<Points> points,
    Optional<Focal> focal) {
  private static final String PREFIX = "maskwright.loss.";

  /**
   * Where masks are compared.
   *
   * @param count points sampled in each mask
   * @param oversample how many times as many candidates are drawn
   * @param importance share of the points chosen where the prediction is uncertain
   */
  public record Points(int count, double oversample, double importance) {}

  /**
   * Constants of the focal loss.
   *
   * @param alpha balance of foreground
   * @param gamma exponent
   */
  public record Focal(double alpha, double gamma) {}

  /** For {@link StateDict#withMetadata}. */
  public Map<String, String> toMetadata() {
    Map<String, String> metadata = new TreeMap<>();
    put(metadata, "class-weight", classWeight);
    put(metadata, "mask-weight", maskWeight);
    put(metadata, "dice-weight", diceWeight);
    put(metadata, "no-object-weight", noObjectWeight);
    points.ifPresent(
        p -> {
          metadata.put(PREFIX + "points", Integer.toString(p.count()));
          put(metadata, "oversample", p.oversample());
          put(metadata, "importance", p.importance());
        });
    focal.ifPresent(
        f -> {
          put(metadata, "focal-alpha", f.alpha());
          put(metadata, "focal-gamma", f.gamma());
        });
    return metadata;
  }

  private static void put(Map<String, String> metadata, String name, double value) {
    metadata.put(PREFIX + name, Double.toString(value));
  }

  /**
   * The loss in a file's metadata; empty if there is none.
   *
   * @throws CheckpointException if it is there in part, or not in numbers
   */
  public static Optional<TrainedLoss> from(Map<String, String> metadata) {
    if (!metadata.containsKey(PREFIX + "class-weight")) {
      return Optional.empty();
    }
    boolean points = metadata.containsKey(PREFIX + "points");
    return Optional.of(
        new TrainedLoss(
            number(metadata, "class-weight"),
            number(metadata, "mask-weight"),
            number(metadata, "dice-weight"),
            number(metadata, "no-object-weight"),
            points
                ? Optional.of(
                    new Points(
                        (int) number(metadata, "points"),
                        number(metadata, "oversample"),
                        number(metadata, "importance")))
                : Optional.empty(),
            points
                ? Optional.empty()
                : Optional.of(
                    new Focal(number(metadata, "focal-alpha"), number(metadata, "focal-gamma")))));
  }

  private static double number(Map<String, String> metadata, String name) {
    String text = metadata.get(PREFIX + name);
    try {
      return Double.parseDouble(text == null ? "" : text);
    } catch (NumberFormatException e) {
      throw new CheckpointException(
          "metadata '%s%s': expected a number, got %s".formatted(PREFIX, name, text), e);
    }
  }
}
