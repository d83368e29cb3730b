package org.maskwright.trainer.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.catalog.ClassFold;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.loader.LoaderSettings.BrokenFiles;
import org.maskwright.datasets.scenes.ScenesConfig;
import org.maskwright.settings.Doc;

/** Which images. */
@Doc("Which images to train and to evaluate on.")
public record DataSettings(
    @Doc("Folder of the data set; train.root and val.root are this unless set themselves.")
        Path root,
    @Doc("Images to train on.") DatasetSettings train,
    @Doc("Images to evaluate on; starts as a copy of train.") DatasetSettings val,
    @Doc(
            "The data sets to train on, each a section as data.source; their classes are taken together by name. Empty: one, as data.source says.")
        @ElementsLike("source")
        List<SourceSettings> sources,
    @Doc(
            "Where there are several sources: by-source draws one for each step and takes all its images from it; mixed draws one for each"
                + " image, and batches have train.batch-size images.")
        Sampling sampling,
    @Doc(
            "The data sets to evaluate on, each a section as data.evaluation, each with its own metrics; docs/evaluation.md. Empty: one, data.val.")
        @ElementsLike("evaluation")
        List<EvaluationSettings> evaluations,
    @Doc(
            "If present, a fold of a few-shot benchmark: some classes are not trained on, and evaluated on; docs/in-context.md.")
        Optional<ClassFold> fold,
    @Doc(
            "If present, a hierarchy of the classes, and the levels that are learnt and evaluated; docs/pretraining.md.")
        Optional<HierarchySettings> hierarchy,
    @Doc("If present, a synthetic data set with these settings is made in root first.")
        Optional<ScenesConfig> scenes,
    @Doc(
            "Channels of the pictures that the model takes, 1 to 16; docs/channels.md. 3 are colours; a grey picture is three equal channels.")
        int channels,
    @Doc("What pixels are normalised with.") NormalizationSettings normalization,
    @Doc("Threads that decode and augment.") int workers,
    @Doc("What to do with a broken file: stop, or skip and count it.") BrokenFiles brokenFiles,
    @Doc(
            "Semantic training on images that show one class only, from which nothing can be told apart: refuse or allow.")
        SingleClass singleClass) {
  /** What to do where one class alone is left to learn. */
  public enum SingleClass {
    REFUSE,
    ALLOW
  }

  /** How several sources share the steps. */
  public enum Sampling {
    BY_SOURCE,
    MIXED
  }

  private static final int MAX_WORKERS = 1024;

  private static void requireChannels(int channels, DatasetSettings dataset) {
    Ranges.require(
        dataset.channels() == channels,
        "channels",
        "of each data set as many as data.channels, " + channels,
        dataset.channels());
  }

  /** Checks the ranges. */
  public DataSettings {
    sources = List.copyOf(sources);
    evaluations = List.copyOf(evaluations);
    List<String> names = evaluations.stream().map(EvaluationSettings::name).toList();
    Ranges.require(
        names.stream().distinct().count() == names.size(),
        "evaluations",
        "a name of its own for each",
        names);
    Ranges.require(
        channels >= 1 && channels <= Channels.MOST, "channels", "1 to " + Channels.MOST, channels);
    Ranges.require(
        normalization.mean().isEmpty() || normalization.mean().size() == channels,
        "normalization",
        "a mean and a deviation for each of data.channels = " + channels,
        normalization.mean());
    for (SourceSettings source : sources) {
      requireChannels(channels, source.dataset());
    }
    for (EvaluationSettings evaluation : evaluations) {
      requireChannels(channels, evaluation.dataset());
    }
    for (SourceSettings source : sources) {
      Ranges.require(
          sampling == Sampling.BY_SOURCE
              || source.clips().frames() == sources.get(0).clips().frames(),
          "sampling",
          "by-source, as one batch has clips of one number of frames, %d in the first source"
              .formatted(sources.get(0).clips().frames()),
          "mixed, and a source with clips of " + source.clips().frames());
    }
    requireChannels(channels, train);
    requireChannels(channels, val);
    if (workers < 1 || workers > MAX_WORKERS) {
      throw new IllegalArgumentException(
          "workers: expected 1 to " + MAX_WORKERS + ", got " + workers);
    }
  }
}
