package org.maskwright.trainer.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.encoder.Fingerprint;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.WeightMatcher;

/**
 * Finds the frozen encoder of a model folder that holds a head alone: where it was when the head
 * was trained, or under its name in the model folder or in one of those above it. What it finds has
 * the fingerprint that the head was trained on.
 */
public final class EncoderSearch {
  private static final int FOLDERS = 4; // a checkpoint's, checkpoints/, the run's, and its parent
  private static final int SHOWN = 3;

  private EncoderSearch() {}

  /**
   * An encoder.
   *
   * @param source where it was found
   * @param state under the model's names
   */
  public record Found(Path source, StateDict state) {}

  /**
   * The encoder's weights of a file or folder, made for a model as {@code init.backbone} makes
   * them.
   *
   * @param shapes of what the encoder reads, by the model's names
   * @throws CheckpointException if it cannot be read, or lacks some
   */
  public static StateDict read(Path source, ModelConfig model, Map<String, long[]> shapes) {
    ImportedWeights weights =
        BackboneFolder.isOne(source) ? BackboneFolder.weights(source) : WeightImport.read(source);
    StateDict found =
        WeightMatcher.match(
                weights.with(model.backbone().fitted(weights.state())),
                shapes,
                LoadPolicy.backbone().with(LoadPolicy.Mismatch.REPORT))
            .weights();
    List<String> missing = shapes.keySet().stream().filter(name -> !found.contains(name)).toList();
    if (!missing.isEmpty()) {
      throw new CheckpointException(
          source,
          "expected all weights of the encoder, to stay as they are; %d are missing or of another shape, such as %s"
              .formatted(missing.size(), missing.subList(0, Math.min(SHOWN, missing.size()))));
    }
    Map<String, HostTensor> state = new LinkedHashMap<>();
    shapes.keySet().forEach(name -> state.put(name, found.get(name)));
    return StateDict.of(state);
  }

  /**
   * The encoder that a head was trained on.
   *
   * @param folder of the head
   * @param file its {@code encoder.conf}
   * @throws CheckpointException if there is none with the fingerprint
   */
  static Found find(Path folder, EncoderFile file, ModelConfig model, Map<String, long[]> shapes) {
    List<String> others = new ArrayList<>();
    for (Path candidate : candidates(folder, Path.of(file.source()))) {
      if (!Files.exists(candidate)) {
        continue;
      }
      try {
        StateDict state = read(candidate, model, shapes);
        String fingerprint = Fingerprint.of(state);
        if (fingerprint.equals(file.fingerprint())) {
          return new Found(candidate, state);
        }
        others.add("%s with the fingerprint %s".formatted(candidate, fingerprint));
      } catch (CheckpointException e) {
        others.add(e.getMessage());
      }
    }
    throw new CheckpointException(
        folder,
        "holds a head alone, trained on a frozen encoder: expected that encoder, %s with the fingerprint %s, got %s; put it there, or under its name beside the folder"
            .formatted(
                file.source(),
                file.fingerprint(),
                others.isEmpty() ? "no such file" : String.join(" and ", others)));
  }

  private static Set<Path> candidates(Path folder, Path source) {
    Set<Path> out = new LinkedHashSet<>();
    out.add(source);
    Path name = source.getFileName();
    Path at = folder.toAbsolutePath().normalize();
    for (int i = 0; name != null && at != null && i < FOLDERS; i++, at = at.getParent()) {
      out.add(at.resolve(name));
    }
    return out;
  }
}
