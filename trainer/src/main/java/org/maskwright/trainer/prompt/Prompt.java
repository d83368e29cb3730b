package org.maskwright.trainer.prompt;

import java.util.List;
import java.util.Optional;

/**
 * What a user says of one object: points, a box, an earlier answer that is to be corrected, or
 * several of these.
 *
 * @param points in any order
 * @param box around the object
 * @param earlier logits of an earlier answer about the same picture
 */
public record Prompt(List<Click> points, Optional<PromptBox> box, Optional<MaskLogits> earlier) {
  /** Enough for any object; what is more is a slip. */
  static final int MOST_POINTS = 1024;

  /** Checks that there is something, and not too much. */
  public Prompt {
    points = List.copyOf(points);
    if (points.isEmpty() && box.isEmpty() && earlier.isEmpty()) {
      throw new IllegalArgumentException(
          "prompt: expected a point, a box or an earlier mask, got none");
    }
    if (points.size() > MOST_POINTS) {
      throw new IllegalArgumentException(
          "prompt: expected at most %d points of an object, got %d"
              .formatted(MOST_POINTS, points.size()));
    }
  }

  /** A single point on the object. */
  public static Prompt ofPoint(double x, double y) {
    return ofPoints(List.of(new Click(x, y, true)));
  }

  /** Points alone. */
  public static Prompt ofPoints(List<Click> points) {
    return new Prompt(points, Optional.empty(), Optional.empty());
  }

  /** A box alone. */
  public static Prompt ofBox(PromptBox box) {
    return new Prompt(List.of(), Optional.of(box), Optional.empty());
  }

  /** The same with an earlier answer. */
  public Prompt correcting(MaskLogits answer) {
    return new Prompt(points, box, Optional.of(answer));
  }

  /** Whether it is one point and nothing else, which may mean a whole, a part or a part of that. */
  public boolean isAmbiguous() {
    return points.size() == 1 && box.isEmpty() && earlier.isEmpty();
  }
}
