package org.maskwright.trainer.loss;

import org.maskwright.datasets.TrainingExample;
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
