package org.maskwright.trainer.result;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Normalization;

/**
 * The pictures of the data set that an image is of, for kinds of result that show a model examples.
 *
 * <p><b>Threads</b> one at a time.
 */
public final class OtherPictures {
  private final Dataset dataset;
  private final Normalization normalization;
  private final int shots;
  private final Map<Class<?>, Object> once = new HashMap<>();
  private List<List<Integer>> showing; // of each class the pictures; read when first wanted

  /**
   * Of a data set.
   *
   * @param normalization of the pictures that the model sees
   * @param shots how many of them it is to be shown
   */
  public OtherPictures(Dataset dataset, Normalization normalization, int shots) {
    this.dataset = dataset;
    this.normalization = normalization;
    this.shots = shots;
  }

  /** All of them. */
  public Dataset dataset() {
    return dataset;
  }

  /** Of the pictures that the model sees. */
  public Normalization normalization() {
    return normalization;
  }

  /** How many of them are to be shown, at least 1. */
  public int shots() {
    return shots;
  }

  /**
   * What a kind of result makes of them once for all images of an evaluation; made when it is first
   * asked for.
   *
   * @param type what it is found by
   */
  public <T> T once(Class<T> type, Supplier<T> made) {
    return type.cast(once.computeIfAbsent(type, t -> made.get()));
  }

  /** The numbers of those that show a class, rising. */
  public List<Integer> showing(int category) {
    if (showing == null) {
      showing = dataset.showing();
    }
    return showing.get(category);
  }
}
