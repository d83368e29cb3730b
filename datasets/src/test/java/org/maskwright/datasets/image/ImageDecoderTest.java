package org.maskwright.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;

final class ImageDecoderTest {
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
