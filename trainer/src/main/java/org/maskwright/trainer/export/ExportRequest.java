package org.maskwright.trainer.export;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.maskwright.modelzoo.weights.Provenance;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;

/**
 * A model that is to be written.
 *
 * @param folder a model folder
 * @param out where to: what it is, file or folder, is the target's
 */
public record ExportRequest(Path folder, Path out, ExportWishes wishes) {
  /**
   * What the model says of itself.
   *
   * @throws org.maskwright.modelzoo.weights.CheckpointException if the folder is none of a model
   */
  public ModelFile file() {
    return ModelFolder.describe(folder);
  }

  /**
   * The weights; their metadata are {@link #metadata}.
   *
   * @throws org.maskwright.modelzoo.weights.CheckpointException if they are not whole
   */
  StateDict weights() {
    return ModelFolder.weights(folder).withMetadata(metadata());
  }

  /**
   * What is to be said of the weights: what their file says, and their origin and licence, also of
   * a model trained here.
   *
   * @throws org.maskwright.modelzoo.weights.CheckpointException if their file cannot be read
   */
  Map<String, String> metadata() {
    Map<String, String> metadata = new TreeMap<>(ModelFolder.metadata(folder));
    if (Provenance.from(metadata).isEmpty()) {
      metadata.putAll(
          new Provenance(
                  ModelFolder.WEIGHTS,
                  ModelFolder.sha256(folder),
                  "safetensors",
                  "Maskwright",
                  "",
                  file().licence())
              .toMetadata());
    }
    return metadata;
  }

  /** What was written, in the terms that all targets share. */
  Exported exported(StateDict state, List<String> more, Map<String, Object> facts) {
    String licence = file().licence();
    List<String> lines = new ArrayList<>();
    lines.add("%s: %d tensors, %s".formatted(out, state.size(), inWords(licence)));
    lines.addAll(more);
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("tensors", (long) state.size());
    all.put("licence", licence);
    all.putAll(facts);
    return new Exported(lines, all);
  }

  /** A licence for a line, also of a model whose licence nobody has said. */
  static String inWords(String licence) {
    return "licence: " + (licence.isBlank() ? "not stated" : licence);
  }
}
