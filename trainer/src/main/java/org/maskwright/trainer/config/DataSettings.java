package org.maskwright.trainer.config;

import java.nio.file.Path;
import java.util.Optional;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.loader.LoaderSettings.BrokenFiles;
import org.maskwright.datasets.scenes.ScenesConfig;

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
    @Doc("What to do with a broken file: stop, or skip and count it.") BrokenFiles brokenFiles) {
  /** Checks the ranges. */
  public DataSettings {
    if (workers < 1) {
      throw new IllegalArgumentException("workers: expected at least 1, got " + workers);
    }
  }
}
