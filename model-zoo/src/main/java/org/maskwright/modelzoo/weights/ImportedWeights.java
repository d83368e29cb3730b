package org.maskwright.modelzoo.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.maskwright.settings.Names;

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
 * @param unseen what the weights do not show of the backbone, such as where strides sit, if the
 *     file says
 * @param provenance where it comes from
 */
public record ImportedWeights(
    CheckpointFamily family,
    StateDict state,
    List<String> unexpected,
    List<String> ignored,
    boolean suffixMatching,
    Optional<Record> unseen,
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
        checkpoint.unseen(),
        provenance);
  }

  /**
   * Refuses a model whose backbone would compute something else with these weights.
   *
   * @param model what weights do not show of the model's backbone
   * @param backbone its name in a configuration
   * @throws CheckpointException if the file says it too, and otherwise
   */
  public void requireComputedAs(Optional<Record> model, String backbone) {
    if (unseen.isPresent() && model.isPresent() && !unseen.equals(model)) {
      throw new CheckpointException(
          "%s: its network has %s; the model has %s; set model.backbone.%s.%s"
              .formatted(
                  provenance.source(),
                  unseen.get(),
                  model.get(),
                  backbone,
                  Names.hyphenated(model.get().getClass().getSimpleName())));
    }
  }

  /** Of a file that says whose names it has: they are not wrapped. */
  private static KeyPrefix.Found named(CheckpointFamily family, StateDict state) {
    return new KeyPrefix.Found(family, family.table().toOurs(state), List.of());
  }
}
