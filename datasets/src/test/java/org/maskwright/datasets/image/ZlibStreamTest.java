package org.maskwright.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.DatasetException;

class ZlibStreamTest {
  private static final int[] LEVELS = {0, 1, 6, 9};
  private static final int[] STRATEGIES = {
    Deflater.DEFAULT_STRATEGY, Deflater.FILTERED, Deflater.HUFFMAN_ONLY
  };
  private static final int ROOM = 200_000;

  @Test
  void everyLevelAndStrategyIsReadBackInStretchesOfAnySize() {
    Random random = new Random(1);
    for (int round = 0; round < 60; round++) {
      byte[] raw = raw(random, random.nextInt(round < 5 ? 4 : 150_000));
      for (int level : LEVELS) {
        for (int strategy : STRATEGIES) {
          byte[] stream = deflated(raw, level, strategy);
          int stretch = 1 + random.nextInt(random.nextBoolean() ? 40 : 100_000);
          assertArrayEquals(raw, inflated(stream, stretch), round + " " + level + " " + strategy);
        }
      }
    }
  }

  /** A slid buffer of the last bytes is all that matches need. */
  @Test
  void theWindowIsAllThatIsLookedAt() {
    Random random = new Random(2);
    byte[] raw = raw(random, 900_000);
    byte[] stream = deflated(raw, 9, Deflater.DEFAULT_STRATEGY);
    var zlib = stream(stream);
    byte[] buffer = new byte[ZlibStream.WINDOW + 5000 + ZlibStream.OVERSHOOT];
    int end = 0;
    int done = 0;
    while (done < raw.length) {
      int kept = Math.min(end, ZlibStream.WINDOW);
      System.arraycopy(buffer, end - kept, buffer, 0, kept);
      end = zlib.inflate(buffer, kept, buffer.length - ZlibStream.OVERSHOOT);
      assertTrue(Arrays.equals(buffer, kept, end, raw, done, done + end - kept));
      done += end - kept;
    }
    assertTrue(zlib.finished());
  }

  @Test
  void whatTheJdkRefusesIsRefusedAndWhatItAcceptsIsEqual() {
    Random random = new Random(3);
    int accepted = 0;
    for (int round = 0; round < 30_000; round++) {
      byte[] raw = raw(random, random.nextInt(600));
      int level = LEVELS[random.nextInt(LEVELS.length)];
      byte[] stream = deflated(raw, level, STRATEGIES[random.nextInt(STRATEGIES.length)]);
      int changes = random.nextInt(4);
      for (int i = 0; i < changes; i++) {
        int at = random.nextInt(random.nextBoolean() ? stream.length : Math.min(40, stream.length));
        stream[at] ^= (byte) (1 << random.nextInt(8));
      }
      if (random.nextInt(5) == 0) {
        stream = Arrays.copyOf(stream, random.nextInt(stream.length));
      }
      byte[] expected = jdk(stream);
      byte[] got;
      try {
        got = inflated(stream, ROOM);
      } catch (DatasetException refused) {
        got = null;
      }
      assertEquals(expected == null, got == null, "round " + round);
      if (got != null) {
        assertArrayEquals(expected, got, "round " + round);
        accepted++;
      }
    }
    assertTrue(accepted > 5000 && accepted < 25_000, accepted + " accepted");
  }

  private static ZlibStream stream(byte[] stream) {
    byte[] slack = Arrays.copyOf(stream, stream.length + ZlibStream.SLACK);
    Arrays.fill(slack, stream.length, slack.length, (byte) 0x5a);
    return new ZlibStream(slack, 0, stream.length);
  }

  private static byte[] inflated(byte[] stream, int stretch) {
    ZlibStream zlib = stream(stream);
    byte[] out = new byte[ROOM + stretch + ZlibStream.OVERSHOOT];
    int end = 0;
    while (!zlib.finished() && end < ROOM) {
      end = zlib.inflate(out, end, end + stretch);
    }
    return zlib.finished() ? Arrays.copyOf(out, end) : null;
  }

  private static byte[] jdk(byte[] stream) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(stream);
      byte[] out = new byte[ROOM];
      int end = 0;
      while (!inflater.finished() && end < ROOM) {
        int n = inflater.inflate(out, end, ROOM - end);
        if (n == 0 && !inflater.finished()) {
          return null;
        }
        end += n;
      }
      return inflater.finished() ? Arrays.copyOf(out, end) : null;
    } catch (DataFormatException e) {
      return null;
    } finally {
      inflater.end();
    }
  }

  /** Runs and repeated patterns of any period, with noise between them. */
  private static byte[] raw(Random random, int length) {
    byte[] raw = new byte[length];
    int at = 0;
    while (at < length) {
      int run = Math.min(length - at, 1 + random.nextInt(random.nextBoolean() ? 12 : 2000));
      int period = 1 + random.nextInt(random.nextBoolean() ? 9 : 40_000);
      boolean noise = random.nextInt(4) == 0;
      for (int end = at + run; at < end; at++) {
        raw[at] = noise || at < period ? (byte) random.nextInt(256) : raw[at - period];
      }
    }
    return raw;
  }

  private static byte[] deflated(byte[] raw, int level, int strategy) {
    Deflater deflater = new Deflater(level);
    deflater.setStrategy(strategy);
    deflater.setInput(raw);
    deflater.finish();
    byte[] out = new byte[raw.length + raw.length / 100 + 1000];
    int length = 0;
    while (!deflater.finished()) {
      length += deflater.deflate(out, length, out.length - length);
    }
    deflater.end();
    return Arrays.copyOf(out, length);
  }
}
