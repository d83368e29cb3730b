package org.maskwright.trainer.plan;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.ObjectSurvey;

/**
 * What the rules know.
 *
 * @param folder of the data, absolute
 * @param name of the data set, for the heading
 * @param task what is learnt
 * @param trained images to train on
 * @param evaluated images to evaluate on
 * @param things classes of objects
 * @param stuff classes that are no objects
 * @param objects how large and how many
 * @param start weights to start from, if there are any
 * @param accelerator whether there is a GPU
 */
public record Facts(
    Path folder,
    String name,
    Task task,
    int trained,
    int evaluated,
    int things,
    int stuff,
    ObjectSurvey objects,
    Optional<Start> start,
    boolean accelerator) {

  /**
   * A trained backbone.
   *
   * @param weights a file, or a folder that import made
   * @param model settings of the model that go with it; empty of a ResNet-18
   */
  record Start(Path weights, List<Plan.Line> model) {
    Start {
      model = List.copyOf(model);
    }
  }

  /** The task that an annotation serves best: the one that uses all of it. */
  static Task best(Dataset dataset) {
    Set<Task> tasks = dataset.tasks();
    Categories classes = dataset.categories();
    boolean stuff = classes.asList().stream().anyMatch(c -> !c.thing());
    if (tasks.contains(Task.PANOPTIC) && stuff) {
      return Task.PANOPTIC;
    }
    boolean things = classes.asList().stream().anyMatch(Category::thing);
    return tasks.contains(Task.INSTANCE) && things ? Task.INSTANCE : Task.SEMANTIC;
  }

  /** These with weights to start from. */
  Facts withStart(Start other) {
    return new Facts(
        folder,
        name,
        task,
        trained,
        evaluated,
        things,
        stuff,
        objects,
        Optional.of(other),
        accelerator);
  }

  /** Whether objects are told apart. */
  boolean objectsApart() {
    return task != Task.SEMANTIC;
  }

  /** Long side of the image in the middle, in pixels. */
  int longSide() {
    return Math.max(objects.typical().width(), objects.typical().height());
  }

  /** Short side of the image in the middle, in pixels. */
  int shortSide() {
    return Math.min(objects.typical().width(), objects.typical().height());
  }
}
