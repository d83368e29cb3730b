package org.maskwright.datasets.clip;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.View;

/**
 * Pairs of pictures for models that learn from an example: frame 0 is another picture that shows a
 * class of the picture proper, frame 1 that picture, each augmented for itself. A target is a
 * class, with its mask in each of the two. One pair of each picture in an epoch; the class is drawn
 * first, then one of the others that show it, each as likely. A picture of which no class is shown
 * by another stands beside itself, seen anew.
 *
 * <p><b>Source</b> SegGPT (arXiv 2304.03284), section 3.1
 */
public final class Pairs implements Examples {
  private static final int FRAMES = 2;
  private final Dataset dataset;
  private final Augmentation augmentation;
  private final List<int[]> shared; // of each picture the classes that another shows too
  private final List<List<Integer>> showing; // of each class the pictures, rising
  private final int alone;

  /**
   * Pairs of a data set's pictures; reads which classes each shows.
   *
   * @throws DatasetException if targets are objects, which two pictures have not in common
   */
  public Pairs(Dataset dataset, Augmentation augmentation) {
    if (augmentation.task() != Task.SEMANTIC) {
      throw new DatasetException(
          "%s: expected the task semantic for pairs of pictures, whose targets are classes, got %s; data.source.clips.from = stills makes pairs of one picture's parts, with the objects of both"
              .formatted(dataset.name(), augmentation.task().key()));
    }
    this.dataset = dataset;
    this.augmentation = augmentation;
    this.showing = dataset.showing();
    List<List<Integer>> classes = new ArrayList<>();
    for (int i = 0; i < dataset.size(); i++) {
      classes.add(new ArrayList<>());
    }
    for (int c = 0; c < showing.size(); c++) {
      if (showing.get(c).size() > 1) {
        for (int image : showing.get(c)) {
          classes.get(image).add(c);
        }
      }
    }
    this.shared = classes.stream().map(c -> c.stream().mapToInt(n -> n).toArray()).toList();
    this.alone = (int) shared.stream().filter(s -> s.length == 0).count();
  }

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
  public String counted() {
    return "%d images, each with another of a class of its own%s"
        .formatted(
            size(),
            alone == 0 ? "" : "; %d, the only ones of theirs, with themselves".formatted(alone));
  }

  /** The picture that is the example; {@code index} itself where no other shows a class of it. */
  int example(int index, int[] classes, RandomGenerator random) {
    if (classes.length == 0) {
      return index;
    }
    List<Integer> candidates = showing.get(classes[random.nextInt(classes.length)]);
    int place = random.nextInt(candidates.size() - 1); // among the others
    return candidates.get(place) < index ? candidates.get(place) : candidates.get(place + 1);
  }

  @Override
  public TrainingExample example(int index, RandomGenerator random) {
    int other = example(index, shared.get(index), random);
    Sample query = dataset.load(index);
    Sample example = other == index ? query : read(other);
    List<View> views = new ArrayList<>();
    views.add(augmentation.view(example, random));
    views.add(augmentation.view(query, random));
    return augmentation.clip(
        query.info(),
        List.of(example, query),
        dataset.categories(),
        views,
        Augmentation.ClipLabels.ALL_FRAMES);
  }

  private Sample read(int index) {
    try {
      return dataset.load(index);
    } catch (DatasetException e) {
      throw e.forImage(dataset.info(index).imageId()).inFile(dataset.info(index).file());
    }
  }

  /** T of each example. */
  public static int frames() {
    return FRAMES;
  }
}
