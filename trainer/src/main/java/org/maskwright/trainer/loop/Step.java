package org.maskwright.trainer.loop;

import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.maskwright.datasets.loader.Batch;

/**
 * The images of one optimiser step that this process computes. They are computed part by part and
 * process by process, and the result is that of one batch of them all: parts are padded alike, and
 * an image has its number within the step.
 *
 * @param number counted from 1
 * @param parts batches whose gradients are added before the update, at least one
 * @param height the largest of all images, of all processes
 * @param width the largest of all images, of all processes
 */
public record Step(long number, List<Batch> parts, int height, int width) {
  /** Of one process. */
  public Step(long number, List<Batch> parts) {
    this(number, parts, largest(parts, Batch::height), largest(parts, Batch::width));
  }

  /** Keeps the list. */
  public Step {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("step " + number + ": expected at least one batch");
    }
  }

  static int largest(List<Batch> parts, ToIntFunction<Batch> size) {
    return parts.stream().mapToInt(size).max().orElse(0);
  }

  /** Number of this process's images; what a task's normalisers, which are added up, count. */
  public int ownImages() {
    return parts.stream().mapToInt(Batch::size).sum();
  }

  /** Number of all images, of all processes. */
  public int images() {
    return parts.stream().mapToInt(Batch::whole).sum();
  }

  /** Number of this process's first image of a part in the step, counted from 0. */
  public int firstImage(int part) {
    int before = parts.subList(0, part).stream().mapToInt(Batch::whole).sum();
    return before + parts.get(part).first();
  }

  /** The ids of this process's images, in order. */
  public List<String> imageIds() {
    return IntStream.range(0, parts.size()).boxed().flatMap(i -> imageIds(i).stream()).toList();
  }

  /** The ids of a part's images, in order. */
  public List<String> imageIds(int part) {
    return parts.get(part).examples().stream().map(e -> e.imageId().toString()).toList();
  }
}
