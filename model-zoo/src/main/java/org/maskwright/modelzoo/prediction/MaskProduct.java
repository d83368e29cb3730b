package org.maskwright.modelzoo.prediction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * That the masks of every layer are products of the queries' embeddings with the features of the
 * pixels.
 *
 * <p>With it the masks of a few queries are computed from their rows: n is a few objects of a
 * hundred queries, and the gradient then passes one product of n rows instead of a product of all
 * rows for each layer, in which most are zero.
 *
 * @param embeddings of each layer, [B,Q,D]
 * @param features [B,D,T,h,w], the same for every layer
 */
public record MaskProduct(List<Tensor> embeddings, Tensor features) implements Outputs.Extra {
  /** Keeps the list. */
  public MaskProduct {
    embeddings = List.copyOf(embeddings);
    if (features.rank() != 5) {
      throw new IllegalArgumentException(
          "mask product: expected features [B,D,T,h,w], got " + features);
    }
  }

  @Override
  public List<Tensor> tensors() {
    List<Tensor> out = new ArrayList<>(embeddings);
    out.add(features);
    return out;
  }

  /** Masks of rows (image * Q + query) of every layer, layer after layer: [n,T,h,w]. */
  Tensor masks(List<long[]> rows, int queries) {
    int[] images =
        rows.stream()
            .flatMapToLong(Arrays::stream)
            .mapToInt(r -> Math.toIntExact(r / queries))
            .toArray();
    List<Tensor> flat = embeddings.stream().map(e -> e.flatten(0, 1)).toList();
    return features.engine().tidy(scope -> products(Outputs.selected(flat, rows), images));
  }

  /** Products of embeddings [n,D] with the features of their images, as one batch. */
  private Tensor products(Tensor chosen, int[] images) {
    Engine engine = chosen.engine();
    int batch = features.intSize(0);
    int[] counts = new int[batch];
    for (int image : images) {
      counts[image]++;
    }
    int most = Arrays.stream(counts).max().orElse(0);
    long[] grouped = new long[batch * most]; // by image; row 0 where an image has fewer
    long[] back = new long[images.length];
    Arrays.fill(counts, 0);
    for (int i = 0; i < images.length; i++) {
      int place = images[i] * most + counts[images[i]]++;
      grouped[place] = i;
      back[i] = place;
    }
    return chosen
        .indexSelect(0, engine.longs(grouped, grouped.length))
        .reshape(batch, most, chosen.size(1))
        .matmul(features.flatten(2, 4)) // [B,most,T*h*w]
        .reshape(-1, features.size(2), features.size(3), features.size(4))
        .indexSelect(0, engine.longs(back, back.length));
  }
}
