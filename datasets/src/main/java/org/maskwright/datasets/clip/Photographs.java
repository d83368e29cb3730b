package org.maskwright.datasets.clip;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.transform.Augmentation;

/** Each image of a data set for itself, a frame of a video too. */
public record Photographs(Dataset dataset, Augmentation augmentation) implements Examples {
  @Override
  public String name() {
    return dataset.name();
  }

  @Override
  public int size() {
    return dataset.size();
  }

  @Override
  public SampleInfo info(int index) {
    return dataset.info(index);
  }

  @Override
  public TrainingExample example(int index, RandomGenerator random) {
    return augmentation.apply(dataset.load(index), dataset.categories(), random);
  }

  @Override
  public String counted() {
    return size() + " images";
  }
}
