package org.maskwright.datasets.image;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.image.LabelPng.Header;
import org.maskwright.datasets.image.LabelPng.PixelKind;

/**
 * One PNG in memory: its chunks, then its rows, inflated a block at a time and turned into
 * integers.
 */
final class PngReader {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int IHDR = 0x49484452;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454e44;
  private static final int CHUNK_FRAME = 12;

  /** No deflate stream expands more than this. */
  private static final long MAX_EXPANSION = 1032;

  /**
   * Rows are inflated into about this many bytes at a time, which stay in the processor's cache.
   */
  private static final int BLOCK_BYTES = 1 << 16;

  /**
   * Rows are read four and eight bytes at a time; this many bytes behind the last row may be
   * touched.
   */
  private static final int SLACK = 8;

  /** Adam7: first column, column step, first row, row step of each pass. */
  private static final int[][] ADAM7 = {
    {0, 8, 0, 8}, {4, 8, 0, 8}, {0, 4, 4, 8}, {2, 4, 0, 4}, {0, 2, 2, 4}, {1, 2, 0, 2}, {0, 1, 1, 2}
  };

  private static final int[][] PROGRESSIVE = {{0, 1, 0, 1}};

  private final byte[] file;
  private final Header header;
  private final List<int[]> data = new ArrayList<>(); // offset, length of each IDAT
  private int nextData;
  private Inflater inflater;

  PngReader(byte[] file) {
    this.file = file;
    this.header = readHeader();
  }

  Header header() {
    return header;
  }

  private Header readHeader() {
    if (file.length == 0) {
      throw new DatasetException("an empty file, expected a PNG");
    }
    for (int i = 0; i < SIGNATURE.length; i++) {
      if (i >= file.length || file[i] != SIGNATURE[i]) {
        throw new DatasetException("not a PNG: wrong signature");
      }
    }
    int at = SIGNATURE.length;
    if (file.length < at + CHUNK_FRAME + 13 || int32(at) != 13 || int32(at + 4) != IHDR) {
      throw new DatasetException("truncated or damaged PNG: no header chunk");
    }
    checkCrc(at);
    int width = int32(at + 8);
    int height = int32(at + 12);
    int depth = file[at + 16];
    if (width < 1 || height < 1 || (long) width * height > LabelPng.MAX_PIXELS) {
      throw new DatasetException(
          "PNG of "
              + Integer.toUnsignedString(width)
              + " x "
              + Integer.toUnsignedString(height)
              + " pixels, expected 1 to "
              + LabelPng.MAX_PIXELS
              + " pixels");
    }
    if (file[at + 18] != 0 || file[at + 19] != 0 || (file[at + 20] & ~1) != 0) {
      throw new DatasetException("PNG with an unknown compression, filter or interlace method");
    }
    return new Header(height, width, depth, kind(file[at + 17], depth), file[at + 20] == 1);
  }

  private static PixelKind kind(int code, int depth) {
    for (PixelKind kind : PixelKind.values()) {
      if (kind.code == code) {
        boolean small = depth == 1 || depth == 2 || depth == 4;
        boolean known =
            switch (kind) {
              case GREY -> small || depth == 8 || depth == 16;
              case PALETTE -> small || depth == 8;
              case GREY_ALPHA -> depth == 8 || depth == 16;
              case RGB, RGBA -> depth == 8;
            };
        if (known) {
          return kind;
        }
      }
    }
    throw new DatasetException(
        "PNG of colour type "
            + code
            + " with "
            + depth
            + " bits: expected 1 to 16-bit grey, a palette, or 8-bit RGB, with or without alpha");
  }

  LabelMap read() {
    findData();
    int bits = header.kind().channels * header.bitDepth();
    int[][] passes = header.interlaced() ? ADAM7 : PROGRESSIVE;
    long raw = 0;
    long compressed = 0;
    for (int[] pass : passes) {
      raw += passRows(pass) * (rowBytes(passColumns(pass), bits) + 1L);
    }
    for (int[] chunk : data) {
      compressed += chunk[1];
    }
    if (raw > MAX_EXPANSION * compressed) {
      throw new DatasetException(
          "PNG of "
              + header.width()
              + " x "
              + header.height()
              + " pixels with "
              + compressed
              + " bytes of image data: truncated, or a decompression bomb");
    }
    int pixels = header.height() * header.width();
    boolean plainBytes = bits == Byte.SIZE && !header.interlaced();
    byte[] bytes = plainBytes ? new byte[pixels] : null;
    int[] labels = plainBytes ? null : new int[pixels];
    inflater = new Inflater();
    try {
      for (int[] pass : passes) {
        readPass(pass, bits, labels, bytes);
      }
      finish();
    } catch (DataFormatException e) {
      throw new DatasetException("damaged PNG: " + e.getMessage(), e);
    } finally {
      inflater.end();
    }
    return plainBytes
        ? LabelMap.ofBytes(header.height(), header.width(), bytes)
        : new LabelMap(header.height(), header.width(), labels);
  }

  private void findData() {
    int at = SIGNATURE.length;
    while (true) {
      if (file.length - at < CHUNK_FRAME) {
        throw new DatasetException("truncated PNG: ends before its last chunk");
      }
      int length = int32(at);
      if (length < 0 || length > file.length - at - CHUNK_FRAME) {
        throw new DatasetException(
            "truncated PNG: a chunk of "
                + Integer.toUnsignedString(length)
                + " bytes at "
                + at
                + " of "
                + file.length);
      }
      int type = int32(at + 4);
      if (type == IDAT) {
        checkCrc(at);
        data.add(new int[] {at + 8, length});
      } else if (type == IEND) {
        return;
      }
      at += CHUNK_FRAME + length;
    }
  }

  private int passColumns(int[] pass) {
    return (header.width() - pass[0] + pass[1] - 1) / pass[1];
  }

  private int passRows(int[] pass) {
    // A pass without a column has no rows, not even their filter bytes.
    return passColumns(pass) <= 0 ? 0 : (header.height() - pass[2] + pass[3] - 1) / pass[3];
  }

  private static int rowBytes(int columns, int bits) {
    return (int) (((long) columns * bits + 7) >> 3);
  }

  /** Into {@code bytes} where that is not null, else into {@code labels}. */
  private void readPass(int[] pass, int bits, int[] labels, byte[] bytes)
      throws DataFormatException {
    int columns = passColumns(pass);
    int rows = passRows(pass);
    if (rows <= 0) {
      return;
    }
    int stride = rowBytes(columns, bits) + 1;
    int blockRows = Math.max(1, Math.min(rows, BLOCK_BYTES / stride));
    // The row before the block lies in front of it.
    byte[] block = new byte[Math.multiplyExact(stride, blockRows + 1) + SLACK];
    PngRow row = new PngRow(header.kind(), header.bitDepth());
    for (int done = 0; done < rows; done += blockRows) {
      int count = Math.min(blockRows, rows - done);
      inflate(block, stride, count * stride);
      for (int i = 0; i < count; i++) {
        int at = (i + 1) * stride;
        row.unfilter(block, at, at - stride, stride - 1);
        int y = pass[2] + (done + i) * pass[3];
        int to = y * header.width() + pass[0];
        if (bytes != null) {
          System.arraycopy(block, at + 1, bytes, to, columns);
        } else {
          row.labels(block, at + 1, columns, labels, to, pass[1]);
        }
      }
      System.arraycopy(block, count * stride, block, 0, stride);
    }
  }

  private void inflate(byte[] target, int from, int length) throws DataFormatException {
    int got = 0;
    while (got < length) {
      int n = inflater.inflate(target, from + got, length - got);
      got += n;
      if (n == 0) {
        if (inflater.finished() || inflater.needsDictionary()) {
          throw new DatasetException("damaged PNG: image data end before the last row");
        }
        nextChunk();
      }
    }
  }

  private void nextChunk() {
    if (!inflater.needsInput()) {
      throw new DatasetException("damaged PNG: image data cannot be inflated");
    }
    if (nextData == data.size()) {
      throw new DatasetException("truncated PNG: image data end before the last row");
    }
    int[] chunk = data.get(nextData++);
    inflater.setInput(file, chunk[0], chunk[1]);
  }

  /**
   * Reads on to the stream's end, so that its checksum is verified; surplus data are not expanded.
   */
  private void finish() throws DataFormatException {
    byte[] surplus = new byte[1];
    while (!inflater.finished()) {
      if (inflater.inflate(surplus) > 0) {
        throw new DatasetException("damaged PNG: more image data than rows");
      }
      if (!inflater.finished()) {
        nextChunk();
      }
    }
  }

  private void checkCrc(int chunk) {
    int length = int32(chunk);
    CRC32 crc = new CRC32();
    crc.update(file, chunk + 4, length + 4);
    if ((int) crc.getValue() != int32(chunk + 8 + length)) {
      throw new DatasetException("damaged PNG: wrong checksum of the chunk at " + chunk);
    }
  }

  private int int32(int at) {
    return (file[at] & 0xff) << 24
        | (file[at + 1] & 0xff) << 16
        | (file[at + 2] & 0xff) << 8
        | (file[at + 3] & 0xff);
  }
}
