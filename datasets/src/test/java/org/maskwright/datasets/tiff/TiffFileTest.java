package org.maskwright.datasets.tiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.PixelFormat;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.WrittenTiff;

/** Files that tifffile wrote ({@code make_tiffs.py}), against the formula of their values. */
class TiffFileTest {
  private static final float FLOAT_ROUNDING = 1e-4f;

  @TempDir private Path folder;

  /** A line of tiffs.tsv. */
  record Golden(String file, String kind, int channels, int width, int height) {
    /** The value of a channel at (x, y), in units of 0..255. */
    double value(int c, int x, int y) {
      long n = (7919L * c + 523L * y + 131L * x) % 65536;
      return switch (kind) {
        case "u1" -> n % 256;
        case "u2" -> file.startsWith("white") ? 255 - n * 255.0 / 65535 : n * 255.0 / 65535;
        case "u4" -> n * 65537 * 255.0 / 4294967295L;
        case "i2" -> (n - 32768) * 255.0 / 32767;
        default -> (n / 65536.0 - 0.5) * 255;
      };
    }
  }

  static Stream<Golden> golden() throws IOException {
    String lines = new String(bytes("tiffs.tsv"), StandardCharsets.UTF_8);
    return lines
        .lines()
        .map(line -> line.split("\t", -1))
        .map(
            f ->
                new Golden(
                    f[0],
                    f[1],
                    Integer.parseInt(f[2]),
                    Integer.parseInt(f[3]),
                    Integer.parseInt(f[4])));
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream in = TiffFileTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  private Path file(String name) throws IOException {
    return Files.write(folder.resolve(name), bytes(name));
  }

  @ParameterizedTest
  @MethodSource("golden")
  void whatTifffileWritesIsReadWindowByWindow(Golden golden) throws IOException {
    try (TiffFile tiff = TiffFile.open(file(golden.file))) {
      assertEquals(new Size(golden.width, golden.height), tiff.size());
      PixelFormat format = tiff.format();
      assertEquals(golden.channels, format.channels());
      assertEquals(8 * (golden.kind.charAt(1) - '0'), format.bits());
      int[] all = IntStream.range(0, golden.channels).toArray();
      assertSame(golden, tiff, Window.of(tiff.size()), all);
      Random random = new Random(1);
      for (int round = 0; round < 30; round++) {
        int x = random.nextInt(golden.width);
        int y = random.nextInt(golden.height);
        Window window =
            new Window(
                x, y, 1 + random.nextInt(golden.width - x), 1 + random.nextInt(golden.height - y));
        int[] some = random.ints(3, 0, golden.channels).toArray(); // one may come twice
        assertSame(golden, tiff, window, some);
      }
    }
  }

  private static void assertSame(Golden golden, TiffFile tiff, Window window, int... channels) {
    ChannelImage image = tiff.read(window, channels);
    assertEquals(channels.length, image.channels());
    int at = 0;
    for (int channel : channels) {
      for (int y = window.y(); y < window.bottom(); y++) {
        for (int x = window.x(); x < window.right(); x++, at++) {
          double expected = golden.value(channel, x, y);
          assertEquals(
              expected, image.values()[at], FLOAT_ROUNDING, golden.file + " " + channel + " " + x);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("golden")
  void aFileThatIsCutOffIsRefused(Golden golden) throws IOException {
    byte[] whole = bytes(golden.file);
    int[] all = IntStream.range(0, golden.channels).toArray();
    for (int length : new int[] {3, 9, 40, whole.length / 2, whole.length - 1}) {
      Path cut = Files.write(folder.resolve("cut.tif"), Arrays.copyOf(whole, length));
      assertThrows(
          DatasetException.class,
          () -> {
            try (TiffFile tiff = TiffFile.open(cut)) {
              tiff.read(Window.of(tiff.size()), all);
            }
          },
          golden.file + " " + length);
    }
  }

  /** No other exception, no endless loop, no memory for what is not there. */
  @ParameterizedTest
  @MethodSource("golden")
  void aDamagedFileIsReadOrRefused(Golden golden) throws IOException {
    byte[] whole = bytes(golden.file);
    Random random = new Random(2);
    for (int round = 0; round < 60; round++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i < 3; i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Path path = Files.write(folder.resolve("damaged.tif"), damaged);
      try (TiffFile tiff = TiffFile.open(path)) {
        if ((long) tiff.size().width() * tiff.size().height() < 1_000_000) {
          tiff.read(Window.of(tiff.size()), 0);
        }
      } catch (DatasetException expected) {
        assertTrue(expected.getMessage().length() > 5);
      }
    }
  }

  @Test
  void valuesThatAreNoNumbersAreCountedAndPlaced() throws IOException {
    float[] values = new float[3 * 4 * 5];
    values[20 + 7] = Float.NaN;
    values[20 + 9] = Float.POSITIVE_INFINITY;
    Path path = WrittenTiff.floats(4, 5, 3, values).to(folder.resolve("nan.tif"));
    try (TiffFile tiff = TiffFile.open(path)) {
      DatasetException e =
          assertThrows(DatasetException.class, () -> tiff.read(Window.of(tiff.size()), 0, 1, 2));
      assertTrue(
          e.getMessage().contains("2 of 60 values are NaN")
              && e.getMessage().contains("in channel 2 at (3, 1)"),
          e.getMessage());
      assertEquals(1, tiff.read(Window.of(tiff.size()), 0).channels());
    }
  }

  @Test
  void aCompressionThatIsNotReadIsNamed() throws IOException {
    byte[] file = WrittenTiff.shorts(4, 5, 3, new int[60]).bytes();
    // tag 259, of one short
    for (int i = 0; i + 12 <= file.length; i++) {
      if (file[i] == 3 && file[i + 1] == 1 && file[i + 2] == 3 && file[i + 4] == 1) {
        file[i + 8] = (byte) (50_000 & 255);
        file[i + 9] = (byte) (50_000 >> 8);
      }
    }
    Path path = Files.write(folder.resolve("zstd.tif"), file);
    try (TiffFile tiff = TiffFile.open(path)) {
      DatasetException e =
          assertThrows(DatasetException.class, () -> tiff.read(Window.of(tiff.size()), 0));
      assertTrue(e.getMessage().contains("compression Zstandard"), e.getMessage());
    }
  }

  @Test
  void fewerRowsThanTheFileHasAreReadOfOneLargeStrip() throws IOException {
    int[] values = IntStream.range(0, 2 * 300 * 200).map(i -> i % 65536).toArray();
    Path path = WrittenTiff.shorts(300, 200, 2, values).to(folder.resolve("strip.tif"));
    try (TiffFile tiff = TiffFile.open(path)) {
      ChannelImage row = tiff.read(new Window(3, 150, 5, 1), 1);
      List<Integer> got =
          IntStream.range(0, 5).mapToObj(i -> Math.round(row.values()[i] * 257)).toList();
      int first = 200 * 300 + 150 * 300 + 3;
      assertEquals(IntStream.range(first, first + 5).mapToObj(i -> i % 65536).toList(), got);
    }
  }
}
