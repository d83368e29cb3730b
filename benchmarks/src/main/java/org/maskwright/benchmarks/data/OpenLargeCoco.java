package org.maskwright.benchmarks.data;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private OpenLargeCoco() {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    if (!Files.exists(file)) {
      LargeCoco.write(file, IMAGES, ANNOTATIONS);
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
}
