package org.maskwright.benchmarks.data;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.SplittableRandom;

/** Synthetic COCO annotation files of any length, without photographs. */
public final class LargeCoco {
  private static final int CATEGORIES = 80;

  private LargeCoco() {}

  /**
   * Writes the file, which is there only when it is whole; the same numbers give the same bytes.
   */
  public static void write(Path file, int images, int annotations) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (BufferedWriter out = Files.newBufferedWriter(part)) {
      out.write("{\"info\":{},\"licenses\":[],\"images\":[");
      for (int i = 0; i < images; i++) {
        out.write(
            "%s{\"license\":4,\"file_name\":\"%012d.jpg\",\"coco_url\":\"http://images.example/train2017/%012d.jpg\",\"height\":480,\"width\":640,\"date_captured\":\"2013-11-14 17:02:52\",\"id\":%d}"
                .formatted(i == 0 ? "" : ",", i + 1, i + 1, i + 1));
      }
      out.write("],\"annotations\":[");
      for (int a = 0; a < annotations; a++) {
        annotation(out, a, images, random);
      }
      out.write("],\"categories\":[");
      for (int c = 1; c <= CATEGORIES; c++) {
        out.write("%s{\"id\":%d,\"name\":\"class %d\"}".formatted(c == 1 ? "" : ",", c, c));
      }
      out.write("]}");
    }
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** A star-shaped polygon; COCO's have 30 points on average, a few of them hundreds. */
  private static void annotation(BufferedWriter out, int a, int images, SplittableRandom random)
      throws IOException {
    int points = 3 + (int) (-27 * Math.log(1 - random.nextDouble()));
    double centerX = random.nextDouble(100, 540);
    double centerY = random.nextDouble(100, 380);
    double radius = random.nextDouble(5, 100);
    StringBuilder ring = new StringBuilder();
    for (int p = 0; p < points; p++) {
      double angle = 2 * Math.PI * p / points;
      double r = radius * random.nextDouble(0.6, 1);
      ring.append(p == 0 ? "" : ",")
          .append(Math.round((centerX + r * Math.cos(angle)) * 100) / 100.0)
          .append(',')
          .append(Math.round((centerY + r * Math.sin(angle)) * 100) / 100.0);
    }
    out.write(
        String.format(
            Locale.ROOT,
            "%s{\"segmentation\":[[%s]],\"area\":%.4f,\"iscrowd\":0,\"image_id\":%d,\"bbox\":[%.2f,%.2f,%.2f,%.2f],\"category_id\":%d,\"id\":%d}",
            a == 0 ? "" : ",",
            ring,
            radius * radius,
            1 + random.nextInt(images),
            centerX - radius,
            centerY - radius,
            2 * radius,
            2 * radius,
            1 + random.nextInt(CATEGORIES),
            a + 1));
  }
}
