package org.maskwright.trainer.words;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.NumpyArchive;
import org.maskwright.modelzoo.weights.Safetensors;

/**
 * Embeddings of pictures or regions as a file: an array {@code embeddings} [n,D] in an {@code .npz}
 * or a safetensors, or the only array of an {@code .npy}.
 */
public final class EmbeddingFile {
  private static final String NAME = "embeddings";
  private static final List<String> ENDINGS = List.of(".npy", ".npz", ".safetensors");

  private EmbeddingFile() {}

  /** Whether a file is meant to be one, by its name's ending. */
  public static boolean isOne(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(name::endsWith);
  }

  /**
   * The embeddings [D] of a file, at least one, all finite.
   *
   * @throws CheckpointException if it holds something else
   */
  public static List<float[]> read(Path file) {
    try {
      return rows(array(file));
    } catch (CheckpointException e) {
      throw e.in(file);
    }
  }

  private static HostTensor array(Path file) {
    if (!NumpyArchive.recognises(file)) {
      return Safetensors.read(file).get(NAME);
    }
    NumpyArchive archive = NumpyArchive.read(file);
    return archive.tensor(archive.keys().contains(NAME) ? NAME : NumpyArchive.UNNAMED);
  }

  private static List<float[]> rows(HostTensor array) {
    if (array.rank() != 2 || array.elementCount() == 0) {
      throw new CheckpointException("'" + NAME + "': expected [n,D] with n > 0, got " + array);
    }
    if (array.countNonFinite() > 0) {
      throw new CheckpointException(
          "'" + NAME + "' holds " + array.countNonFinite() + " NaN or infinite values");
    }
    List<float[]> rows = new ArrayList<>();
    for (long n = 0; n < array.size(0); n++) {
      rows.add(array.rows(n, n + 1).toFloatArray());
    }
    return rows;
  }
}
