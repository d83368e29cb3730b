package org.maskwright.trainer.track;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.MlflowSettings;

/**
 * What a tracker is told of a run before its numbers.
 *
 * @param folder of the run
 * @param settings each by its full key
 * @param tags what made the run, by name
 * @param mlflow whether and where a server is
 * @param console told what cannot be done, a line each; from any thread
 */
public record TrackedRun(
    RunFolder folder,
    Map<String, String> settings,
    Map<String, String> tags,
    MlflowSettings mlflow,
    Consumer<String> console) {
  /** Keeps copies in order. */
  public TrackedRun {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
  }

  /** What the run is called. */
  String name() {
    Path name = folder.folder().getFileName();
    return name == null ? "run" : name.toString();
  }
}
