package org.maskwright.trainer.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.checkpoint.BackboneFile;
import org.maskwright.trainer.checkpoint.BackboneFolder;
import org.maskwright.trainer.checkpoint.ModelFolder;

/** The backbone that a run has trained, as a folder from which other runs start. */
public final class PretrainedBackbone {
  private PretrainedBackbone() {}

  /**
   * Writes {@code backbone} into the folder of a run: the weights of its best checkpoint.
   *
   * @return the folder
   * @throws CheckpointException if the run has no checkpoint
   */
  public static Path write(Path run) {
    Path best = run.resolve("checkpoints/best");
    BackboneFile file =
        BackboneFolder.of(best)
            .orElseThrow(
                () -> new CheckpointException(run, "expected checkpoints/best, found none"));
    Path folder = run.resolve("backbone");
    OutputFile.createFolder(folder);
    BackboneFolder.write(folder, ModelFolder.imported(best), file);
    Optional<Path> provenance = Bases.provenance(best);
    try {
      if (provenance.isPresent()) { // so that it is known where the folder is taken elsewhere
        OutputFile.write(
            folder.resolve(provenance.get().getFileName()),
            Files.readString(provenance.get(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(provenance.get() + " cannot be read", e);
    }
    return folder;
  }
}
