package org.maskwright.datasets.loader;

import java.util.Objects;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.datasets.clip.Photographs;
import org.maskwright.datasets.transform.Augmentation;

/**
 * Examples that batches are drawn from.
 *
 * @param examples of a data set, with its own classes and its own crop
 * @param repeats how often examples of rare classes come in an epoch; empty: each once
 * @param labels which of the classes its annotation tells apart
 */
public record DataSource(Examples examples, Optional<RepeatFactors> repeats, LabelSpace labels) {
  public DataSource {
    Objects.requireNonNull(examples, "examples");
    Objects.requireNonNull(labels, "labels");
    if (repeats.isPresent() && repeats.get().size() != examples.size()) {
      throw new IllegalArgumentException(
          "%s: expected a repeat factor for each of its %d examples, got %d"
              .formatted(examples.name(), examples.size(), repeats.get().size()));
    }
  }

  /** Each photograph once in an epoch, and every class. */
  public DataSource(Dataset dataset, Augmentation augmentation) {
    this(new Photographs(dataset, augmentation), Optional.empty(), LabelSpace.ALL);
  }
}
