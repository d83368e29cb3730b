package org.maskwright.benchmarks.data;

import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.coco.CocoInstanceDataset;

/**
 * Opens an annotation file of COCO train2017's size: 118,287 images, 860,001 annotations with
 * polygons of two decimals. Generates it if it is not there (about 450 MB). Argument: the file.
 *
 * <p>Prints the seconds and the heap that stays. Run with {@code -Xmx1536m} to show the limit
 * holds.
 */
public final class OpenLargeCoco {
  private static final int IMAGES = 118_287;
  private static final int ANNOTATIONS = 860_001;
  private static final int CATEGORIES = 80;

  private OpenLargeCoco() {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    if (!Files.exists(file)) {
      generate(file);
    }
    ThreadMXBean thread = ManagementFactory.getThreadMXBean();
    long startCpu = thread.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    CocoInstanceDataset dataset = CocoInstanceDataset.open(file, DataFolder.of(Path.of(".")));
    double seconds = (System.nanoTime() - start) / 1e9;
    double cpuSeconds = (thread.getCurrentThreadCpuTime() - startCpu) / 1e9;
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long kept = runtime.totalMemory() - runtime.freeMemory();
    System.out.printf(
        "%,d bytes, %,d images, %,d annotations: opened in %.1f s (%.1f s of CPU), %,d MiB stay, -Xmx %,d MiB%n",
        Files.size(file),
        dataset.size(),
        dataset.annotationCount(),
        seconds,
        cpuSeconds,
        kept >> 20,
        runtime.maxMemory() >> 20);
  }

  private static void generate(Path file) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("{\"info\":{},\"licenses\":[],\"images\":[");
      for (int i = 0; i < IMAGES; i++) {
        out.write(
            "%s{\"license\":4,\"file_name\":\"%012d.jpg\",\"coco_url\":\"http://images.example/train2017/%012d.jpg\",\"height\":480,\"width\":640,\"date_captured\":\"2013-11-14 17:02:52\",\"id\":%d}"
                .formatted(i == 0 ? "" : ",", i + 1, i + 1, i + 1));
      }
      out.write("],\"annotations\":[");
      for (int a = 0; a < ANNOTATIONS; a++) {
        annotation(out, a, random);
      }
      out.write("],\"categories\":[");
      for (int c = 1; c <= CATEGORIES; c++) {
        out.write("%s{\"id\":%d,\"name\":\"class %d\"}".formatted(c == 1 ? "" : ",", c, c));
      }
      out.write("]}");
    }
  }

  /** A star-shaped polygon; COCO's have 30 points on average, a few of them hundreds. */
  private static void annotation(BufferedWriter out, int a, SplittableRandom random)
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
            1 + random.nextInt(IMAGES),
            centerX - radius,
            centerY - radius,
            2 * radius,
            2 * radius,
            1 + random.nextInt(CATEGORIES),
            a + 1));
  }
}
