package org.maskwright.modelzoo.family;

import static org.maskwright.modelzoo.family.HuggingFaceModel.number;

import com.typesafe.config.Config;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.maskwright.modelzoo.weights.TrainedLoss;

/** The keys of {@code config.json} that say with which loss of points a model was trained. */
final class PointsLossKeys {
  private static final TrainedLoss.Points POINTS = new TrainedLoss.Points(12544, 3, 0.75);
  private static final TrainedLoss DEFAULT =
      new TrainedLoss(2, 5, 5, 0.1, Optional.of(POINTS), Optional.empty());

  /** All of them, separated by spaces. */
  static final String ALL = String.join(" ", of(DEFAULT).keySet());

  private PointsLossKeys() {}

  /** Of a loss; empty if it is no loss of points. */
  static Map<String, Object> of(TrainedLoss loss) {
    Map<String, Object> json = new LinkedHashMap<>();
    loss.points()
        .ifPresent(
            points -> {
              json.put("no_object_weight", loss.noObjectWeight());
              json.put("class_weight", loss.classWeight());
              json.put("mask_weight", loss.maskWeight());
              json.put("dice_weight", loss.diceWeight());
              json.put("train_num_points", points.count());
              json.put("oversample_ratio", points.oversample());
              json.put("importance_sample_ratio", points.importance());
            });
    return json;
  }

  /** The loss that a file names; empty if it names none. */
  static Optional<TrainedLoss> read(Config config) {
    if (of(DEFAULT).keySet().stream().noneMatch(config::hasPath)) {
      return Optional.empty();
    }
    return Optional.of(
        new TrainedLoss(
            number(config, "class_weight", DEFAULT.classWeight()),
            number(config, "mask_weight", DEFAULT.maskWeight()),
            number(config, "dice_weight", DEFAULT.diceWeight()),
            number(config, "no_object_weight", DEFAULT.noObjectWeight()),
            Optional.of(
                new TrainedLoss.Points(
                    (int) number(config, "train_num_points", POINTS.count()),
                    number(config, "oversample_ratio", POINTS.oversample()),
                    number(config, "importance_sample_ratio", POINTS.importance()))),
            Optional.empty()));
  }
}
