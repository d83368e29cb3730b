package org.maskwright.trainer.loss;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * What the pictures of a batch were made of, of all processes: for losses that tell pictures from
 * one another. A process has the gradient of its own rows alone, so that the gradients of all
 * processes add up to that of the whole batch, and reports the share of its rows in their number.
 *
 * <p>What is learnt, such as a scale, is applied to a process's own rows before they are sent.
 */
public final class SharedRows {
  private final int own;
  private final int total;
  private final List<Tensor> all;

  private SharedRows(int own, int total, List<Tensor> all) {
    this.own = own;
    this.total = total;
    this.all = List.copyOf(all);
  }

  /**
   * Sends rows and receives those of the others; all processes call it with as many tensors, of the
   * same shapes but for the number of rows.
   *
   * @param own float32 [n,..] each, of this process
   * @param rows n; where it is 0 nothing is read of the tensors but their shapes
   */
  public static SharedRows of(ProcessGroup group, List<Tensor> own, int rows) {
    if (group.size() == 1) {
      return new SharedRows(rows, rows, own);
    }
    List<FloatBuffer> sent = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    for (byte[] each : group.gather(bytes(own, rows))) {
      ByteBuffer in = ByteBuffer.wrap(each);
      counts.add(in.getInt());
      sent.add(in.slice().asFloatBuffer());
    }
    List<Tensor> all = new ArrayList<>();
    for (Tensor mine : own) {
      all.add(joined(group.rank(), mine, sent, counts));
    }
    return new SharedRows(rows, counts.stream().mapToInt(n -> n).sum(), all);
  }

  private static byte[] bytes(List<Tensor> own, int rows) {
    List<float[]> values = new ArrayList<>();
    int numbers = 0;
    for (Tensor each : rows == 0 ? List.<Tensor>of() : own) {
      values.add(each.toFloats());
      numbers = Math.addExact(numbers, values.get(values.size() - 1).length);
    }
    ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + Math.multiplyExact(Float.BYTES, numbers));
    out.putInt(rows);
    values.forEach(
        each -> {
          for (float value : each) {
            out.putFloat(value);
          }
        });
    return out.array();
  }

  /** A tensor's rows of all processes, in the order of the ranks. */
  private static Tensor joined(
      int rank, Tensor mine, List<FloatBuffer> sent, List<Integer> counts) {
    Engine engine = mine.engine();
    List<Tensor> parts = new ArrayList<>();
    for (int r = 0; r < sent.size(); r++) {
      int rows = counts.get(r);
      long[] shape = mine.shape();
      shape[0] = rows;
      int numbers = 1;
      for (long side : shape) {
        numbers = Math.multiplyExact(numbers, Math.toIntExact(side));
      }
      float[] values = new float[numbers];
      sent.get(r).get(values); // of a process's own too: what comes next is behind it
      if (rows > 0) {
        parts.add(r == rank ? mine : engine.floats(values, shape));
      }
    }
    return parts.isEmpty() ? mine : Tensor.concat(0, parts.toArray(Tensor[]::new));
  }

  /** The rows of a tensor of all processes [N,..]. */
  public Tensor all(int tensor) {
    return all.get(tensor);
  }

  /** N. */
  public int total() {
    return total;
  }

  /**
   * A loss over the rows of all processes as this process is to give it: with the gradient of its
   * own rows, and of the value the share of these.
   */
  public Tensor told(Tensor loss) {
    return own == total ? loss : loss.sub(loss.detach().mul(1 - (double) own / total));
  }
}
