package org.maskwright.modelzoo.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.modelzoo.BackboneConfig;

/**
 * A checkpoint of any family under Maskwright's names.
 *
 * @param family recognised by tell-tale keys
 * @param state tensors under the official detectron2 names, which are Maskwright's own
 * @param unexpected keys of the file that mean nothing in its family
 * @param ignored keys that are known and not needed (classifier heads, counters, optimiser state)
 * @param suffixMatching true if names are to be matched by suffix to the model's (detectron2)
 * @param geometry where a residual network's strides and paddings sit, if the file says
 * @param provenance where it comes from
 */
public record ImportedWeights(
    CheckpointFamily family,
    StateDict state,
    List<String> unexpected,
    List<String> ignored,
    boolean suffixMatching,
    Optional<BackboneConfig.Geometry> geometry,
    Provenance provenance) {
  private static final String DATA_PARALLEL_PREFIX = "module.";

  /** Copies the lists. */
  public ImportedWeights {
    unexpected = List.copyOf(unexpected);
    ignored = List.copyOf(ignored);
  }

  /**
   * Reads a file (or a model folder), recognises its family and translates the names.
   *
   * @throws CheckpointException if the file is damaged, hostile or of no supported family
   */
  public static ImportedWeights read(Path path) {
    Checkpoint checkpoint = CheckpointReader.read(path);
    try {
      return of(checkpoint);
    } catch (CheckpointException e) {
      throw e.in(path);
    }
  }

  private static ImportedWeights of(Checkpoint checkpoint) {
    StateDict state = withoutPrefix(checkpoint.state());
    CheckpointFamily family =
        checkpoint.family().orElseGet(() -> CheckpointFamily.of(state.keys()));
    KeyTable.Translation translation = family.table().toOurs(state);
    List<String> ignored = new ArrayList<>(translation.ignored());
    ignored.addAll(checkpoint.ignored());
    Provenance provenance = Provenance.of(checkpoint, family);
    return new ImportedWeights(
        family,
        translation.state().withMetadata(provenance.toMetadata()),
        translation.unexpected(),
        ignored,
        checkpoint.suffixMatching(),
        checkpoint.geometry(),
        provenance);
  }

  /**
   * Refuses a model whose backbone would compute something else with these weights.
   *
   * @throws CheckpointException if the file says where strides and paddings sit, and the model's
   *     backbone has them elsewhere
   */
  public void requireGeometryOf(BackboneConfig backbone) {
    if (geometry.isPresent()
        && backbone instanceof BackboneConfig.Resnet resnet
        && !resnet.geometry().equals(geometry.get())) {
      throw new CheckpointException(
          "%s: its network has %s; the model has %s; set model.backbone.resnet.geometry"
              .formatted(provenance.source(), geometry.get(), resnet.geometry()));
    }
  }

  /** Data-parallel training programs put {@code module.} before every key. */
  private static StateDict withoutPrefix(StateDict state) {
    if (!state.keys().stream().allMatch(key -> key.startsWith(DATA_PARALLEL_PREFIX))) {
      return state;
    }
    Map<String, HostTensor> stripped = new LinkedHashMap<>();
    state
        .asMap()
        .forEach(
            (key, tensor) -> stripped.put(key.substring(DATA_PARALLEL_PREFIX.length()), tensor));
    return StateDict.of(stripped).withMetadata(state.metadata());
  }
}
