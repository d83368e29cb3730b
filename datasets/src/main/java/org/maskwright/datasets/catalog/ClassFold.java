package org.maskwright.datasets.catalog;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;

/**
 * A fold of a few-shot benchmark: a quarter of the classes is held out of training and evaluated
 * on. Classes count in the order of the data set, the background not among them. A picture that is
 * trained on may show what is held out, which is background then; one that shows nothing else is
 * left out, and of what is evaluated on those that show nothing held out.
 *
 * <p><b>Source</b> PASCAL-5i (arXiv 1709.03410) holds out classes 5i to 5i + 4, COCO-20i (FWB,
 * arXiv 1909.13140) classes i, i + 4, i + 8, ..., from 0; as HSNet (arXiv 2104.01538) has both.
 * <b>Differs:</b> pictures are those of the data set's own parts, not of lists of the authors
 *
 * @param of the benchmark
 * @param number of the fold, i, 0 to 3
 */
public record ClassFold(Benchmark of, int number) {
  private static final int FOLDS = 4;

  /** Benchmarks and how they divide the classes. */
  public enum Benchmark {
    /** Five neighbours of VOC's 20. */
    PASCAL_5I(20),
    /** Every fourth of COCO's 80. */
    COCO_20I(80);

    private final int size;

    Benchmark(int size) {
      this.size = size;
    }

    int size() {
      return size;
    }

    /** The fold of a class by its place, from 0. */
    private int fold(int place) {
      return switch (this) {
        case PASCAL_5I -> place / (size / FOLDS);
        case COCO_20I -> place % FOLDS;
      };
    }
  }

  /** Checks the number. */
  public ClassFold {
    if (number < 0 || number >= FOLDS) {
      throw new IllegalArgumentException(
          "number: expected a fold, 0 to %d, got %d".formatted(FOLDS - 1, number));
    }
  }

  /**
   * What is trained on.
   *
   * @throws DatasetException if the data set has another number of classes than the benchmark
   */
  public Dataset trained(Dataset whole) {
    Set<Integer> held = held(whole);
    return part(
        whole, classes(whole).stream().filter(k -> !held.contains(k)).collect(Collectors.toSet()));
  }

  /**
   * What is evaluated on.
   *
   * @throws DatasetException as {@link #trained}
   */
  public Dataset evaluated(Dataset whole) {
    return part(whole, held(whole));
  }

  private Dataset part(Dataset whole, Set<Integer> classes) {
    Dataset part = SomeClasses.showing(whole, classes);
    if (part.size() == 0) {
      throw new DatasetException(
          "%s: data.fold: none of its %d images shows a class of %s"
              .formatted(whole.name(), whole.size(), names(whole, classes)));
    }
    return part;
  }

  private static List<String> names(Dataset whole, Set<Integer> classes) {
    return classes.stream().sorted().map(k -> whole.categories().get(k).name()).toList();
  }

  private static List<Integer> classes(Dataset whole) {
    int background = whole.categories().background().orElse(-1);
    return IntStream.range(0, whole.categories().size())
        .filter(k -> k != background)
        .boxed()
        .toList();
  }

  /** The numbers of the classes that are held out. */
  private Set<Integer> held(Dataset whole) {
    List<Integer> classes = classes(whole);
    if (classes.size() != of.size) {
      throw new DatasetException(
          "%s: data.fold: expected the %d classes of the benchmark, without the background, got %d; leave data.fold out, or set data.train.type to the layout that has them"
              .formatted(whole.name(), of.size, classes.size()));
    }
    return IntStream.range(0, classes.size())
        .filter(place -> of.fold(place) == number)
        .mapToObj(classes::get)
        .collect(Collectors.toSet());
  }
}
