package org.maskwright.trainer.loss;

import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.settings.Doc;
import org.maskwright.settings.Registry;
import org.maskwright.settings.VariantsOf;

/** One of the {@link SupervisionKind}s and its settings. */
@Doc(
    "What training takes an annotation to say about each target. Evaluation, its loss included, is always of the whole masks.")
@VariantsOf(SupervisionKind.class)
public interface SupervisionSettings {
  /**
   * What the annotation of an example says. Asked several times for one example, it answers the
   * same: what is random depends on the example alone.
   *
   * @param paddedHeight rows of the batch's padded images, at least the example's
   * @param paddedWidth columns of the batch's padded images
   */
  Supervision of(TrainingExample example, int paddedHeight, int paddedWidth);

  /**
   * The data set with its annotation as this takes it to be. Unless said otherwise that is what it
   * is, and each segment has a mask.
   *
   * @throws DatasetException if the annotation does not have what this learns from
   */
  default Dataset annotation(Dataset own) {
    return requireMasks(
        own,
        "learn from it with data.source.supervision.type = as-annotated (docs/weak-labels.md), or draw its mask");
  }

  /** Whether {@link #of} answers for each frame of a clip, and not of photographs alone. */
  default boolean takesClips() {
    return false;
  }

  /** Whether it learns from images of which no object is annotated, too. */
  default boolean takesBareImages() {
    return false;
  }

  /** The examples of an epoch as they are learnt from, where that is random: see {@link #of}. */
  default Examples drawn(Examples own) {
    return own;
  }

  /**
   * Checks that a model has what this teaches.
   *
   * @throws IllegalArgumentException saying what it lacks
   */
  default void requireModel(SegmentationModel model) {}

  /** The terms of the loss that learn from what this says, beside those of the criterion. */
  default List<LossTerm> terms() {
    return List.of();
  }

  /**
   * A data set of which each segment has a mask.
   *
   * @param advice what to do about one that has none
   * @throws DatasetException naming the first that has none
   */
  static Dataset requireMasks(Dataset dataset, String advice) {
    for (int i = 0; i < dataset.size(); i++) {
      Optional<DatasetException> maskless = dataset.maskless(i);
      if (maskless.isPresent()) {
        throw maskless.get().advising(advice);
      }
    }
    return dataset;
  }

  /**
   * As {@link #of} of settings that may be an extension's.
   *
   * @throws org.maskwright.settings.ExtensionException naming it, if it throws or gives null
   */
  static Supervision asked(
      SupervisionSettings settings, TrainingExample example, int paddedHeight, int paddedWidth) {
    return Registry.of(SupervisionKind.class)
        .make(settings, () -> settings.of(example, paddedHeight, paddedWidth));
  }
}
