package org.maskwright.trainer.contrast;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.WordSpace;

/**
 * The latest views of pictures, the latest first; random directions at first. Its name in a
 * checkpoint is {@code rows}.
 *
 * <p><b>Source</b> MoCo (arXiv 1911.05722), section 3.2
 */
final class KeyQueue extends Module {
  private final Parameter rows;
  private final int width;

  /**
   * @param size K
   * @param width D
   */
  KeyQueue(Engine engine, int size, int width) {
    super(engine);
    this.width = width;
    rows = buffer("rows", WordSpace.directions(engine.normal(initStream(), 0, 1, size, width)));
  }

  /** All of it [K,D]. */
  Tensor rows() {
    return rows.tensor();
  }

  /**
   * Takes new rows in, of all processes in the order of their ranks, and drops as many of the
   * oldest; all processes call it.
   *
   * @param own of this process, row by row
   */
  void add(float[] own) {
    Engine engine = engine();
    float[] all = gathered(engine.processes(), own);
    int size = rows.tensor().intSize(0);
    int added = Math.min(size, all.length / width);
    try (var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor latest = engine.floats(all, all.length / width, width).slice(0, 0, added);
      rows.set(
          added == size
              ? latest
              : Tensor.concat(0, latest, rows.tensor().slice(0, 0, size - (long) added)));
    }
  }

  private static float[] gathered(ProcessGroup group, float[] own) {
    if (group.size() == 1) {
      return own;
    }
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, own.length));
    bytes.asFloatBuffer().put(own);
    List<byte[]> each = group.gather(bytes.array());
    FloatBuffer out =
        FloatBuffer.allocate(each.stream().mapToInt(b -> b.length).sum() / Float.BYTES);
    each.forEach(b -> out.put(ByteBuffer.wrap(b).asFloatBuffer()));
    return out.array();
  }
}
