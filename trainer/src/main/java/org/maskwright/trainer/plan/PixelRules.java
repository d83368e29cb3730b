package org.maskwright.trainer.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.catalog.ChannelStatistics;
import org.maskwright.datasets.catalog.ChannelSurvey;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.trainer.config.DataSettings;

/**
 * How pictures of other channels than colours, or of more than 8 bits, go into the model: with all
 * channels, normalised by their own statistics. Colours and grey of 8 bits need no setting.
 */
final class PixelRules {
  private final Channels channels;
  private final List<Plan.Line> lines;

  private PixelRules(Channels channels, List<Plan.Line> lines) {
    this.channels = channels;
    this.lines = lines;
  }

  /**
   * Looks at the pictures.
   *
   * @throws org.maskwright.datasets.DatasetException naming those of another number of channels
   *     than most
   */
  static PixelRules of(DataSettings data, DatasetSettings train) {
    boolean asked = data.channels() != Channels.RGB.count();
    Channels channels = new Channels(data.channels());
    String what = "pictures of " + data.channels() + " channels";
    if (!asked) {
      Dataset stored = DatasetOpener.open(train.withChannels(Channels.AS_STORED));
      ChannelSurvey survey = ChannelSurvey.of(stored);
      Optional<Channels> unusual = survey.unusual();
      if (unusual.isEmpty()) {
        return new PixelRules(Channels.RGB, List.of());
      }
      channels = unusual.get();
      what = "pictures of " + survey.text();
    }
    List<Plan.Line> lines = new ArrayList<>();
    String why = what + ", normalised by their own means and deviations";
    lines.add(new Plan.Line("data.channels", String.valueOf(channels.count()), why));
    if (data.normalization().given().isEmpty()) {
      ChannelStatistics.of(DatasetOpener.open(train.withChannels(channels)))
          .map(ChannelStatistics::normalization)
          .ifPresent(
              numbers -> {
                String mean = numbers.mean().toString();
                lines.add(new Plan.Line("data.normalization.mean", mean, why));
                lines.add(new Plan.Line("data.normalization.std", numbers.std().toString(), why));
              });
    }
    return new PixelRules(channels, List.copyOf(lines));
  }

  /** The channels that the model takes. */
  Channels channels() {
    return channels;
  }

  /** A plan with what the pictures ask for. */
  Plan with(Plan plan) {
    Plan out = plan;
    for (Plan.Line line : lines) {
      out = out.with(line.key(), line.value(), line.reason());
    }
    return out;
  }
}
