package org.maskwright.datasets.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.image.ResizeFilter;

/**
 * Compares with torchvision's functions on Pillow images, to the level; make_views_golden.py beside
 * the file made the hashes.
 */
final class ViewParityTest {
  private static final int WIDTH = 97;
  private static final int HEIGHT = 61;

  private static final Map<String, String> GOLDEN = golden();

  private static Map<String, String> golden() {
    Map<String, String> out = new LinkedHashMap<>();
    try (InputStream in =
        Objects.requireNonNull(ViewParityTest.class.getResourceAsStream("views_golden.tsv"))) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split("\t", -1))
          .forEach(fields -> out.put(fields[0], fields[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out;
  }

  static Stream<String> names() {
    return GOLDEN.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void isAsTheReferenceMakesIt(String name) throws NoSuchAlgorithmException {
    assertEquals(GOLDEN.get(name), sha(pixels(view(name))));
  }

  @Test
  void pictureItselfIsNotWrittenTo() {
    RgbImage picture = picture();
    byte[] before = picture.data().clone();
    ImageRenderer.render(picture, whole().recolored(change("solarise")));
    assertEquals(HexFormat.of().formatHex(before), HexFormat.of().formatHex(picture.data()));
  }

  private static View whole() {
    return View.whole(WIDTH, HEIGHT);
  }

  private static View view(String name) {
    String[] words = name.split(" ", -1);
    if (words[0].equals("picture")) {
      return whole();
    }
    if (words[0].equals("crop")) {
      int[] n = Stream.of(words).skip(2).mapToInt(Integer::parseInt).toArray();
      return whole()
          .cropped(n[0], n[1], n[2], n[3])
          .resized(
              n[4],
              n[5],
              words[1].equals("bicubic") ? ResizeFilter.BICUBIC : ResizeFilter.BILINEAR);
    }
    if (words[0].equals("chain")) {
      return whole()
          .cropped(3, 5, 50, 41)
          .resized(32, 32, ResizeFilter.BICUBIC)
          .recolored(
              new PictureChange(
                  List.of(
                      new PictureChange.Contrast(0.8),
                      new PictureChange.Hue(0.07),
                      new PictureChange.Brightness(1.2),
                      new PictureChange.Saturation(1.3),
                      new PictureChange.Blur(1.5))))
          .flipped();
    }
    return whole().recolored(change(words));
  }

  private static PictureChange change(String... words) {
    double value = words.length > 1 ? Double.parseDouble(words[1]) : 0;
    return new PictureChange(
        List.of(
            switch (words[0]) {
              case "brightness" -> new PictureChange.Brightness(value);
              case "contrast" -> new PictureChange.Contrast(value);
              case "saturation" -> new PictureChange.Saturation(value);
              case "hue" -> new PictureChange.Hue(value);
              case "grey" -> new PictureChange.Grey();
              case "blur" -> new PictureChange.Blur(value);
              default -> new PictureChange.Solarise();
            }));
  }

  private static byte[] pixels(View view) {
    byte[] planes = ((PixelPlanes.Bytes) ImageRenderer.render(picture(), view)).values();
    int plane = planes.length / 3;
    byte[] pixels = new byte[planes.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = planes[(i % 3) * plane + i / 3];
    }
    return pixels;
  }

  private static String sha(byte[] pixels) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(pixels));
  }

  private static RgbImage picture() {
    byte[] pixels = new byte[3 * WIDTH * HEIGHT];
    List<Integer> noises = new ArrayList<>();
    int state = 12345;
    for (int i = 0; i < pixels.length; i++) {
      state = (state * 1103515245 + 12345) & 0x7FFFFFFF;
      noises.add((state >> 16) % 64);
    }
    for (int i = 0; i < pixels.length; i++) {
      int c = i % 3;
      int x = i / 3 % WIDTH;
      int y = i / 3 / WIDTH;
      int level =
          (x / 16 + y / 16) % 3 == 0
              ? noises.get(i) * 4
              : (x * (c + 1) + y * (4 - c)) % 200 + noises.get(i);
      pixels[i] = (byte) Math.min(255, level);
    }
    return new RgbImage(WIDTH, HEIGHT, pixels);
  }
}
