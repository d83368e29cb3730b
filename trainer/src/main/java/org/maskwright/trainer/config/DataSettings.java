package org.maskwright.trainer.config;

import java.nio.file.Path;
import java.util.Optional;
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
    @Doc("If present, a synthetic data set with these settings is made in root first.")
        Optional<ScenesConfig> scenes,
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

  private static final int MAX_WORKERS = 1024;

  /** Checks the ranges. */
  public DataSettings {
    if (workers < 1 || workers > MAX_WORKERS) {
      throw new IllegalArgumentException(
          "workers: expected 1 to " + MAX_WORKERS + ", got " + workers);
    }
  }
}
