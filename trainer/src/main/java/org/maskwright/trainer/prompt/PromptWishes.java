package org.maskwright.trainer.prompt;

import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Rle;

/**
 * What is asked of one photograph: points, a box and an earlier mask are of one object; several
 * boxes alone are of an object each.
 *
 * @param points of one object
 * @param boxes of one object where there is one, else of an object each
 * @param mask of the object, to be corrected
 * @param hypotheses whether each object gets three masks in place of the one that is thought best
 */
public record PromptWishes(
    List<Click> points, List<PromptBox> boxes, Optional<Rle> mask, boolean hypotheses) {
  /**
   * Checks that they belong together.
   *
   * @throws IllegalArgumentException if not; the message begins with what is to be changed
   */
  public PromptWishes {
    points = List.copyOf(points);
    boxes = List.copyOf(boxes);
    if (points.isEmpty() && boxes.isEmpty() && mask.isEmpty()) {
      throw new IllegalArgumentException("point: expected a point, a box or a mask, got none");
    }
    if (boxes.size() > 1 && (!points.isEmpty() || mask.isPresent())) {
      throw new IllegalArgumentException(
          "box: expected one, around the object of the %s, or boxes alone, around an object each; got %d"
              .formatted(points.isEmpty() ? "mask" : "points", boxes.size()));
    }
    if (points.size() > Prompt.MOST_POINTS) {
      throw new IllegalArgumentException(
          "point: expected at most %d of an object, got %d"
              .formatted(Prompt.MOST_POINTS, points.size()));
    }
  }

  /**
   * Checks them against the picture.
   *
   * @throws IllegalArgumentException if one is outside, or the mask of another size; the message
   *     begins with what is to be changed
   */
  public void requireInside(Size picture) {
    points.forEach(point -> point.requireInside(picture));
    boxes.forEach(box -> box.requireInside(picture));
    mask.ifPresent(
        given -> {
          if (given.width() != picture.width() || given.height() != picture.height()) {
            throw new IllegalArgumentException(
                "mask: expected a picture of the photograph's size, %d x %d pixels, got %d x %d"
                    .formatted(picture.width(), picture.height(), given.width(), given.height()));
          }
          if (given.area() == 0) {
            throw new IllegalArgumentException(
                "mask: expected pixels of the object other than 0 (black), got none");
          }
        });
  }

  /** Of each object what is asked about an encoded picture. */
  List<Prompt> prompts(EncodedPicture picture) {
    if (boxes.size() > 1) {
      return boxes.stream().map(Prompt::ofBox).toList();
    }
    return List.of(new Prompt(points, boxes.stream().findFirst(), mask.map(picture::logitsOf)));
  }

  Hypotheses wanted() {
    return hypotheses ? Hypotheses.THREE : Hypotheses.BEST;
  }
}
