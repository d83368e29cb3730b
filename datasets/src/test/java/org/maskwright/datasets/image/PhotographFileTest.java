package org.maskwright.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.PixelFormat;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.WrittenTiff;

class PhotographFileTest {
  private static final int WIDTH = 23;
  private static final int HEIGHT = 17;

  @TempDir private Path folder;

  private Path resource(String name) throws IOException {
    try (InputStream in = PhotographFileTest.class.getResourceAsStream(name)) {
      return Files.write(folder.resolve(name), in.readAllBytes());
    }
  }

  /** A PNG of 16 bits whose channel c at pixel i is (c * 9001 + i * 173) mod 65536. */
  private Path deepPng(int channels) throws IOException {
    int space = channels < 3 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB;
    boolean alpha = channels % 2 == 0;
    ComponentColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(space),
            alpha,
            false,
            alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
            DataBuffer.TYPE_USHORT);
    WritableRaster raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, WIDTH, HEIGHT, channels, null);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      for (int c = 0; c < channels; c++) {
        raster.setSample(i % WIDTH, i / WIDTH, c, value(c, i));
      }
    }
    Path file = folder.resolve("deep" + channels + ".png");
    ImageIO.write(new BufferedImage(model, raster, false, null), "png", file.toFile());
    return file;
  }

  private static int value(int channel, int pixel) {
    return (channel * 9001 + pixel * 173) % 65536;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.png",
        "rgba.png",
        "grey.png",
        "grey_alpha.png",
        "palette.png",
        "rgb.jpg",
        "grey.jpg",
        "exif6.jpg",
        "cmyk.jpg",
        "rgb.bmp",
        "rgb.tif",
        "rgb.webp"
      })
  void coloursAndGreyOfEightBitsAreReadAsAlways(String name) throws IOException {
    Path file = resource(name);
    RgbImage read = assertInstanceOf(RgbImage.class, PhotographFile.read(file, Channels.RGB));
    assertArrayEquals(ImageDecoder.read(file).data(), read.data());
    assertInstanceOf(RgbImage.class, PhotographFile.read(file, Channels.AS_STORED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.png",
        "palette.png",
        "rgb.jpg",
        "grey.jpg",
        "exif6.jpg",
        "cmyk.jpg",
        "rgb.tif",
        "rgb.webp",
        "rgb.bmp",
        "deep2.png",
        "deep3.png",
        "five.tif"
      })
  void bytesAreDecodedAsTheirFileIsRead(String name) throws IOException {
    Path file = folder.resolve(name);
    int[] values = IntStream.range(0, 7 * 4 * 5).map(i -> i * 311 % 65536).toArray();
    switch (name) {
      case "deep2.png" -> deepPng(2);
      case "deep3.png" -> deepPng(3);
      case "five.tif" -> WrittenTiff.shorts(7, 4, 5, values).to(file);
      default -> resource(name);
    }
    byte[] bytes = Files.readAllBytes(file);
    List<Channels> wanted =
        name.equals("five.tif")
            ? List.of(Channels.AS_STORED, new Channels(5))
            : List.of(Channels.AS_STORED, Channels.RGB);
    for (Channels channels : wanted) {
      Photograph read = PhotographFile.read(file, channels);
      Photograph decoded = PhotographFile.decode(bytes, channels);
      assertEquals(read.getClass(), decoded.getClass());
      assertArrayEquals(read.shown().data(), decoded.shown().data());
      if (read instanceof ChannelImage image) {
        assertArrayEquals(image.values(), ((ChannelImage) decoded).values());
      }
      Size announced = PhotographSize.announced(bytes);
      int longest = Math.max(announced.width(), announced.height());
      assertEquals(Math.max(read.width(), read.height()), longest); // EXIF may turn it
    }
    byte[] half = Arrays.copyOf(bytes, bytes.length / 2);
    assertThrows(DatasetException.class, () -> PhotographFile.decode(half, Channels.AS_STORED));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void aPngOfSixteenBitsLosesNone(int channels) throws IOException {
    Path file = deepPng(channels);
    PixelFormat format = PhotographFile.format(file);
    assertEquals(new PixelFormat(channels, channels % 2 == 0, 16, format.numbers()), format);
    ChannelImage image =
        assertInstanceOf(ChannelImage.class, PhotographFile.read(file, new Channels(channels)));
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < WIDTH * HEIGHT; i++) {
        assertEquals(value(c, i) / 257.0, image.values()[c * WIDTH * HEIGHT + i], 1e-5);
      }
    }
  }

  @Test
  void greyIsThreeEqualChannelsAndAlphaIsLeftOut() throws IOException {
    for (int channels = 1; channels <= 4; channels++) {
      Photograph colours = PhotographFile.read(deepPng(channels), Channels.RGB);
      ChannelImage image = assertInstanceOf(ChannelImage.class, colours);
      assertEquals(3, image.channels());
      for (int c = 0; c < 3; c++) {
        double expected = value(channels < 3 ? 0 : c, 5) / 257.0;
        assertEquals(expected, image.values()[c * WIDTH * HEIGHT + 5], 1e-5);
      }
    }
    assertEquals(1, PhotographFile.read(deepPng(2), new Channels(1)).channels());
  }

  @Test
  void alphaAndSingleChannelsOfEightBitsAreChannelsWhereTheModelTakesThem() throws IOException {
    Path grey = resource("grey.jpg");
    ChannelImage one =
        assertInstanceOf(ChannelImage.class, PhotographFile.read(grey, new Channels(1)));
    assertEquals(ImageDecoder.read(grey).data()[30] & 0xFF, one.values()[10]);
    Path rgba = resource("rgba.png");
    ChannelImage four =
        assertInstanceOf(ChannelImage.class, PhotographFile.read(rgba, new Channels(4)));
    int plane = four.width() * four.height();
    RgbImage colours = ImageDecoder.read(rgba);
    for (int c = 0; c < 3; c++) {
      assertEquals(colours.data()[3 * 7 + c] & 0xFF, four.values()[c * plane + 7]);
    }
  }

  @Test
  void anotherNumberOfChannelsIsRefusedWithBoth() throws IOException {
    Path five = WrittenTiff.shorts(4, 4, 5, new int[80]).to(folder.resolve("five channels.tif"));
    for (Path file : new Path[] {five, resource("rgb.jpg"), deepPng(1)}) {
      DatasetException e =
          assertThrows(DatasetException.class, () -> PhotographFile.read(file, new Channels(2)));
      assertTrue(e.getMessage().contains("expected 2 channels"), e.getMessage());
      assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
    }
    DatasetException e =
        assertThrows(DatasetException.class, () -> PhotographFile.read(five, Channels.RGB));
    assertTrue(e.getMessage().contains("got 5 channels of 16 bits"), e.getMessage());
    assertEquals(5, PhotographFile.read(five, Channels.AS_STORED).channels());
    Path many = WrittenTiff.shorts(2, 2, 17, new int[68]).to(folder.resolve("many.tif"));
    e = assertThrows(DatasetException.class, () -> PhotographFile.read(many, Channels.AS_STORED));
    assertTrue(e.getMessage().contains("1 to 16 channels, got 17"), e.getMessage());
  }

  @Test
  void theSizeOfManyChannelsIsInTheHeader() throws IOException {
    Path file = WrittenTiff.shorts(7, 4, 5, new int[140]).to(folder.resolve("a.tif"));
    assertEquals(new Size(7, 4), PhotographSize.of(file));
    assertEquals(new Size(WIDTH, HEIGHT), PhotographSize.of(deepPng(3)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void aLargePngIsUnpackedWithAllOfItsBits(int channels) throws IOException {
    Path file = deepPng(channels);
    ChannelImage whole = (ChannelImage) PhotographFile.read(file, new Channels(channels));
    try (ImageWindows windows = PhotographFile.windows(file, new Channels(channels), 1)) {
      assertInstanceOf(UnpackedChannels.class, windows);
      assertArrayEquals(
          whole.values(), ((ChannelImage) windows.read(Window.of(windows.size()))).values());
      Window window = new Window(3, 2, 15, 9);
      assertArrayEquals(
          whole.part(window).values(), ((ChannelImage) windows.read(window)).values());
    }
  }

  @Test
  void aTiffIsReadInWindowsAsItIsRead() throws IOException {
    int[] values = new Random(1).ints(6000, 0, 65536).toArray();
    Path file = WrittenTiff.shorts(40, 30, 5, values).to(folder.resolve("w.tif"));
    Channels channels = new Channels(5);
    Photograph whole = PhotographFile.read(file, channels);
    try (ImageWindows windows = ImageWindows.open(file, channels)) {
      assertEquals(new Size(40, 30), windows.size());
      Window window = new Window(11, 6, 20, 13);
      ChannelImage part = assertInstanceOf(ChannelImage.class, windows.read(window));
      assertArrayEquals(((ChannelImage) whole.part(window)).values(), part.values());
    }
  }

  @Test
  void peopleSeeTheFirstThreeChannelsStretched() {
    int plane = 100 * 100;
    float[] values = new float[5 * plane];
    for (int i = 0; i < plane; i++) {
      values[i] = 3 + i / (float) plane; // a ramp in a small part of the range
      values[plane + i] = 7; // one value
      values[2 * plane + i] = -i;
    }
    values[17] = 1e9f; // outliers do not count
    RgbImage shown = new ChannelImage(100, 100, 5, values).shown();
    assertEquals(255, shown.data()[3 * 17] & 0xFF);
    assertEquals(0, shown.data()[0] & 0xFF);
    assertEquals(255, shown.data()[3 * (plane - 1)] & 0xFF);
    assertEquals(127, shown.data()[3 * (plane / 2)] & 0xFF, 3);
    assertTrue(IntStream.range(0, plane).allMatch(i -> shown.data()[3 * i + 1] == 0));
    assertEquals(255, shown.data()[2] & 0xFF);
    RgbImage grey = new ChannelImage(100, 50, 2, new float[2 * 5000]).shown();
    assertEquals(0, grey.rgb(3, 3));
    float[] ramp = new float[200];
    IntStream.range(0, 200).forEach(i -> ramp[i] = i);
    int rgb = new ChannelImage(20, 10, 1, ramp).shown().rgb(10, 5);
    assertEquals(rgb & 255, rgb >> 8 & 255);
    assertEquals(rgb & 255, rgb >> 16);
  }

  @Test
  void aLargePictureIsShrunkToWhatIsShownOfItsMeans() {
    float[] values = new float[4 * 60 * 600];
    Random random = new Random(3);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() * 10;
    }
    ChannelImage picture = new ChannelImage(60, 600, 4, values);
    float[] means = new float[4 * 20 * 200];
    for (int c = 0; c < 4; c++) {
      for (int y = 0; y < 600; y++) {
        for (int x = 0; x < 60; x++) {
          means[(c * 200 + y / 3) * 20 + x / 3] += values[(c * 600 + y) * 60 + x] / 9;
        }
      }
    }
    byte[] expected = new ChannelImage(20, 200, 4, means).shown().data();
    byte[] got = ShrunkPicture.of(ImageWindows.of(picture), new Size(20, 200)).data();
    for (int i = 0; i < got.length; i++) {
      assertEquals(expected[i] & 0xFF, got[i] & 0xFF, 1);
    }
  }

  @Test
  void floatsAreResizedAsPillowResizesThem() throws IOException {
    int width = 21;
    int height = 18;
    float[] values = new float[2 * width * height];
    for (int i = 0; i < width * height; i++) {
      int n = 523 * (i / width) + 131 * (i % width);
      values[width * height + i] = (float) ((n % 65536 / 65536.0 - 0.5) * 255);
    }
    ChannelImage image = new ChannelImage(width, height, 2, values);
    String lines;
    try (InputStream in =
        PhotographFileTest.class.getResourceAsStream("/org/maskwright/datasets/tiff/resized.tsv")) {
      lines = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (String line : lines.lines().toList()) {
      String[] fields = line.split("\t", -1);
      Size to = new Size(Integer.parseInt(fields[0]), Integer.parseInt(fields[1]));
      ChannelImage resized =
          new ChannelResize(image, Window.of(new Size(width, height)), to).window(Window.of(to));
      int plane = to.width() * to.height();
      for (int i = 0; i < plane; i++) {
        assertEquals(0, resized.values()[i]);
        double expected = Double.parseDouble(fields[2 + i]);
        assertEquals(expected, resized.values()[plane + i], 1e-3, to + " " + i);
      }
      Window part = new Window(2, 1, to.width() - 3, to.height() - 4);
      ChannelImage window =
          new ChannelResize(image, Window.of(new Size(width, height)), to).window(part);
      assertArrayEquals(resized.part(part).values(), window.values());
    }
  }
}
