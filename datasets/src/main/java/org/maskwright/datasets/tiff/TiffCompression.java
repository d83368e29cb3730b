package org.maskwright.datasets.tiff;

import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.maskwright.datasets.DatasetException;

/**
 * Unpacks the blocks of a TIFF: none, LZW, Deflate and PackBits.
 *
 * <p><b>Source</b> TIFF 6.0, sec. 9 (PackBits) and 13 (LZW, which changes to longer codes one
 * early); Adobe's technical note 2 (Deflate)
 */
final class TiffCompression {
  static final int NONE = 1;
  private static final int LZW = 5;
  private static final int ADOBE_DEFLATE = 8;
  private static final int DEFLATE = 32_946;
  private static final int PACK_BITS = 32_773;

  private static final int CLEAR = 256;
  private static final int END = 257;
  private static final int MOST_CODES = 4096;

  private TiffCompression() {}

  /** Why a compression is not read; empty if it is. */
  static Optional<String> refusal(int compression) {
    return switch (compression) {
      case NONE, LZW, ADOBE_DEFLATE, DEFLATE, PACK_BITS -> Optional.empty();
      default ->
          Optional.of(
              "TIFF: compression %s of these channels is not read; save it with LZW, Deflate, PackBits or none"
                  .formatted(name(compression)));
    };
  }

  private static String name(int compression) {
    return switch (compression) {
      case 6, 7 -> "JPEG";
      case 34_712, 33_003, 33_005 -> "JPEG 2000";
      case 34_887 -> "LERC";
      case 34_925 -> "LZMA";
      case 50_000, 34_926 -> "Zstandard";
      case 50_001, 34_927 -> "WebP";
      default -> String.valueOf(compression);
    };
  }

  /**
   * The bytes of a block.
   *
   * @param length of them that are needed
   * @throws DatasetException if there are fewer, or the data are damaged
   */
  static byte[] unpacked(int compression, byte[] in, int length) {
    int size = in.length;
    byte[] out = new byte[length];
    int made =
        switch (compression) {
          case NONE -> {
            System.arraycopy(in, 0, out, 0, Math.min(size, length));
            yield Math.min(size, length);
          }
          case LZW -> lzw(in, size, out);
          case PACK_BITS -> packBits(in, size, out);
          default -> inflate(in, size, out);
        };
    if (made < length) {
      throw new DatasetException(
          "TIFF: truncated, a block of %d bytes where %d are expected".formatted(made, length));
    }
    return out;
  }

  private static int inflate(byte[] in, int size, byte[] out) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(in, 0, size);
      int made = 0;
      while (made < out.length) {
        int more = inflater.inflate(out, made, out.length - made);
        if (more == 0) {
          break;
        }
        made += more;
      }
      return made;
    } catch (DataFormatException e) {
      throw new DatasetException("TIFF: damaged Deflate data: " + e.getMessage(), e);
    } finally {
      inflater.end();
    }
  }

  private static int packBits(byte[] in, int size, byte[] out) {
    int made = 0;
    int at = 0;
    while (made < out.length && at < size) {
      int n = in[at++];
      if (n >= 0) {
        int literals = Math.min(n + 1, Math.min(size - at, out.length - made));
        System.arraycopy(in, at, out, made, literals);
        at += n + 1;
        made += literals;
      } else if (n != Byte.MIN_VALUE && at < size) {
        byte repeated = in[at++];
        for (int i = 0; i < 1 - n && made < out.length; i++) {
          out[made++] = repeated;
        }
      }
    }
    return made;
  }

  /** Each code is the bytes at {@code start[code]} of what was made before, {@code length} long. */
  private static int lzw(byte[] in, int size, byte[] out) {
    int[] start = new int[MOST_CODES];
    int[] length = new int[MOST_CODES];
    int codes = END + 1;
    int width = 9;
    int previousStart = -1;
    int previousLength = 0;
    int made = 0;
    long bits = 0;
    int held = 0;
    int at = 0;
    while (made < out.length) {
      while (held < width && at < size) {
        bits = bits << 8 | (in[at++] & 0xFF);
        held += 8;
      }
      if (held < width) {
        break;
      }
      int code = (int) (bits >> (held - width)) & ((1 << width) - 1);
      held -= width;
      if (code == END) {
        break;
      }
      if (code == CLEAR) {
        codes = END + 1;
        width = 9;
        previousStart = -1;
        continue;
      }
      int here = made;
      if (code < CLEAR) {
        out[made++] = (byte) code;
      } else {
        boolean known = code < codes;
        if (previousStart < 0 || code > codes) {
          throw new DatasetException("TIFF: damaged LZW data");
        }
        int from = known ? start[code] : previousStart;
        int n = known ? length[code] : previousLength + 1;
        for (int i = 0; i < n && made < out.length; i++) {
          out[made++] = out[from + i];
        }
      }
      if (previousStart >= 0 && codes < MOST_CODES) {
        start[codes] = previousStart;
        length[codes] = previousLength + 1;
        codes++;
      }
      if (codes + 1 >= 1 << width && width < 12) {
        width++;
      }
      previousStart = here;
      previousLength = made - here;
    }
    return made;
  }
}
