package org.maskwright.modelzoo.weights;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Reads zip files of a program whose library is not among this module's dependencies. Found by
 * {@link java.util.ServiceLoader}.
 */
public interface ForeignReader {
  /** Whether a zip archive with these entries is this program's. */
  boolean recognises(Set<String> zipEntries);

  /**
   * Reads a backbone.
   *
   * @throws CheckpointException if the file is damaged, hostile or holds another network
   */
  Backbone read(Path file);

  /**
   * What was read.
   *
   * @param format container
   * @param family whose names the tensors have
   * @param state the tensors
   * @param unseen what the weights do not show of the network, as settings of its backbone have it
   * @param ignored tensors of the file that are no part of a backbone
   */
  record Backbone(
      Checkpoint.Format format,
      CheckpointFamily family,
      StateDict state,
      Record unseen,
      List<String> ignored) {
    /** Copies the list. */
    public Backbone {
      ignored = List.copyOf(ignored);
    }
  }
}
