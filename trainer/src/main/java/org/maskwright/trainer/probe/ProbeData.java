package org.maskwright.trainer.probe;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.plan.PictureFolder;

/**
 * Pictures that a probe is fitted to, and others that it is asked about.
 *
 * @param trained to fit to
 * @param tested to ask about
 */
public record ProbeData(Dataset trained, Dataset tested) {
  /**
   * Opens what a path means: a configuration file's {@code data.train} and {@code data.val}, or a
   * folder of pictures.
   *
   * @param classes whether each picture must have a class
   * @throws org.maskwright.datasets.DatasetException if there are none
   */
  public static ProbeData of(Path path, boolean classes) {
    if (Files.isRegularFile(path) && path.toString().endsWith(".conf")) {
      RunSettings run = ConfigFile.load(path, List.of()).bind(RunSettings.class);
      run.data().scenes().ifPresent(scenes -> Scenes.write(run.data().root(), scenes));
      return new ProbeData(
          DatasetOpener.open(run.data().train(), run.task()),
          DatasetOpener.open(run.data().val(), run.task()));
    }
    PictureFolder folder = classes ? PictureFolder.withClasses(path) : PictureFolder.bare(path);
    return new ProbeData(
        DatasetOpener.open(folder.train(), Optional.empty()),
        DatasetOpener.open(folder.val(), Optional.empty()));
  }

  /** Whether a path holds pictures with a class each. */
  public static boolean hasClasses(Path path) {
    if (Files.isRegularFile(path) && path.toString().endsWith(".conf")) {
      DatasetSettings train =
          ConfigFile.load(path, List.of()).bind(RunSettings.class).data().train();
      return train.type().equals("picture-classes");
    }
    return PictureFolder.findClasses(path).isPresent();
  }
}
