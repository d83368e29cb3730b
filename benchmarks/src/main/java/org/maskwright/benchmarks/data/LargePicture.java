package org.maskwright.benchmarks.data;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.maskwright.datasets.RgbImage;

/**
 * Writes a PNG of any size, row by row: a picture of {@link Cells}, repeated.
 *
 * <p>Arguments: FILE, side in pixels, side of the picture that is repeated, cells in it.
 */
public final class LargePicture {
  private static final long SIGNATURE = 0x89504e470d0a1a0aL;
  private static final int CHUNK_BYTES = 1 << 20;

  private LargePicture() {}

  /** The program. */
  public static void main(String[] args) throws IOException {
    if (args.length != 4) {
      throw new IllegalArgumentException(
          "expected FILE SIDE REPEATED CELLS, got " + args.length + " arguments");
    }
    int repeated = Integer.parseInt(args[2]);
    RgbImage part = Cells.draw(repeated, Integer.parseInt(args[3]), 1).image();
    write(Path.of(args[0]), Integer.parseInt(args[1]), part);
  }

  /** Writes a square of copies of a picture. */
  static void write(Path file, int side, RgbImage part) throws IOException {
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      out.writeLong(SIGNATURE);
      ByteArrayOutputStream header = new ByteArrayOutputStream();
      DataOutputStream fields = new DataOutputStream(header);
      fields.writeInt(side);
      fields.writeInt(side);
      fields.write(new byte[] {8, 2, 0, 0, 0});
      chunk(out, "IHDR", header.toByteArray(), header.size());
      Deflater quick = new Deflater(Deflater.BEST_SPEED);
      try (Chunks chunks = new Chunks(out);
          DeflaterOutputStream rows = new DeflaterOutputStream(chunks, quick, CHUNK_BYTES)) {
        byte[] row = new byte[1 + 3 * side];
        for (int y = 0; y < side; y++) {
          int from = 3 * (y % part.height()) * part.width();
          for (int at = 1; at < row.length; at += 3 * part.width()) {
            int length = Math.min(3 * part.width(), row.length - at);
            System.arraycopy(part.data(), from, row, at, length);
          }
          rows.write(row);
        }
      } finally {
        quick.end();
      }
      chunk(out, "IEND", new byte[0], 0);
    }
  }

  /** Each write becomes a chunk. */
  private static final class Chunks extends OutputStream {
    private final DataOutputStream out;

    Chunks(DataOutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      byte[] content = new byte[length];
      System.arraycopy(bytes, from, content, 0, length);
      chunk(out, "IDAT", content, length);
    }
  }

  private static void chunk(DataOutputStream out, String type, byte[] content, int length)
      throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(content, 0, length);
    out.writeInt(length);
    out.write(name);
    out.write(content, 0, length);
    out.writeInt((int) crc.getValue());
  }
}
