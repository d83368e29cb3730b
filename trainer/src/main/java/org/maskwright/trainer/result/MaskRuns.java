package org.maskwright.trainer.result;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.modelzoo.postprocess.RunLengthMask;

/**
 * Masks of models as data sets and metrics have them, back, and on their way to another process.
 */
public final class MaskRuns {
  private MaskRuns() {}

  /** A model's mask as data sets and metrics have it. */
  public static Rle rle(RunLengthMask mask) {
    return Rle.ofCounts(mask.height(), mask.width(), mask.counts());
  }

  static RunLengthMask runs(Rle mask) {
    return RunLengthMask.ofCounts(mask.height(), mask.width(), mask.counts());
  }

  /** Writes what {@link #read} reads. */
  public static void write(Rle mask, DataOutput out) throws IOException {
    write(mask.height(), mask.width(), mask.counts(), out);
  }

  static void write(RunLengthMask mask, DataOutput out) throws IOException {
    write(mask.height(), mask.width(), mask.counts(), out);
  }

  private static void write(int height, int width, int[] counts, DataOutput out)
      throws IOException {
    out.writeInt(height);
    out.writeInt(width);
    out.writeInt(counts.length);
    for (int count : counts) {
      out.writeInt(count);
    }
  }

  /** Reads what {@link #write} has written. */
  public static Rle read(DataInput in) throws IOException {
    return rle(readRuns(in));
  }

  static RunLengthMask readRuns(DataInput in) throws IOException {
    int height = in.readInt();
    int width = in.readInt();
    int[] counts = new int[in.readInt()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = in.readInt();
    }
    return RunLengthMask.ofCounts(height, width, counts);
  }
}
