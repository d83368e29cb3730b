package org.maskwright.trainer.source;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetStats;
import org.maskwright.datasets.catalog.DatasetStats.ClassCount;

/**
 * How often training meets each class. Annotation files are counted whole, label images and pixels
 * of a few hundred pictures ({@link DatasetStats#quick}), and scaled up to all. Of several sources
 * the classes are mixed as their images are. Repeat factors are not looked at.
 */
public final class ClassFrequencies {
  private ClassFrequencies() {}

  /** What one image of a source has of a class, in the mean. */
  @FunctionalInterface
  private interface Measure {
    double perImage(DatasetStats stats, ClassCount of, Task task);
  }

  /**
   * Targets of each class: an object of an instance task or a thing of a panoptic one counts each
   * time, a class of a semantic task and stuff once an image; crowd regions are no targets.
   *
   * @param task of the run
   */
  public static List<Double> targets(TrainingData data, Task task) {
    return mixed(data, task, (stats, of, own) -> (double) targets(of, own) / stats.counted());
  }

  private static long targets(ClassCount of, Task task) {
    return switch (task) {
      case INSTANCE -> of.segments() - of.crowds();
      case PANOPTIC -> of.category().thing() ? of.segments() - of.crowds() : of.images();
      case SEMANTIC -> of.images();
    };
  }

  /**
   * Pixels of each class.
   *
   * @param task of the run
   */
  public static List<Double> pixels(TrainingData data, Task task) {
    return mixed(data, task, (stats, of, own) -> (double) of.pixels() / stats.pixels().images());
  }

  private static List<Double> mixed(TrainingData data, Task task, Measure measure) {
    double[] sums = new double[data.categories().size()];
    double ratios = data.sources().stream().mapToDouble(s -> s.settings().ratio()).sum();
    long images = data.sources().stream().mapToLong(s -> s.dataset().size()).sum();
    for (TrainingData.Source source : data.sources()) {
      DatasetStats stats = DatasetStats.quick(source.dataset());
      double drawn = images * source.settings().ratio() / ratios;
      for (int c = 0; c < sums.length; c++) {
        ClassCount of = stats.classes().get(c);
        double each = measure.perImage(stats, of, source.settings().task(task));
        sums[c] += Double.isNaN(each) ? 0 : drawn * each; // NaN: no image could be read
      }
    }
    List<Double> out = new ArrayList<>();
    for (double sum : sums) {
      out.add(sum);
    }
    return out;
  }
}
