package org.maskwright.modelzoo.weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  /** The same with other tensors. */
  public ImportedWeights withState(StateDict other) {
    return new ImportedWeights(
        family, other, unexpected, ignored, suffixMatching, unseen, provenance);
  }

  /** The same with some other tensors. */
  public ImportedWeights with(Map<String, HostTensor> some) {
    Map<String, HostTensor> all = new LinkedHashMap<>(state.asMap());
    all.putAll(some);
    return some.isEmpty() ? this : withState(StateDict.of(all).withMetadata(state.metadata()));
  }

  /** The same without some tensors. */
  public ImportedWeights without(Set<String> names) {
    Map<String, HostTensor> rest = new LinkedHashMap<>(state.asMap());
    rest.keySet().removeAll(names);
    return names.isEmpty() ? this : withState(StateDict.of(rest).withMetadata(state.metadata()));
  }

  /** The same with the names of another family. */
  public ImportedWeights withFamily(CheckpointFamily other) {
    return new ImportedWeights(
        other, state, unexpected, ignored, suffixMatching, unseen, provenance);
  }

  /** The same, of which something is known that weights do not show. */
  public ImportedWeights withUnseen(Optional<Record> other) {
    return new ImportedWeights(
        family, state, unexpected, ignored, suffixMatching, other, provenance);
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
}
