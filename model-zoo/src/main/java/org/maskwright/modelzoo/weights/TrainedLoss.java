package org.maskwright.modelzoo.weights;

import com.typesafe.config.Config;
import java.util.LinkedHashMap;
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

  /** Mask2FormerConfig's own, where a file has none. */
  private static final TrainedLoss MASK2FORMER =
      new TrainedLoss(2, 5, 5, 0.1, Optional.of(new Points(12544, 3, 0.75)), Optional.empty());

  /** MaskFormerConfig's own; the focal constants are fixed in its code. */
  private static final TrainedLoss MASKFORMER =
      new TrainedLoss(1, 20, 1, 0.1, Optional.empty(), Optional.of(new Focal(0.25, 2)));

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

  /**
   * The keys of {@code config.json} that say the same; empty if that model's class in Transformers
   * is trained with another loss.
   */
  public Map<String, Object> toHuggingFace(boolean mask2Former) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (mask2Former ? points.isEmpty() : !focal.equals(MASKFORMER.focal)) {
      return json;
    }
    json.put("no_object_weight", noObjectWeight);
    json.put(mask2Former ? "class_weight" : "cross_entropy_weight", classWeight);
    json.put("mask_weight", maskWeight);
    json.put("dice_weight", diceWeight);
    points.ifPresent(
        p -> {
          json.put("train_num_points", p.count());
          json.put("oversample_ratio", p.oversample());
          json.put("importance_sample_ratio", p.importance());
        });
    return json;
  }

  /** What a {@code config.json} says; empty if it says nothing. */
  static Optional<TrainedLoss> ofHuggingFace(Config config, boolean mask2Former) {
    TrainedLoss own = mask2Former ? MASK2FORMER : MASKFORMER;
    if (own.toHuggingFace(mask2Former).keySet().stream().noneMatch(config::hasPath)) {
      return Optional.empty();
    }
    return Optional.of(
        new TrainedLoss(
            get(config, mask2Former ? "class_weight" : "cross_entropy_weight", own.classWeight),
            get(config, "mask_weight", own.maskWeight),
            get(config, "dice_weight", own.diceWeight),
            get(config, "no_object_weight", own.noObjectWeight),
            own.points.map(
                p ->
                    new Points(
                        (int) get(config, "train_num_points", p.count()),
                        get(config, "oversample_ratio", p.oversample()),
                        get(config, "importance_sample_ratio", p.importance()))),
            own.focal));
  }

  private static double get(Config config, String key, double otherwise) {
    return config.hasPath(key) ? config.getDouble(key) : otherwise;
  }
}
