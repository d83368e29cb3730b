package org.maskwright.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.SharedData;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.files.OutputException;

class LabelPngTest {
  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    Random random = new Random(3);
    for (int[] size : new int[][] {{1, 1}, {3, 7}, {64, 65}, {301, 500}}) {
      Path file = folder.resolve("map.png");
      LabelMap grey = random(random, size, 256);
      LabelPng.writeGrey8(file, grey);
      assertArrayEquals(grey.labels(), LabelPng.read(file).labels());
      LabelMap wide = random(random, size, 65536);
      LabelPng.writeGrey16(file, wide);
      assertArrayEquals(wide.labels(), LabelPng.read(file, size[0], size[1]).labels());
      LabelMap ids = random(random, size, 1 << 24);
      LabelPng.writeRgbIds(file, ids);
      assertArrayEquals(ids.labels(), LabelPng.read(file).labels());
      LabelMap palette = random(random, size, 7);
      LabelPng.writePalette(file, palette, new int[] {0, 1, 2, 3, 4, 5, 0xffffff});
      assertArrayEquals(palette.labels(), LabelPng.read(file).labels());
      assertEquals(LabelPng.PixelKind.PALETTE, kind(file));
    }
  }

  private static LabelPng.PixelKind kind(Path file) throws IOException {
    return new PngReader(Files.readAllBytes(file)).header().kind();
  }

  /** Whoever has the old file open goes on with it, and none but the file is left in the folder. */
  @Test
  void aFileIsReplacedAsAWhole() throws IOException {
    Path file = folder.resolve("map.png");
    LabelMap old = random(new Random(1), new int[] {20, 30}, 99);
    LabelPng.writeGrey8(file, old);
    Path other = Files.createLink(folder.resolve("other.png"), file);
    LabelPng.writeGrey8(file, random(new Random(2), new int[] {20, 30}, 99));
    assertArrayEquals(old.labels(), LabelPng.read(other).labels());
    Path taken = Files.createDirectories(folder.resolve("taken.png/full")).getParent();
    OutputException e = assertThrows(OutputException.class, () -> LabelPng.writeGrey8(taken, old));
    assertTrue(e.getMessage().startsWith(taken.toString()), e.getMessage());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(file, other, taken), left.sorted().toList());
    }
  }

  @Test
  void labelsThatDoNotFitTheKindAreRefused() {
    LabelMap map = new LabelMap(1, 2, new int[] {0, 256});
    assertThrows(
        IllegalArgumentException.class, () -> LabelPng.writeGrey8(folder.resolve("x"), map));
    LabelMap negative = new LabelMap(1, 2, new int[] {0, -1});
    assertThrows(
        IllegalArgumentException.class, () -> LabelPng.writeRgbIds(folder.resolve("x"), negative));
  }

  /** Every filter, kind and depth, with and without interlace, against javax.imageio's raster. */
  @Test
  void everyKindAndFilterEqualsTheRasterOfImageIo() throws IOException {
    Random random = new Random(5);
    int[][] kinds = {
      {0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {3, 1}, {3, 2}, {3, 4}, {3, 8}, {4, 8},
      {4, 16}, {6, 8}
    };
    for (int[] kind : kinds) {
      for (int interlace = 0; interlace < 2; interlace++) {
        for (int[] size : new int[][] {{1, 1}, {2, 5}, {9, 13}, {40, 33}}) {
          byte[] png = randomPng(random, kind[0], kind[1], interlace, size[0], size[1]);
          Path file = folder.resolve("kind.png");
          Files.write(file, png);
          String where = kind[0] + "/" + kind[1] + "/" + interlace + " " + size[0] + "x" + size[1];
          assertArrayEquals(imageIo(file, kind[0]), LabelPng.read(file).labels(), where);
        }
      }
    }
  }

  @Test
  void realLabelFilesEqualTheRasterOfImageIo() throws IOException {
    Path data = SharedData.require("data");
    List<Path> files;
    try (Stream<Path> all = Files.walk(data)) {
      files =
          all.filter(f -> f.toString().endsWith(".png"))
              .filter(f -> f.toString().matches(".*(panoptic|annot|Mask|Segmentation|_seg).*"))
              .sorted()
              .limit(60)
              .toList();
    }
    assertTrue(files.size() > 10, "too few files");
    for (Path file : files) {
      int type =
          switch (kind(file)) {
            case RGB, RGBA -> 2;
            default -> 0;
          };
      assertArrayEquals(imageIo(file, type), LabelPng.read(file).labels(), file.toString());
    }
  }

  @Test
  void damagedFilesAreRefusedWithTheirName() throws IOException {
    byte[] good = LabelPng.encodeRgbIds(random(new Random(1), new int[] {20, 30}, 99));
    Path file = folder.resolve("damaged.png");
    for (int length = 0; length < good.length; length += 7) {
      byte[] cut = Arrays.copyOf(good, length);
      Files.write(file, cut);
      DatasetException e = assertThrows(DatasetException.class, () -> LabelPng.read(file));
      assertEquals(file.toString(), e.file().orElseThrow());
    }
    assertThrows(DatasetException.class, () -> LabelPng.read(folder.resolve("absent.png")));
  }

  /** The checksums are made right again: what they would catch does not test the reader. */
  @Test
  void anyChangedByteIsReadOrRefusedButNeverAnotherError() {
    byte[] good = LabelPng.encodeRgbIds(random(new Random(1), new int[] {20, 30}, 99));
    Random random = new Random(2);
    int read = 0;
    int refusedInItsRows = 0;
    for (int round = 0; round < 5000; round++) {
      byte[] bad = good.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        bad[random.nextInt(random.nextBoolean() ? bad.length : 60)] = (byte) random.nextInt();
      }
      sumAgain(bad);
      try {
        LabelPng.decode(bad);
        read++;
      } catch (DatasetException refused) {
        assertTrue(refused.getMessage().length() > 10);
        refusedInItsRows += inRows(refused) ? 1 : 0;
      }
    }
    assertTrue(read > 30, "only " + read + " read");
    assertTrue(refusedInItsRows > 1000, "only " + refusedInItsRows + " reached the rows");
  }

  private static boolean inRows(DatasetException refused) {
    return Arrays.stream(refused.getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("readBytes"));
  }

  /** Writes the right checksum behind every chunk, as far as the lengths lead. */
  private static void sumAgain(byte[] png) {
    ByteBuffer buffer = ByteBuffer.wrap(png);
    int at = 8;
    while (at + 12 <= png.length) {
      int length = buffer.getInt(at);
      if (length < 0 || length > png.length - at - 12) {
        return;
      }
      CRC32 crc = new CRC32();
      crc.update(png, at + 4, length + 4);
      buffer.putInt(at + 8 + length, (int) crc.getValue());
      at += 12 + length;
    }
  }

  @Test
  void aBombIsRefusedBeforeMemoryIsTaken() throws IOException {
    assertRefused("decompression bomb", png(0, 8, 0, 8000, 8000, new byte[100]));
    byte[] huge = png(0, 8, 0, Integer.MAX_VALUE, Integer.MAX_VALUE, new byte[100]);
    assertRefused("expected 1 to " + LabelPng.MAX_PIXELS, huge);
    assertRefused("more image data than rows", png(0, 8, 0, 2, 2, deflated(new byte[50_000_000])));
  }

  private static void assertRefused(String reason, byte[] png) {
    DatasetException e = assertThrows(DatasetException.class, () -> LabelPng.decode(png));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  private static LabelMap random(Random random, int[] size, int limit) {
    int[] labels = new int[size[0] * size[1]];
    int label = 0;
    for (int i = 0; i < labels.length; i++) {
      label = random.nextInt(5) == 0 ? random.nextInt(limit) : label;
      labels[i] = label;
    }
    return new LabelMap(size[0], size[1], labels);
  }

  private static int[] imageIo(Path file, int colourType) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    Raster raster = image.getRaster();
    int[] labels = new int[image.getWidth() * image.getHeight()];
    int[] pixel = new int[4];
    for (int i = 0; i < labels.length; i++) {
      int x = i % image.getWidth();
      int y = i / image.getWidth();
      raster.getPixel(x, y, pixel);
      labels[i] =
          colourType == 2 || colourType == 6 ? pixel[0] | pixel[1] << 8 | pixel[2] << 16 : pixel[0];
    }
    return labels;
  }

  private static byte[] randomPng(Random random, int type, int depth, int interlace, int h, int w)
      throws IOException {
    int channels = new int[] {1, 0, 3, 1, 2, 0, 4}[type];
    int[][] passes =
        interlace == 0
            ? new int[][] {{0, 1, 0, 1}}
            : new int[][] {
              {0, 8, 0, 8},
              {4, 8, 0, 8},
              {0, 4, 4, 8},
              {2, 4, 0, 4},
              {0, 2, 2, 4},
              {1, 2, 0, 2},
              {0, 1, 1, 2}
            };
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    for (int[] p : passes) {
      int columns = (w - p[0] + p[1] - 1) / p[1];
      int rows = columns <= 0 ? 0 : (h - p[2] + p[3] - 1) / p[3];
      for (int y = 0; y < rows; y++) {
        raw.write(random.nextInt(5));
        for (int i = (columns * channels * depth + 7) / 8; i > 0; i--) {
          raw.write(random.nextInt(3) == 0 ? random.nextInt(256) : 0);
        }
      }
    }
    return png(type, depth, interlace, w, h, deflated(raw.toByteArray()));
  }

  private static byte[] deflated(byte[] raw) {
    Deflater deflater = new Deflater();
    deflater.setInput(raw);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    while (!deflater.finished()) {
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return out.toByteArray();
  }

  private static byte[] png(int type, int depth, int interlace, int w, int h, byte[] data)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(0x89504e470d0a1a0aL);
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream head = new DataOutputStream(header);
    head.writeInt(w);
    head.writeInt(h);
    head.write(new byte[] {(byte) depth, (byte) type, 0, 0, (byte) interlace});
    chunk(out, "IHDR", header.toByteArray());
    if (type == 3) {
      byte[] palette = new byte[3 << depth];
      new Random(9).nextBytes(palette);
      chunk(out, "PLTE", palette);
    }
    int half = data.length / 2;
    chunk(out, "IDAT", Arrays.copyOf(data, half));
    chunk(out, "IDAT", Arrays.copyOfRange(data, half, data.length));
    chunk(out, "IEND", new byte[0]);
    return bytes.toByteArray();
  }

  private static void chunk(DataOutputStream out, String type, byte[] content) throws IOException {
    out.writeInt(content.length);
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(content);
    out.write(name);
    out.write(content);
    out.writeInt((int) crc.getValue());
  }
}
