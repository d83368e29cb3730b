package org.maskwright.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;

/** Windows of files, as those of pictures too large to be decoded, against the decoded picture. */
class LargePictureTest {
  /** So that every picture is a large one. */
  private static final long NONE_WHOLE = 0;

  @TempDir private Path folder;

  private Path resource(String name) throws IOException {
    try (InputStream in = LargePictureTest.class.getResourceAsStream(name)) {
      return Files.write(folder.resolve(name), in.readAllBytes());
    }
  }

  private static ImageWindows open(Path file) {
    return LargePictureFile.open(file, NONE_WHOLE);
  }

  /** Compares random windows, and the whole. */
  private static void assertSame(RgbImage expected, ImageWindows windows, int tolerance) {
    Size size = new Size(expected.width(), expected.height());
    assertEquals(size, windows.size());
    Random random = new Random(1);
    for (int round = 0; round < 40; round++) {
      int x = round == 0 ? 0 : random.nextInt(size.width());
      int y = round == 0 ? 0 : random.nextInt(size.height());
      int width = round == 0 ? size.width() : 1 + random.nextInt(size.width() - x);
      int height = round == 0 ? size.height() : 1 + random.nextInt(size.height() - y);
      Window window = new Window(x, y, width, height);
      byte[] got = windows.read(window).shown().data();
      byte[] wanted = expected.part(window).data();
      if (tolerance == 0) {
        assertArrayEquals(wanted, got, window.toString());
      } else {
        for (int i = 0; i < got.length; i++) {
          int difference = Math.abs((wanted[i] & 0xFF) - (got[i] & 0xFF));
          assertTrue(difference <= tolerance, window + ": " + difference);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.png",
        "rgba.png",
        "grey.png",
        "grey16.png",
        "grey_alpha.png",
        "palette.png",
        "tall.png"
      })
  void aPngIsReadInRowsAsItIsDecoded(String name) throws IOException {
    Path file = resource(name);
    try (ImageWindows windows = open(file)) {
      assertInstanceOf(UnpackedPicture.class, windows);
      assertSame(ImageDecoder.read(file), windows, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void aPngOfFewBitsIsReadAsItIsDecoded(int bits) throws IOException {
    byte[] grey = new byte[1 << bits];
    byte[] red = new byte[1 << bits];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = (byte) (i * 255 / (grey.length - 1));
      red[i] = (byte) (200 - grey[i] / 2);
    }
    for (byte[] first : new byte[][] {grey, red}) { // grey levels and a palette
      var colours = new IndexColorModel(bits, grey.length, first, grey, grey);
      BufferedImage image = new BufferedImage(13, 9, BufferedImage.TYPE_BYTE_BINARY, colours);
      for (int i = 0; i < 13 * 9; i++) {
        image.getRaster().setSample(i % 13, i / 13, 0, (i * 7 / 3) % grey.length);
      }
      Path file = folder.resolve("few.png");
      ImageIO.write(image, "png", file.toFile());
      try (ImageWindows windows = open(file)) {
        assertSame(ImageDecoder.read(file), windows, 0);
      }
    }
  }

  @Test
  void aPngWhoseRowsHaveEveryFilterIsReadAsItIsDecoded() throws IOException {
    BufferedImage image = new BufferedImage(301, 157, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(2);
    for (int y = 0; y < 157; y++) {
      for (int x = 0; x < 301; x++) { // flat, smooth and noisy rows, for which filters differ
        int value = y % 3 == 0 ? 90 : y % 3 == 1 ? x + y : random.nextInt(256);
        image.setRGB(x, y, (value & 255) << 16 | (value * 3 & 255) << 8 | y);
      }
    }
    Path file = folder.resolve("filters.png");
    ImageIO.write(image, "png", file.toFile());
    try (ImageWindows windows = open(file)) {
      assertSame(ImageDecoder.read(file), windows, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.jpg",
        "grey.jpg",
        "exif1.jpg",
        "exif2.jpg",
        "exif3.jpg",
        "exif4.jpg",
        "exif5.jpg",
        "exif6.jpg",
        "exif7.jpg",
        "exif8.jpg"
      })
  void aJpegIsReadUprightWithColoursThatDifferByRoundingAlone(String name) throws IOException {
    Path file = resource(name);
    try (ImageWindows windows = open(file)) {
      assertInstanceOf(UnpackedPicture.class, windows);
      assertEquals(PhotographSize.of(file), windows.size());
      assertSame(ImageDecoder.read(file), windows, 12);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"progressive.jpg", "cmyk.jpg", "rgb.bmp", "rgb.webp"})
  void whatCannotBeReadInPartsIsDecodedWhole(String name) throws IOException {
    Path file = resource(name);
    try (ImageWindows windows = open(file)) {
      assertInstanceOf(WindowsOfImage.class, windows);
      assertSame(ImageDecoder.read(file), windows, 0);
    }
  }

  @Test
  void aTiffIsReadAsItIsDecoded() throws IOException {
    Path file = resource("rgb.tif");
    try (ImageWindows windows = open(file)) {
      assertInstanceOf(TiffWindows.class, windows);
      assertSame(ImageDecoder.read(file), windows, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "true, LZW, RGB",
    "false, Deflate, RGB",
    "true, , GREY",
    "false, LZW, GREY16",
    "true, ZLib, RGB"
  })
  void tiledAndStripedTiffsAreReadAsTheyAreDecoded(boolean tiled, String compression, String kind)
      throws IOException {
    int type =
        switch (kind) {
          case "GREY" -> BufferedImage.TYPE_BYTE_GRAY;
          case "GREY16" -> BufferedImage.TYPE_USHORT_GRAY;
          default -> BufferedImage.TYPE_3BYTE_BGR;
        };
    BufferedImage image = new BufferedImage(150, 120, type);
    Random random = new Random(3);
    int[] pixel = new int[3];
    for (int y = 0; y < 120; y++) {
      for (int x = 0; x < 150; x++) {
        for (int c = 0; c < 3; c++) {
          pixel[c] = random.nextInt(kind.equals("GREY16") ? 65536 : 256);
        }
        image.getRaster().setPixel(x, y, pixel);
      }
    }
    Path file = folder.resolve("picture.tif");
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      ImageWriteParam how = writer.getDefaultWriteParam();
      if (compression != null) {
        how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        how.setCompressionType(compression);
      }
      if (tiled) {
        how.setTilingMode(ImageWriteParam.MODE_EXPLICIT);
        how.setTiling(64, 48, 0, 0);
      }
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), how);
    } finally {
      writer.dispose();
    }
    try (ImageWindows windows = open(file)) {
      assertInstanceOf(TiffWindows.class, windows);
      assertSame(ImageDecoder.read(file), windows, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb.png", "palette.png", "rgb.jpg", "rgb.tif"})
  void aTruncatedFileIsAnErrorThatNamesIt(String name) throws IOException {
    byte[] whole = Files.readAllBytes(resource(name));
    for (double share : new double[] {0.0, 0.02, 0.3, 0.6, 0.95}) {
      Path cut = folder.resolve("cut-" + name);
      Files.write(cut, Arrays.copyOf(whole, (int) (share * whole.length)));
      DatasetException e =
          assertThrows(
              DatasetException.class,
              () -> {
                try (ImageWindows windows = open(cut)) {
                  windows.read(Window.of(windows.size()));
                }
              },
              name + " " + share);
      assertTrue(e.getMessage().contains(cut.toString()), e.getMessage());
    }
  }

  @Test
  void aDamagedPngIsAnError() throws IOException {
    byte[] bytes = Files.readAllBytes(resource("rgb.png"));
    bytes[bytes.length - 30] ^= 1;
    Path file = Files.write(folder.resolve("damaged.png"), bytes);
    assertThrows(DatasetException.class, () -> open(file).close());
  }

  @Test
  void aWindowBeyondThePictureIsRefused() throws IOException {
    try (ImageWindows windows = open(resource("rgb.png"))) {
      Size size = windows.size();
      assertThrows(
          IllegalArgumentException.class,
          () -> windows.read(new Window(1, 0, size.width(), size.height())));
    }
  }

  @Test
  void aSmallPictureIsDecodedWhole() throws IOException {
    Path file = resource("rgb.png");
    try (ImageWindows windows = ImageWindows.open(file)) {
      assertInstanceOf(WindowsOfImage.class, windows);
      assertSame(ImageDecoder.read(file), windows, 0);
    }
  }

  @Test
  void aShrunkPictureHasTheMeanOfThePixelsThatEachStandsFor() {
    Random random = new Random(5);
    byte[] rgb = new byte[3 * 30 * 600];
    random.nextBytes(rgb);
    RgbImage picture = new RgbImage(30, 600, rgb);
    RgbImage small = ShrunkPicture.of(ImageWindows.of(picture), new Size(10, 200));
    for (int y = 0; y < 200; y++) {
      for (int x = 0; x < 10; x++) {
        int sum = 0;
        for (int i = 0; i < 9; i++) {
          sum += picture.rgb(3 * x + i % 3, 3 * y + i / 3) & 0xFF;
        }
        assertEquals((sum + 4) / 9, small.rgb(x, y) & 0xFF);
      }
    }
    assertEquals(new Size(100, 50), ShrunkPicture.size(new Size(1000, 500), 100));
    assertEquals(new Size(90, 50), ShrunkPicture.size(new Size(90, 50), 100));
    assertEquals(new Size(100, 1), ShrunkPicture.size(new Size(100_000, 3), 100));
  }
}
