package org.maskwright.modelzoo.vit;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * Relative positions decomposed into rows and columns: the logit of a query and a key grows by the
 * query's product with a vector for their distance in rows, and one for that in columns.
 *
 * <p><b>Source</b> MViTv2 (arXiv 2112.01526), section 4.1, as in Segment Anything: the query is not
 * scaled
 */
final class RelativePositions {
  private final Parameter rows;
  private final Parameter columns;

  /**
   * Tables of zeros.
   *
   * @param map that the tables are for
   * @param channels of a head
   */
  RelativePositions(Engine engine, PositionTable.Owner owner, Map map, int channels) {
    rows = owner.parameter("rel_pos_h", engine.zeros(2L * map.height() - 1, channels));
    columns = owner.parameter("rel_pos_w", engine.zeros(2L * map.width() - 1, channels));
  }

  /** Queries and keys of an attention, [B,M,L,E] each. */
  record Folded(Tensor q, Tensor k) {}

  /** Rows and columns of a map. */
  record Map(int height, int width) {}

  /**
   * Queries and keys of more channels, whose attention's logits are those of the given ones with
   * what the positions add: to a query comes what each row and each column adds to it, to a key
   * which row and which column it is in. Nothing of the size of the logits is made so.
   *
   * <p><b>Maths</b> E = D + h + w; q' = sqrt(E) (q / sqrt(D), q . rows, q . columns), k' = (k, 1 at
   * its row, 1 at its column); q' k' / sqrt(E) = q k / sqrt(D) + q . row + q . column
   *
   * @param q [B,M,h*w,D]
   * @param k of the same shape
   */
  Folded folded(Tensor q, Tensor k, int height, int width) {
    long batch = q.size(0);
    long heads = q.size(1);
    long tokens = q.size(2);
    long channels = q.size(3);
    Tensor map = q.reshape(-1, height, width, channels); // [BM,h,w,D]
    Tensor byRow =
        map.permute(1, 0, 2, 3)
            .reshape(height, -1, channels)
            .matmulTransposed(vectors(rows.tensor(), height)) // [h,BM*w,h]
            .reshape(height, -1, width, height)
            .permute(1, 0, 2, 3) // [BM,h,w,h]
            .reshape(batch, heads, tokens, height);
    Tensor byColumn =
        map.permute(2, 0, 1, 3)
            .reshape(width, -1, channels)
            .matmulTransposed(vectors(columns.tensor(), width)) // [w,BM*h,w]
            .reshape(width, -1, height, width)
            .permute(1, 2, 0, 3) // [BM,h,w,w]
            .reshape(batch, heads, tokens, width);
    double root = Math.sqrt(channels + height + width);
    Tensor queries =
        Tensor.concat(3, q.mul(root / Math.sqrt(channels)), byRow.mul(root), byColumn.mul(root));
    Tensor places = places(q.engine(), height, width).expand(batch, heads, tokens, height + width);
    return new Folded(queries, Tensor.concat(3, k, places.cast(k.dtype())));
  }

  /** 1 at the row and at the column of each place, else 0: [1,1,h*w,h+w]. */
  private static Tensor places(Engine engine, int height, int width) {
    int length = height + width;
    float[] out = new float[height * width * length];
    for (int i = 0; i < height * width; i++) {
      out[i * length + i / width] = 1;
      out[i * length + height + i % width] = 1;
    }
    return engine.floats(out, 1, 1, (long) height * width, length);
  }

  /** The vector of each pair of places along an axis: [n,n,D]. */
  private static Tensor vectors(Tensor table, int n) {
    Engine engine = table.engine();
    int span = 2 * n - 1;
    Tensor fitting =
        table.size(0) == span
            ? table
            : engine
                .floats(Resampling.LINEAR.matrix(table.intSize(0), span), span, table.size(0))
                .matmul(table);
    long[] distance = new long[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        distance[i * n + j] = i - j + n - 1L;
      }
    }
    return fitting.indexSelect(0, engine.longs(distance, distance.length)).reshape(n, n, -1);
  }
}
