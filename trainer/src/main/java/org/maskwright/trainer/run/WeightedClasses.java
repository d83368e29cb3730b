package org.maskwright.trainer.run;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.loss.ClassWeightSettings;
import org.maskwright.trainer.loss.ClassWeights;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.source.ClassFrequencies;
import org.maskwright.trainer.source.TrainingData;

/** The loss of a run with its weights of classes as numbers, told before training. */
final class WeightedClasses {
  private static final int MOST_NAMED = 40; // classes in a line

  private WeightedClasses() {}

  /**
   * The loss for the data to train on.
   *
   * @param console told the frequencies, where the weights follow them, and the weights
   * @throws ConfigException if a class is named that is not there
   */
  static CriterionSettings of(RunSettings settings, TrainingData data, Console console) {
    CriterionSettings criterion = settings.criterion();
    List<String> names = data.categories().names();
    ClassWeights weights;
    try {
      weights =
          ClassWeightSettings.asked(
              criterion.classWeights(), names, () -> frequencies(settings, data, console));
    } catch (IllegalArgumentException e) {
      throw new ConfigException("criterion: class-weights: " + e.getMessage(), e);
    }
    if (!weights.isEqual()) {
      console.line("class weights: %s", byClass(names, weights.values(), "%.3f"));
    }
    return criterion.withClassWeights(weights);
  }

  private static List<Double> frequencies(
      RunSettings settings, TrainingData data, Console console) {
    boolean pixels = settings.criterion().classifiesPixels();
    List<Double> found =
        pixels
            ? ClassFrequencies.pixels(data, settings.task())
            : ClassFrequencies.targets(data, settings.task());
    console.line(
        "%s by class: %s",
        pixels ? "pixels" : "targets", byClass(data.categories().names(), found, "%.0f"));
    return found;
  }

  private static String byClass(List<String> names, List<Double> values, String format) {
    String some =
        IntStream.range(0, Math.min(MOST_NAMED, names.size()))
            .mapToObj(i -> names.get(i) + " " + String.format(Locale.ROOT, format, values.get(i)))
            .collect(Collectors.joining(", "));
    return names.size() > MOST_NAMED
        ? some + " and %d more".formatted(names.size() - MOST_NAMED)
        : some;
  }
}
