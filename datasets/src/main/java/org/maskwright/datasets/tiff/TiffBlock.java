package org.maskwright.datasets.tiff;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.PixelFormat;

/**
 * The numbers of an unpacked strip or tile.
 *
 * <p><b>Source</b> TIFF 6.0, sec. 14 (differences of neighbours); Adobe Photoshop TIFF technical
 * note 3 (predictor of floating-point numbers)
 */
final class TiffBlock {
  private static final int DIFFERENCES = 2;
  private static final int FLOATING_POINT = 3;

  private final ByteBuffer bytes;
  private final int width;
  private final int samples;
  private final PixelFormat format;

  /**
   * @param bytes unpacked; the predictor is undone in place
   * @param width columns
   * @param samples numbers of a column
   */
  TiffBlock(
      byte[] bytes, ByteOrder order, int width, int samples, PixelFormat format, int predictor) {
    this.width = width;
    this.samples = samples;
    this.format = format;
    this.bytes =
        ByteBuffer.wrap(bytes).order(predictor == FLOATING_POINT ? ByteOrder.BIG_ENDIAN : order);
    int rowBytes = width * samples * sampleBytes();
    for (int row = 0; row + rowBytes <= bytes.length && predictor != 1; row += rowBytes) {
      switch (predictor) {
        case DIFFERENCES -> addDifferences(row, rowBytes);
        case FLOATING_POINT -> gather(bytes, row, rowBytes);
        default -> throw new DatasetException("TIFF: predictor " + predictor + " is not known");
      }
    }
  }

  private int sampleBytes() {
    return format.bits() / Byte.SIZE;
  }

  private void addDifferences(int row, int rowBytes) {
    int step = samples * sampleBytes();
    for (int at = row + step; at < row + rowBytes; at += sampleBytes()) {
      switch (format.bits()) {
        case 8 -> bytes.put(at, (byte) (bytes.get(at) + bytes.get(at - step)));
        case 16 -> bytes.putShort(at, (short) (bytes.getShort(at) + bytes.getShort(at - step)));
        case 32 -> bytes.putInt(at, bytes.getInt(at) + bytes.getInt(at - step));
        default -> bytes.putLong(at, bytes.getLong(at) + bytes.getLong(at - step));
      }
    }
  }

  /** First all most significant bytes, then all next ones; differences of bytes before that. */
  private void gather(byte[] all, int row, int rowBytes) {
    for (int at = row + samples; at < row + rowBytes; at++) {
      all[at] += all[at - samples];
    }
    byte[] apart = Arrays.copyOfRange(all, row, row + rowBytes);
    int numbers = width * samples;
    for (int i = 0; i < numbers; i++) {
      for (int b = 0; b < sampleBytes(); b++) {
        all[row + i * sampleBytes() + b] = apart[b * numbers + i];
      }
    }
  }

  /**
   * Writes numbers of one channel in units of 0..255.
   *
   * @param row of the block
   * @param column the first
   * @param sample of a column
   * @param count columns
   */
  void values(int row, int column, int sample, int count, float[] out, int to) {
    int step = samples * sampleBytes();
    int at = ((row * width + column) * samples + sample) * sampleBytes();
    double scale = format.scale();
    for (int i = 0; i < count; i++, at += step) {
      out[to + i] = (float) (number(at) * scale);
    }
  }

  private double number(int at) {
    return switch (format.numbers()) {
      case UNSIGNED ->
          switch (format.bits()) {
            case 8 -> bytes.get(at) & 0xFF;
            case 16 -> bytes.getShort(at) & 0xFFFF;
            case 32 -> bytes.getInt(at) & 0xFFFFFFFFL;
            default -> unsigned(bytes.getLong(at));
          };
      case SIGNED ->
          switch (format.bits()) {
            case 8 -> bytes.get(at);
            case 16 -> bytes.getShort(at);
            case 32 -> bytes.getInt(at);
            default -> bytes.getLong(at);
          };
      case FLOAT -> format.bits() == Float.SIZE ? bytes.getFloat(at) : bytes.getDouble(at);
    };
  }

  private static double unsigned(long value) {
    return (value >>> 1) * 2.0 + (value & 1);
  }
}
