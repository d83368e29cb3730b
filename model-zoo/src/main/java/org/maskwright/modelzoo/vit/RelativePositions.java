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

  /** Rows and columns of a map. */
  record Map(int height, int width) {}

  /**
   * What is added to the logits.
   *
   * @param q [B,M,h*w,D]
   * @return [B,M,h*w,h*w]
   */
  Tensor bias(Tensor q, int height, int width) {
    long batch = q.size(0);
    long heads = q.size(1);
    long channels = q.size(3);
    Tensor map = q.reshape(-1, height, width, channels); // [BM,h,w,D]
    Tensor byRow =
        map.permute(1, 0, 2, 3)
            .reshape(height, -1, channels)
            .matmulTransposed(vectors(rows.tensor(), height)) // [h,BM*w,h]
            .reshape(height, -1, width, height)
            .permute(1, 0, 2, 3); // [BM,h,w,h]
    Tensor byColumn =
        map.permute(2, 0, 1, 3)
            .reshape(width, -1, channels)
            .matmulTransposed(vectors(columns.tensor(), width)) // [w,BM*h,w]
            .reshape(width, -1, height, width)
            .permute(1, 2, 0, 3); // [BM,h,w,w]
    long tokens = (long) height * width;
    return byRow.unsqueeze(4).add(byColumn.unsqueeze(3)).reshape(batch, heads, tokens, tokens);
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
