package org.maskwright.trainer.config;

import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Normalization;
import org.maskwright.settings.Doc;

/** What pixels are normalised with: (value - mean) / std. */
@Doc("What pixels are normalised with: (value - mean) / std, in units of 0 to 255.")
public record NormalizationSettings(
    @Doc(
            "Mean of each channel, as data stats prints it. Empty: as the weights were trained that init names, and without any as ImageNet.")
        List<Double> mean,
    @Doc("Standard deviation of each channel, above 0.") List<Double> std) {
  /** Checks the ranges. */
  public NormalizationSettings {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    Ranges.require(
        mean.size() == std.size(), "std", "as many numbers as mean has, " + mean.size(), std);
    Ranges.require(
        std.stream().allMatch(s -> s > 0 && Double.isFinite(s)), "std", "numbers above 0", std);
    Ranges.require(mean.stream().allMatch(Double::isFinite), "mean", "finite numbers", mean);
  }

  /** The numbers, if they are given. */
  public Optional<Normalization> given() {
    return mean.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Normalization(
                mean.stream().map(Double::floatValue).toList(),
                std.stream().map(Double::floatValue).toList()));
  }
}
