package org.maskwright.datasets.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.Adler32;
import org.maskwright.datasets.DatasetException;

/**
 * A zlib stream in memory, inflated a stretch at a time.
 *
 * <p>Differs from {@link java.util.zip.Inflater} in what it is quick at: a label map shrinks a
 * hundred times, so that nearly all of it are matches of hundreds of bytes, mostly of one repeated
 * byte or pixel. Matches are copied eight bytes at a time, four times as fast as zlib copies them.
 * What it accepts and refuses is the same.
 *
 * <p><b>Source</b> RFC 1950 (zlib), RFC 1951 (deflate).
 *
 * <p><b>Threads</b> one at a time.
 */
final class ZlibStream {
  /** How far back a match may reach: what {@link #inflate} needs to find before its start. */
  static final int WINDOW = 1 << 15;

  /** This many bytes behind {@code limit} may be written. */
  static final int OVERSHOOT = 258 + 16;

  /** This many bytes behind the stream may be looked at. */
  static final int SLACK = 16;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Times a byte value: eight of it. */
  private static final long ONES = 0x0101010101010101L;

  /** The least multiple of a distance below 8 that is at least 8. */
  private static final int[] PERIOD = {0, 8, 8, 9, 8, 10, 12, 14};

  private enum State {
    BLOCK_HEADER,
    STORED,
    CODED,
    DONE
  }

  private final byte[] in;
  private final int end;
  private int at;
  private long bits; // the next bits of the stream, lowest first
  private int count; // how many of them are taken from at - 1 and before
  private State state = State.BLOCK_HEADER;
  private boolean lastBlock;
  private int storedLeft;
  private final DeflateCodes codes = new DeflateCodes();
  private final Adler32 checksum = new Adler32();

  /**
   * @param in holds the stream from {@code from} to {@code end} and at least {@link #SLACK} bytes
   *     more
   */
  ZlibStream(byte[] in, int from, int end) {
    this.in = in;
    this.at = from;
    this.end = end;
    readHeader();
  }

  private void readHeader() {
    if (end - at < 2) {
      throw truncated();
    }
    int method = in[at] & 0xff;
    int flags = in[at + 1] & 0xff;
    boolean deflate = (method & 15) == 8 && method >> 4 <= 7;
    boolean dictionary = (flags & 32) != 0;
    if (!deflate || dictionary || ((method << 8) + flags) % 31 != 0) {
      throw new DatasetException("damaged PNG: image data are not a zlib stream");
    }
    at += 2;
  }

  /** Whether the end of the stream was reached and its checksum is right. */
  boolean finished() {
    return state == State.DONE;
  }

  /**
   * Inflates to {@code out} until {@code limit} is reached or the stream ends. The bytes before
   * {@code from} are what was inflated before, at least the last {@link #WINDOW} bytes of it.
   *
   * @param out at least {@code limit} + {@link #OVERSHOOT} long
   * @return where the inflated bytes end; up to 257 behind {@code limit}
   * @throws DatasetException if the stream is damaged or ends too early
   */
  int inflate(byte[] out, int from, int limit) {
    int to = from;
    while (to < limit && state != State.DONE) {
      switch (state) {
        case BLOCK_HEADER -> readBlockHeader();
        case STORED -> to = copyStored(out, to, limit);
        case CODED -> to = decode(out, to, limit);
        case DONE -> {}
      }
      if (state == State.BLOCK_HEADER && lastBlock) {
        state = State.DONE;
      }
    }
    checksum.update(out, from, to - from);
    if (state == State.DONE) {
      checkSum();
    }
    return to;
  }

  private void readBlockHeader() {
    lastBlock = take(1) == 1;
    switch (take(2)) {
      case 0 -> {
        toByte();
        storedLeft = take(16);
        if ((storedLeft ^ 0xffff) != take(16)) {
          throw new DatasetException("damaged PNG: wrong length of a stored block");
        }
        toByte();
        state = storedLeft == 0 ? State.BLOCK_HEADER : State.STORED;
      }
      case 1 -> {
        codes.setFixed();
        state = State.CODED;
      }
      case 2 -> {
        readCodes();
        state = State.CODED;
      }
      default -> throw new DatasetException("damaged PNG: unknown kind of deflate block");
    }
  }

  private void readCodes() {
    int literals = take(5) + 257;
    int distances = take(5) + 1;
    int lengthCodes = take(4) + 4;
    codes.startLengths(literals, distances);
    for (int i = 0; i < lengthCodes; i++) {
      codes.addLengthOfLength(i, take(3));
    }
    codes.buildCodeOfLengths();
    while (codes.wantsLength()) {
      refill();
      int entry = codes.lengthEntry((int) bits);
      drop(DeflateTable.codeBits(entry));
      int more = take(DeflateTable.extraBits(entry));
      codes.addLength(DeflateTable.value(entry), more);
    }
    codes.build();
  }

  private int copyStored(byte[] out, int to, int limit) {
    int n = Math.min(storedLeft, limit - to);
    if (n > end - at) {
      throw truncated();
    }
    System.arraycopy(in, at, out, to, n);
    at += n;
    storedLeft -= n;
    if (storedLeft == 0) {
      state = State.BLOCK_HEADER;
    }
    return to + n;
  }

  /** Decodes symbols of the current block; the fields it uses most are locals meanwhile. */
  private int decode(byte[] out, int from, int limit) {
    int[] literals = codes.literals.entries();
    int[] distances = codes.distances.entries();
    int literalMask = codes.literals.indexMask();
    int distanceMask = codes.distances.indexMask();
    byte[] input = in;
    int next = at;
    long ahead = bits;
    int n = count;
    int to = from;
    while (to < limit) {
      ahead |= (long) LONG.get(input, next) << n;
      next += (63 - n) >>> 3;
      n |= 56;
      int entry = literals[(int) ahead & literalMask];
      if ((entry & DeflateTable.LONGER) != 0) {
        entry = literals[DeflateTable.second(entry, ahead)];
      }
      int used = DeflateTable.codeBits(entry);
      ahead >>>= used;
      n -= used;
      if ((entry & DeflateTable.LITERAL) != 0) {
        out[to++] = (byte) DeflateTable.value(entry);
      } else if ((entry & DeflateTable.LENGTH) != 0) {
        int extra = DeflateTable.extraBits(entry);
        int length = DeflateTable.value(entry) + ((int) ahead & (1 << extra) - 1);
        ahead >>>= extra;
        n -= extra;
        entry = distances[(int) ahead & distanceMask];
        if ((entry & DeflateTable.LONGER) != 0) {
          entry = distances[DeflateTable.second(entry, ahead)];
        }
        used = DeflateTable.codeBits(entry);
        ahead >>>= used;
        extra = DeflateTable.extraBits(entry);
        int distance = DeflateTable.value(entry) + ((int) ahead & (1 << extra) - 1);
        ahead >>>= extra;
        n -= used + extra;
        if (distance > to || distance == 0) {
          throw new DatasetException("damaged PNG: image data refer to before their start");
        }
        copy(out, to, distance, length);
        to += length;
      } else if ((entry & DeflateTable.END) != 0) {
        state = State.BLOCK_HEADER;
        limit = to;
      } else {
        throw new DatasetException("damaged PNG: unknown deflate code");
      }
      if ((next - end) * Byte.SIZE > n) {
        throw truncated();
      }
    }
    at = next;
    bits = ahead;
    count = n;
    return to;
  }

  /** Copies a match; up to 15 bytes more than it has are written. */
  private static void copy(byte[] out, int to, int distance, int length) {
    int stop = to + length;
    int i = to;
    if (distance == 1) {
      long repeated = (out[to - 1] & 0xff) * ONES;
      for (; i < stop; i += Long.BYTES) {
        LONG.set(out, i, repeated);
      }
      return;
    }
    int period = distance;
    if (distance < Long.BYTES) {
      // What has a period has its multiples too.
      period = PERIOD[distance];
      for (int first = to + period - distance; i < first; i++) {
        out[i] = out[i - distance];
      }
    }
    for (; i < stop; i += Long.BYTES) {
      LONG.set(out, i, (long) LONG.get(out, i - period));
    }
  }

  private void refill() {
    if ((at - end) * Byte.SIZE > count) {
      throw truncated();
    }
    bits |= (long) LONG.get(in, at) << count;
    at += (63 - count) >>> 3;
    count |= 56;
  }

  /** The next {@code n} bits, at most 16, as a number. */
  private int take(int n) {
    refill();
    int value = (int) bits & (1 << n) - 1;
    drop(n);
    return value;
  }

  private void drop(int n) {
    bits >>>= n;
    count -= n;
  }

  /** Goes on at the next whole byte, with no bits ahead. */
  private void toByte() {
    at -= count >> 3;
    bits = 0;
    count = 0;
    if (at > end) {
      throw truncated();
    }
  }

  private void checkSum() {
    toByte();
    if (end - at < Integer.BYTES) {
      throw truncated();
    }
    int expected = Integer.reverseBytes((int) (long) LONG.get(in, at));
    if (expected != (int) checksum.getValue()) {
      throw new DatasetException("damaged PNG: wrong checksum of the image data");
    }
  }

  private static DatasetException truncated() {
    return new DatasetException("truncated PNG: image data end before the last row");
  }
}
