package org.maskwright.datasets.image;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Size;

/**
 * The rows of a PNG of any size as colours, straight from the file: two rows are in memory.
 *
 * <p><b>Source</b> the PNG specification, third edition
 */
final class PngRowSource implements RowSource {
  private static final int BUFFER_BYTES = 1 << 16;

  private final DataInputStream rows;
  private final Size size;
  private final PngColours colours;

  private PngRowSource(DataInputStream rows, Size size, PngColours colours) {
    this.rows = rows;
    this.size = size;
    this.colours = colours;
  }

  /** Empty if its rows are interlaced, so that the first are not complete before the last. */
  static Optional<PngRowSource> open(Path file) {
    try {
      InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
      boolean opened = false;
      try {
        PngDataStream data = PngDataStream.open(in);
        if (data.isInterlaced()) {
          return Optional.empty();
        }
        requireBytes(file, data);
        Inflater inflater = new Inflater();
        opened = true;
        return Optional.of(
            new PngRowSource(
                new DataInputStream(
                    new InflaterInputStream(data, inflater, BUFFER_BYTES) {
                      @Override
                      public void close() throws IOException {
                        super.close();
                        inflater.end();
                      }
                    }),
                data.size(),
                data.colours()));
      } finally {
        if (!opened) {
          in.close();
        }
      }
    } catch (EOFException e) {
      throw new DatasetException("PNG: truncated inside its header", e);
    } catch (IOException e) {
      throw new DatasetException("image: cannot read the file: " + e.getMessage(), e);
    }
  }

  /** Refuses a file too small for the picture that it announces before a byte is unpacked. */
  private static void requireBytes(Path file, PngDataStream data) throws IOException {
    long raw = (data.colours().rowBytes(data.size().width()) + 1L) * data.size().height();
    long bytes = Files.size(file);
    if (raw > PngReader.MAX_EXPANSION * bytes) {
      throw new DatasetException(
          "PNG: truncated, %d bytes cannot hold %s pixels; fetch the file again"
              .formatted(bytes, data.size()));
    }
  }

  @Override
  public Size size() {
    return size;
  }

  @Override
  public int orientation() {
    return 1;
  }

  @Override
  public void read(Rows receiver) throws IOException {
    byte[] rgb = new byte[3 * size.width()];
    readStored(
        (two, to) -> {
          colours.toRgb(two, to, size.width(), rgb);
          receiver.add(rgb, rgb.length);
        });
  }

  /** What the bytes of its rows are. */
  PngColours colours() {
    return colours;
  }

  /** Receives rows as they are stored. */
  @FunctionalInterface
  interface StoredRows {
    /** The next row, in {@code bytes} from {@code from} on; overwritten after the call. */
    void add(byte[] bytes, int from);
  }

  /**
   * Reads all rows as they are stored, without their filters; once, in place of {@link #read}.
   *
   * @throws DatasetException if the file is damaged
   * @throws IOException if it cannot be read
   */
  void readStored(StoredRows receiver) throws IOException {
    int length = colours.rowBytes(size.width());
    byte[] filtered = new byte[length + 1];
    byte[] two = new byte[2 * length];
    PngRow row = new PngRow(colours.kind(), colours.depth(), filtered, two);
    for (int y = 0; y < size.height(); y++) {
      try {
        rows.readFully(filtered, 0, length + 1);
      } catch (EOFException e) {
        throw new DatasetException("PNG: truncated in row " + y + "; fetch the file again", e);
      }
      int to = y % 2 * length;
      int up = y == 0 ? -1 : (y + 1) % 2 * length;
      row.unfilter(0, to, up, length);
      receiver.add(two, to);
    }
    if (rows.read() >= 0) { // at the end checksums are verified
      throw new DatasetException("damaged PNG: more image data than rows");
    }
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
