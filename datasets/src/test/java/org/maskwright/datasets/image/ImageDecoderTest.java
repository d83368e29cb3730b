package org.maskwright.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;

final class ImageDecoderTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.jpg",
        "progressive.jpg",
        "grey.jpg",
        "cmyk.jpg",
        "rgb.png",
        "palette.png",
        "rgb.bmp",
        "rgb.tif",
        "rgb.webp"
      })
  void aTruncatedImageIsAnErrorAtEveryLength(String name) throws IOException {
    byte[] whole = resource(name);
    for (int length = 0; length < whole.length; length += 1 + length / 50) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(DatasetException.class, () -> ImageDecoder.decode(cut), name + " " + length);
    }
    byte[] cut = Arrays.copyOf(whole, whole.length - 1);
    assertThrows(DatasetException.class, () -> ImageDecoder.decode(cut), name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.jpg",
        "grey.jpg",
        "cmyk.jpg",
        "exif2.jpg",
        "exif3.jpg",
        "exif4.jpg",
        "exif5.jpg",
        "exif6.jpg",
        "exif7.jpg",
        "exif8.jpg",
        "cmyk_exif6.jpg"
      })
  void aJpegWithAnEndMarkerInTheMiddleOfItsDataIsAnError(String name) throws IOException {
    byte[] whole = resource(name);
    for (double share : new double[] {0.05, 0.2, 0.5, 0.8}) {
      byte[] cut = ended(whole, share);
      DatasetException e =
          assertThrows(DatasetException.class, () -> ImageDecoder.decode(cut), name + " " + share);
      assertTrue(e.getMessage().contains("truncated"), e.getMessage());
    }
  }

  @Test
  void aProgressiveJpegThatLostDetailIsFoundWhereItIsLookedAt() throws IOException {
    byte[] whole = resource("progressive.jpg");
    Path file = Files.write(folder.resolve("whole.jpg"), whole);
    ImageDecoder.verify(file);
    for (double share : new double[] {0.05, 0.5, 0.9}) {
      Path cut = Files.write(folder.resolve("cut.jpg"), ended(whole, share));
      DatasetException e =
          assertThrows(DatasetException.class, () -> ImageDecoder.verify(cut), "" + share);
      assertTrue(e.getMessage().startsWith(cut + ": JPEG: "), e.getMessage());
      assertTrue(e.getMessage().contains("truncated"), e.getMessage());
    }
  }

  @Test
  void aPictureThatEndsInGreyIsNotTakenForOneThatWasCutOff() throws IOException {
    var grey = new BufferedImage(40, 24, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 24; y++) {
      for (int x = 0; x < 40; x++) {
        grey.getRaster().setSample(x, y, 0, x < 10 ? 9 * y : 128);
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(grey, "jpeg", file);
    assertEquals(0x808080, ImageDecoder.decode(file.toByteArray()).rgb(39, 23));
  }

  /** With an end marker after a share of the bytes of its scans. */
  private static byte[] ended(byte[] jpeg, double share) {
    int scan = 2;
    while ((jpeg[scan + 1] & 0xFF) != 0xDA) {
      scan += 2 + ((jpeg[scan + 2] & 0xFF) << 8 | jpeg[scan + 3] & 0xFF);
    }
    scan += 2 + ((jpeg[scan + 2] & 0xFF) << 8 | jpeg[scan + 3] & 0xFF);
    byte[] cut = Arrays.copyOf(jpeg, scan + (int) (share * (jpeg.length - scan)) + 2);
    cut[cut.length - 2] = (byte) 0xFF;
    cut[cut.length - 1] = (byte) 0xD9;
    return cut;
  }

  /** A thumbnail in the EXIF segment ends as a JPEG does. */
  @ParameterizedTest
  @ValueSource(strings = {"rgb.jpg", "cmyk.jpg"})
  void theEndOfAThumbnailIsNotThatOfThePicture(String name) throws IOException {
    byte[] whole = resource(name);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(whole, 0, 2);
    file.write(new byte[] {(byte) 0xFF, (byte) 0xE1, 0, 6, 1, 2, (byte) 0xFF, (byte) 0xD9});
    file.write(whole, 2, whole.length - 2);
    byte[] embedding = file.toByteArray();
    assertArrayEquals(ImageDecoder.decode(whole).data(), ImageDecoder.decode(embedding).data());
    byte[] cut = Arrays.copyOf(embedding, embedding.length - 300);
    DatasetException e = assertThrows(DatasetException.class, () -> ImageDecoder.decode(cut));
    assertTrue(e.getMessage().contains("no end marker"), e.getMessage());
  }

  @Test
  void rotationIsReadInBothByteOrders() throws IOException {
    byte[] big = resource("cmyk_exif6.jpg");
    int at = new String(big, StandardCharsets.ISO_8859_1).indexOf("MM\0*");
    byte[] little = big.clone();
    ByteBuffer tiff = ByteBuffer.wrap(little, at, 26).order(ByteOrder.LITTLE_ENDIAN);
    tiff.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(8).putShort((short) 1);
    tiff.putShort((short) 0x112).putShort((short) 3).putInt(1).putShort((short) 6);
    assertArrayEquals(ImageDecoder.decode(big).data(), ImageDecoder.decode(little).data());
    assertEquals(24, ImageDecoder.decode(little).width());
  }

  /** Whatever its segments say, a JPEG of four components is a picture or a DatasetException. */
  @Test
  void changedSegmentsGiveAPictureOrADatasetException() throws IOException {
    byte[] whole = resource("cmyk_exif6.jpg");
    SplittableRandom random = new SplittableRandom(8);
    Set<String> sizes = new HashSet<>();
    for (int round = 0; round < 1000; round++) {
      byte[] changed = whole.clone();
      for (int i = random.nextInt(3); i >= 0; i--) {
        changed[random.nextInt(100)] = (byte) random.nextInt();
      }
      try {
        RgbImage image = ImageDecoder.decode(changed);
        sizes.add(image.width() + " x " + image.height());
      } catch (DatasetException e) {
        sizes.add("refused");
      }
    }
    assertTrue(sizes.containsAll(Set.of("24 x 37", "37 x 24", "refused")), sizes.toString());
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream stream = ImageDecoderTest.class.getResourceAsStream(name)) {
      return stream.readAllBytes();
    }
  }
}
