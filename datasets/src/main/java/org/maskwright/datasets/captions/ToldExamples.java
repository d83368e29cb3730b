package org.maskwright.datasets.captions;

import java.util.List;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.clip.Examples;

/**
 * Examples of pictures with a caption each: of those that a picture has one is drawn, each as
 * likely.
 *
 * @param own one of each picture of the data set
 * @param dataset whose pictures all have captions
 */
public record ToldExamples(Examples own, Dataset dataset) implements Examples {
  /**
   * Checks that there is one of each picture.
   *
   * @throws IllegalArgumentException if there are more or fewer
   */
  public ToldExamples {
    if (own.size() != dataset.size()) {
      throw new IllegalArgumentException(
          "captions: expected an example of each of %d pictures of %s, got %s"
              .formatted(dataset.size(), dataset.name(), own.counted()));
    }
  }

  @Override
  public String name() {
    return own.name();
  }

  @Override
  public int size() {
    return own.size();
  }

  @Override
  public SampleInfo info(int index) {
    return own.info(index);
  }

  @Override
  public TrainingExample example(int index, RandomGenerator random) {
    TrainingExample example = own.example(index, random);
    List<String> captions = dataset.captions(index);
    return example.withCaption(captions.get(random.nextInt(captions.size())));
  }

  @Override
  public String counted() {
    return own.counted();
  }
}
