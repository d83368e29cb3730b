package org.maskwright.trainer.match;

import java.util.Arrays;
import java.util.List;

/**
 * The assignments of queries (rows) to targets (columns) at every output of a model for the images
 * of a batch. A value: whoever computes the losses of the same images again can be given the same.
 *
 * <p>Pairs are counted output after output and image by image, queries ascending; every output has
 * as many.
 *
 * @param queries Q
 * @param outputs for each output the assignment of each image
 */
public record Matches(int queries, List<List<Assignment>> outputs) {
  /** Checks that every output has as many pairs. */
  public Matches {
    outputs = outputs.stream().map(List::copyOf).toList();
    if (outputs.stream().mapToInt(Matches::size).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "matches: expected as many pairs at every output, got "
              + outputs.stream().map(Matches::size).toList());
    }
  }

  private static int size(List<Assignment> images) {
    return images.stream().mapToInt(Assignment::size).sum();
  }

  /** Pairs of all outputs. */
  public int count() {
    return outputs.size() * perOutput();
  }

  /** Pairs of an output. */
  public int perOutput() {
    return outputs.isEmpty() ? 0 : size(outputs.get(0));
  }

  /** The row of each pair of each output in [B*Q,...]: image * Q + query. */
  public List<long[]> rows() {
    return outputs.stream().map(this::rows).toList();
  }

  private long[] rows(List<Assignment> images) {
    long[] out = new long[size(images)];
    int k = 0;
    for (int b = 0; b < images.size(); b++) {
      for (int query : images.get(b).rows()) {
        out[k++] = (long) b * queries + query;
      }
    }
    return out;
  }

  /** The target of each pair within its image. */
  public int[] targets() {
    return outputs.stream()
        .flatMap(List::stream)
        .flatMapToInt(a -> Arrays.stream(a.columns()))
        .toArray();
  }

  /** The image of each pair. */
  public int[] images() {
    int[] out = new int[count()];
    int k = 0;
    for (List<Assignment> images : outputs) {
      for (int b = 0; b < images.size(); b++) {
        Arrays.fill(out, k, k + images.get(b).size(), b);
        k += images.get(b).size();
      }
    }
    return out;
  }

  /** The number of each pair among those of its output and image. */
  public int[] numbers() {
    int[] out = new int[count()];
    int k = 0;
    for (List<Assignment> images : outputs) {
      for (Assignment image : images) {
        for (int i = 0; i < image.size(); i++) {
          out[k++] = i;
        }
      }
    }
    return out;
  }
}
