package org.maskwright.trainer.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.catalog.ChannelStatistics;
import org.maskwright.datasets.catalog.ChannelSurvey;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.source.TrainingData;

/** What must be said of the pixels before a run begins. */
final class PixelSettings {
  private static final int LOOKED_AT = 20;

  /** The highest value of 12 bits in 16, with some room, in units of 0..255. */
  private static final double DARK = 32;

  private PixelSettings() {}

  /**
   * Refuses a run that cannot know what to normalise its pictures with.
   *
   * @throws ConfigException if they are no colours, and neither numbers nor a model are given
   */
  static void require(RunSettings settings) {
    int channels = settings.data().channels();
    if (channels != Channels.RGB.count()
        && settings.data().normalization().given().isEmpty()
        && settings.init().model().isEmpty()) {
      throw unknown(channels);
    }
  }

  /** No statistics of so many channels are known. */
  static ConfigException unknown(int channels) {
    return new ConfigException(
        "data.normalization: expected a mean and a deviation for each of data.channels = %d, as no weights tell them; './maskwright data stats' prints the lines"
            .formatted(channels));
  }

  /** What of pictures of more than 8 bits is rarely meant, a line each. */
  static List<String> cautions(RunSettings settings, TrainingData data) {
    List<String> out = new ArrayList<>();
    for (TrainingData.Source source : data.sources()) {
      Dataset dataset = source.dataset();
      if (!dataset.channels().mayBeColours() || !ChannelSurvey.of(dataset).isDeep()) {
        continue;
      }
      if (source.settings().augment().changesColours()) {
        out.add(
            "warning: color-jitter leaves pictures of more than 8 bits as they are: "
                + dataset.name());
      }
      boolean given = settings.data().normalization().given().isPresent();
      ChannelStatistics.of(DatasetView.first(dataset, LOOKED_AT))
          .filter(found -> !given && found.highest() < DARK)
          .ifPresent(
              found ->
                  out.add(
                      "warning: %s: values of more than 8 bits reach %.3g of 255, as those of 12 bits in 16 do, and nothing is said to normalise them with; './maskwright data stats' prints data.normalization"
                          .formatted(dataset.name(), found.highest())));
    }
    return out;
  }

  /** What is said of pictures that are no 8-bit colours. */
  static Optional<String> line(RunSettings settings) {
    int channels = settings.data().channels();
    return settings
        .data()
        .normalization()
        .given()
        .map(
            numbers ->
                "pixels: %d %s, normalised with %s"
                    .formatted(channels, channels == 1 ? "channel" : "channels", numbers));
  }
}
