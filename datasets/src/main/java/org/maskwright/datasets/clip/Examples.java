package org.maskwright.datasets.clip;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.TrainingExample;

/**
 * The examples of an epoch of a source, made when they are asked for.
 *
 * <p><b>Thread safety</b> All methods may be called from several threads at once.
 */
public interface Examples {
  /** The name of the data set, for messages. */
  String name();

  /** How many there are. */
  int size();

  /** What is known of example {@code index}, 0..size-1, before it is made. */
  SampleInfo info(int index);

  /**
   * Example {@code index}.
   *
   * @param random all that is random in it
   * @throws org.maskwright.datasets.DatasetException if a file is missing or broken
   */
  TrainingExample example(int index, RandomGenerator random);

  /** Their number in words, such as {@code 12 images}. */
  String counted();
}
