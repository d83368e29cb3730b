package org.maskwright.modelzoo.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.maskwright.modelzoo.BackboneConfig;

/**
 * A checkpoint of any family under Maskwright's names.
 *
 * @param family recognised by tell-tale keys
 * @param state tensors under the official detectron2 names, which are Maskwright's own; its
 *     metadata are the provenance and, if the file names one, the loss ({@link TrainedLoss})
 * @param unexpected keys of the file that mean nothing in its family
 * @param ignored keys that are known and not needed (classifier heads, counters, optimiser state),
 *     or stand beside the model (of a wrapper around it)
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
    KeyPrefix.Found found =
        checkpoint.family().isPresent()
            ? named(checkpoint.family().get(), checkpoint.state())
            : KeyPrefix.find(checkpoint.state());
    CheckpointFamily family = found.family();
    KeyTable.Translation translation = found.translation();
    List<String> ignored = new ArrayList<>(translation.ignored());
    ignored.addAll(found.stray());
    ignored.addAll(checkpoint.ignored());
    Provenance provenance = Provenance.of(checkpoint, family);
    Map<String, String> metadata = new TreeMap<>(provenance.toMetadata());
    TrainedLoss.from(checkpoint.state().metadata())
        .ifPresent(loss -> metadata.putAll(loss.toMetadata()));
    return new ImportedWeights(
        family,
        translation.state().withMetadata(metadata),
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

  /** Of a file that says whose names it has: they are not wrapped. */
  private static KeyPrefix.Found named(CheckpointFamily family, StateDict state) {
    return new KeyPrefix.Found(family, family.table().toOurs(state), List.of());
  }
}
