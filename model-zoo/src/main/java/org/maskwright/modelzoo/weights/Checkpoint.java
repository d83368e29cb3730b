package org.maskwright.modelzoo.weights;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a checkpoint file holds, before any renaming.
 *
 * @param file where it was read
 * @param files all files read: the file itself, or an index and its shards
 * @param format its container, recognised by content
 * @param state the model's tensors under the file's own names
 * @param author detectron2's {@code __author__}, e.g. "torchvision"
 * @param suffixMatching true if the file asks for detectron2's matching of key suffixes
 * @param family whose names they are, where the container says; else the names tell
 * @param unseen what the weights do not show of a backbone, where the container says
 * @param ignored entries beside the weights that were not read as tensors (optimiser, counters ...)
 */
public record Checkpoint(
    Path file,
    List<Path> files,
    Format format,
    StateDict state,
    Optional<String> author,
    boolean suffixMatching,
    Optional<CheckpointFamily> family,
    Optional<Record> unseen,
    List<String> ignored) {

  public Checkpoint {
    files = List.copyOf(files);
    ignored = List.copyOf(ignored);
  }

  /** Containers. */
  public enum Format {
    SAFETENSORS,
    SAFETENSORS_SHARDED,
    TORCH_ZIP,
    TORCH_LEGACY,
    TORCH_SHARDED,
    PICKLE,
    DL4J_ZIP;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }
}
