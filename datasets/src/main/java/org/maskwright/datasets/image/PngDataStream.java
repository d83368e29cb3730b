package org.maskwright.datasets.image;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Size;

/** The content of the data chunks of a PNG, one behind the other, with their checksums verified. */
final class PngDataStream extends InputStream {
  private static final int PALETTE = 0x504C5445; // "PLTE"
  private static final int SIGNATURE_BYTES = 8;
  private static final int HEADER_BYTES = 13;
  private static final int MOST_PALETTE_BYTES = 768;

  private final DataInputStream in;
  private final Size size;
  private final PngColours colours;
  private final boolean interlaced;
  private final CRC32 crc = new CRC32();
  private int left; // of the data chunk
  private boolean ended;

  private PngDataStream(DataInputStream in) throws IOException {
    this.in = in;
    byte[] signature = in.readNBytes(SIGNATURE_BYTES);
    if (!PngChunks.isPng(signature)) {
      throw new DatasetException("not a PNG: wrong signature");
    }
    int length = in.readInt();
    if (in.readInt() != PngChunks.HEADER || length != HEADER_BYTES) {
      throw new DatasetException("PNG: damaged, no header chunk");
    }
    int width = in.readInt();
    int height = in.readInt();
    int depth = in.readUnsignedByte();
    int type = in.readUnsignedByte();
    int compression = in.readUnsignedByte();
    int filter = in.readUnsignedByte();
    int interlace = in.readUnsignedByte();
    in.readInt(); // the checksum: what is wrong in here shows
    if (compression != 0 || filter != 0 || interlace > 1 || width < 1 || height < 1) {
      throw new DatasetException("PNG: damaged header");
    }
    this.size = new Size(width, height);
    this.interlaced = interlace == 1;
    this.colours = PngColours.of(type, depth, palette());
  }

  /** Reads up to the first data chunk. */
  static PngDataStream open(InputStream in) throws IOException {
    return new PngDataStream(new DataInputStream(in));
  }

  Size size() {
    return size;
  }

  PngColours colours() {
    return colours;
  }

  boolean isInterlaced() {
    return interlaced;
  }

  /** Goes to the first data chunk; gives the palette before it, or nothing. */
  private byte[] palette() throws IOException {
    byte[] palette = {};
    while (true) {
      int length = in.readInt();
      int type = in.readInt();
      if (length < 0) {
        throw new DatasetException("PNG: damaged, a chunk of negative length");
      }
      if (type == PngChunks.DATA) {
        startChunk(length);
        return palette;
      }
      if (type == PALETTE && length <= MOST_PALETTE_BYTES) {
        palette = in.readNBytes(length);
      } else {
        in.skipNBytes(length);
      }
      in.readInt();
    }
  }

  private void startChunk(int length) {
    left = length;
    crc.reset();
    crc.update(new byte[] {'I', 'D', 'A', 'T'});
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int at, int length) throws IOException {
    while (left == 0 && !ended) {
      nextChunk();
    }
    if (ended) {
      return -1;
    }
    int n = in.read(into, at, Math.min(length, left));
    if (n < 0) {
      throw new EOFException();
    }
    crc.update(into, at, n);
    left -= n;
    return n;
  }

  private void nextChunk() throws IOException {
    if (in.readInt() != (int) crc.getValue()) {
      throw new DatasetException("PNG: wrong checksum, the file is damaged");
    }
    int length = in.readInt();
    ended = in.readInt() != PngChunks.DATA;
    if (!ended) {
      startChunk(length);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
