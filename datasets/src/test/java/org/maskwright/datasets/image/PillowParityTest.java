package org.maskwright.datasets.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.transform.View;

/**
 * Compares with what Pillow decodes and resizes; make_golden.py beside the files made the hashes.
 */
final class PillowParityTest {
  record Golden(String kind, String file, int width, int height, String sha256) {
    static Golden parse(String line) {
      String[] f = line.split("\t", -1);
      return new Golden(f[0], f[1], Integer.parseInt(f[2]), Integer.parseInt(f[3]), f[4]);
    }
  }

  static List<Golden> golden(String kind) {
    try {
      return new String(resource("golden.tsv"), StandardCharsets.UTF_8)
          .lines()
          .map(Golden::parse)
          .filter(g -> g.kind.equals(kind))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<Golden> decoded() {
    return golden("decode").stream();
  }

  static Stream<Golden> resized() {
    return golden("resize").stream();
  }

  @ParameterizedTest
  @MethodSource("decoded")
  void decodesAsPillow(Golden golden) throws IOException {
    assertSame(golden, ImageDecoder.decode(bytes(golden.file)));
  }

  @ParameterizedTest
  @MethodSource("resized")
  void resizesAsPillow(Golden golden) throws IOException {
    RgbImage image = ImageDecoder.decode(bytes(golden.file));
    assertSame(golden, BilinearResize.resize(image, golden.width, golden.height));
  }

  @Test
  void nearestColumnsAndRowsAreThoseOfPillow() throws IOException {
    RgbImage image = ImageDecoder.decode(bytes("rgb.png"));
    for (Golden golden : golden("nearest")) {
      View view = View.whole(image.width(), image.height()).resized(golden.width, golden.height);
      byte[] data = new byte[3 * golden.width * golden.height];
      int at = 0;
      for (int row : view.sourceRows()) {
        for (int column : view.sourceColumns()) {
          System.arraycopy(image.data(), 3 * (row * image.width() + column), data, at, 3);
          at += 3;
        }
      }
      assertSame(golden, new RgbImage(golden.width, golden.height, data));
    }
  }

  @Test
  void aGreyJpegWithAForeignProfileLoads() throws IOException {
    RgbImage image = ImageDecoder.decode(bytes("shared:data/photos/rgb_with_grey_profile.jpg"));
    assertEquals(0x313131, image.rgb(5, 5));
  }

  @Test
  void aWindowOfAResizeIsThatPartOfTheWhole() throws IOException {
    RgbImage image = ImageDecoder.decode(bytes("rgb.png"));
    for (int[] size : new int[][] {{80, 51}, {13, 9}, {37, 24}}) {
      RgbImage whole = BilinearResize.resize(image, size[0], size[1]);
      int width = size[0] - 5;
      int height = size[1] - 4;
      RgbImage part =
          new BilinearResize(image, 0, 0, image.width(), image.height(), size[0], size[1])
              .window(3, 2, width, height);
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          assertEquals(whole.rgb(x + 3, y + 2), part.rgb(x, y));
        }
      }
    }
  }

  private static void assertSame(Golden golden, RgbImage image) {
    assertEquals(golden.width + " x " + golden.height, image.width() + " x " + image.height());
    assertEquals(golden.sha256, sha256(image.data()), golden.toString());
  }

  private static String sha256(byte[] data) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(String file) throws IOException {
    if (!file.startsWith("shared:")) {
      return resource(file);
    }
    String shared = System.getProperty("maskwright.shared", "");
    Path path = Path.of(shared, file.substring("shared:".length()));
    Assumptions.assumeTrue(Files.exists(path), "no test data at " + path);
    return Files.readAllBytes(path);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream stream = PillowParityTest.class.getResourceAsStream(name)) {
      assertTrue(stream != null, "resource " + name);
      return stream.readAllBytes();
    }
  }
}
