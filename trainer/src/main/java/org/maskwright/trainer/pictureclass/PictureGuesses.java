package org.maskwright.trainer.pictureclass;

import java.util.List;
import org.maskwright.datasets.Size;

/**
 * What a model takes a picture for.
 *
 * @param size of the picture
 * @param classes the most probable ones, first the best, at most five
 * @param probabilities of these, in [0,1]
 * @param right the probability of the picture's own class, NaN where it has none
 */
record PictureGuesses(Size size, List<Integer> classes, List<Double> probabilities, double right) {
  PictureGuesses {
    classes = List.copyOf(classes);
    probabilities = List.copyOf(probabilities);
  }
}
