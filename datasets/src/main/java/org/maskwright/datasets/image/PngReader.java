package org.maskwright.datasets.image;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.image.LabelPng.Header;
import org.maskwright.datasets.image.LabelPng.PixelKind;
import org.maskwright.datasets.mask.LabelMap;

/**
 * One PNG in memory: its chunks, then its rows, inflated a block at a time and turned into
 * integers.
 */
final class PngReader {
  private static final int HEADER_BYTES = 13;

  /** No deflate stream expands more than this. */
  static final long MAX_EXPANSION = 1032;

  /** Adam7: first column, column step, first row, row step of each pass. */
  private static final int[][] ADAM7 = {
    {0, 8, 0, 8}, {4, 8, 0, 8}, {0, 4, 4, 8}, {2, 4, 0, 4}, {0, 2, 2, 4}, {1, 2, 0, 2}, {0, 1, 1, 2}
  };

  private static final int[][] PROGRESSIVE = {{0, 1, 0, 1}};

  private final byte[] file;
  private final Header header;

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
    if (!PngChunks.isPng(file)) {
      throw new DatasetException("not a PNG: wrong signature");
    }
    PngChunks chunks = new PngChunks(file);
    chunks.advance();
    if (chunks.type() != PngChunks.HEADER || chunks.length() != HEADER_BYTES) {
      throw new DatasetException("PNG: damaged, no header chunk");
    }
    chunks.checkSum();
    ByteBuffer fields = ByteBuffer.wrap(file, chunks.content(), HEADER_BYTES);
    int width = fields.getInt();
    int height = fields.getInt();
    int depth = fields.get();
    int colours = fields.get();
    int compression = fields.get();
    int filter = fields.get();
    int interlace = fields.get();
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
    if (compression != 0 || filter != 0 || (interlace & ~1) != 0) {
      throw new DatasetException("PNG with an unknown compression, filter or interlace method");
    }
    return new Header(height, width, depth, kind(colours, depth), interlace == 1);
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

  /** The map lies in {@code buffers} if it has one or three bytes a pixel. */
  LabelMap read(PngBuffers buffers) {
    List<int[]> data = data();
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
    PngRows rows =
        new PngRows(stream(data, (int) compressed), rowBytes(header.width(), bits) + 1, buffers);
    boolean wholeBytes = bits == Byte.SIZE || header.kind() == PixelKind.RGB;
    LabelMap map =
        wholeBytes && !header.interlaced()
            ? readBytes(rows, bits / Byte.SIZE, buffers)
            : readLabels(rows);
    rows.finish();
    return map;
  }

  private ZlibStream stream(List<int[]> data, int length) {
    if (data.size() == 1) {
      int from = data.get(0)[0]; // two more chunk frames follow, as slack
      return new ZlibStream(file, from, from + length);
    }
    byte[] joined = new byte[length + ZlibStream.SLACK];
    int at = 0;
    for (int[] chunk : data) {
      System.arraycopy(file, chunk[0], joined, at, chunk[1]);
      at += chunk[1];
    }
    return new ZlibStream(joined, 0, length);
  }

  /** Offset and length of each chunk of image data. */
  private List<int[]> data() {
    List<int[]> data = new ArrayList<>();
    PngChunks chunks = new PngChunks(file);
    for (chunks.advance(); !chunks.isEnd(); chunks.advance()) {
      if (chunks.type() == PngChunks.DATA) {
        chunks.checkSum();
        data.add(new int[] {chunks.content(), chunks.length()});
      }
    }
    return data;
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

  /** Pixels of one byte or of three: rows are unfiltered to where they stay. */
  private LabelMap readBytes(PngRows rows, int pixelBytes, PngBuffers buffers) {
    int length = Math.multiplyExact(header.width(), pixelBytes);
    byte[] pixels = buffers.pixels(Math.multiplyExact(length, header.height()));
    PngRow row = new PngRow(header.kind(), header.bitDepth(), rows.buffer(), pixels);
    for (int y = 0; y < header.height(); y++) {
      int to = y * length;
      row.unfilter(rows.next(length + 1), to, y == 0 ? -1 : to - length, length);
    }
    return LabelMap.ofBytes(header.height(), header.width(), pixels, pixelBytes);
  }

  private LabelMap readLabels(PngRows rows) {
    int[] labels = new int[header.height() * header.width()];
    for (int[] pass : header.interlaced() ? ADAM7 : PROGRESSIVE) {
      readPass(rows, pass, labels);
    }
    return new LabelMap(header.height(), header.width(), labels);
  }

  private void readPass(PngRows rows, int[] pass, int[] labels) {
    int columns = passColumns(pass);
    int length = rowBytes(columns, header.kind().channels * header.bitDepth());
    byte[] twoRows = new byte[Math.multiplyExact(2, length)];
    PngRow row = new PngRow(header.kind(), header.bitDepth(), rows.buffer(), twoRows);
    int to = 0;
    for (int i = 0; i < passRows(pass); i++) {
      int above = i == 0 ? -1 : to;
      to = length - to;
      row.unfilter(rows.next(length + 1), to, above, length);
      int y = pass[2] + i * pass[3];
      row.labels(to, columns, labels, y * header.width() + pass[0], pass[1]);
    }
  }
}
