package org.maskwright.trainer.loop;

import java.util.List;
import java.util.stream.IntStream;
import org.maskwright.datasets.loader.Batch;

/**
 * The images of one optimiser step. They are computed part by part, and the result is that of one
 * batch of them all: parts are padded alike, and an image has its number within the step.
 *
 * @param number counted from 1
 * @param parts batches whose gradients are added before the update, at least one
 */
public record Step(long number, List<Batch> parts) {
  /** Keeps the list. */
  public Step {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("step " + number + ": expected at least one batch");
    }
  }

  /** Number of all images. */
  public int images() {
    return parts.stream().mapToInt(Batch::size).sum();
  }

  /** Number of a part's first image in the step, counted from 0. */
  public int firstImage(int part) {
    return parts.subList(0, part).stream().mapToInt(Batch::size).sum();
  }

  /** The largest height of all images. */
  public int height() {
    return parts.stream().mapToInt(Batch::height).max().getAsInt();
  }

  /** The largest width of all images. */
  public int width() {
    return parts.stream().mapToInt(Batch::width).max().getAsInt();
  }

  /** The ids of all images, in order. */
  public List<String> imageIds() {
    return IntStream.range(0, parts.size()).boxed().flatMap(i -> imageIds(i).stream()).toList();
  }

  /** The ids of a part's images, in order. */
  public List<String> imageIds(int part) {
    return parts.get(part).examples().stream().map(e -> e.imageId().toString()).toList();
  }
}
