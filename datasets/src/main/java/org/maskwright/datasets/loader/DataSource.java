package org.maskwright.datasets.loader;

import java.util.Objects;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.transform.Augmentation;

/**
 * A data set that batches are drawn from, and what becomes of its images.
 *
 * @param dataset with its own classes
 * @param augmentation with its own crop
 * @param repeats how often images of rare classes come in an epoch; empty: each image once
 * @param labels which of the classes its annotation tells apart
 */
public record DataSource(
    Dataset dataset,
    Augmentation augmentation,
    Optional<RepeatFactors> repeats,
    LabelSpace labels) {
  public DataSource {
    Objects.requireNonNull(dataset, "dataset");
    Objects.requireNonNull(augmentation, "augmentation");
    Objects.requireNonNull(labels, "labels");
    if (repeats.isPresent() && repeats.get().size() != dataset.size()) {
      throw new IllegalArgumentException(
          "%s: expected a repeat factor for each of its %d images, got %d"
              .formatted(dataset.name(), dataset.size(), repeats.get().size()));
    }
  }

  /** Each image once in an epoch, and every class. */
  public DataSource(Dataset dataset, Augmentation augmentation) {
    this(dataset, augmentation, Optional.empty(), LabelSpace.ALL);
  }
}
