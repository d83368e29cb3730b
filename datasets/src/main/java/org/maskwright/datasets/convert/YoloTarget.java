package org.maskwright.datasets.convert;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.mask.Outline;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.files.OutputFile;

/**
 * YOLO's outlines: one polygon for each object. Holes and further parts are joined to it by cuts of
 * no width, so that the pixels stay the same.
 */
public final class YoloTarget implements ConversionTarget {
  @Override
  public String name() {
    return "yolo";
  }

  @Override
  public String description() {
    return "images/PART, labels/PART with outlines in shares of the sides, data.yaml";
  }

  @Override
  public Optional<Task> task() {
    return Optional.empty();
  }

  @Override
  public void write(Path folder, List<ConversionPart> parts, Tally tally) {
    for (ConversionPart part : parts) {
      for (int i = 0; i < part.size(); i++) {
        Size size = part.imageSize(i);
        StringBuilder text = new StringBuilder();
        for (Segment segment : part.segments(i)) {
          if (segment.crowd()) {
            tally.lost("crowds are left out: YOLO's labels know none");
          } else {
            double[] ring = ring(segment.mask(), size, tally);
            if (ring.length > 0) {
              line(text, segment.category(), ring, size);
              tally.object();
            }
          }
        }
        part.copyPhoto(i, folder.resolve("images").resolve(part.name()).resolve(part.fileName(i)));
        OutputFile.write(
            folder.resolve("labels").resolve(part.name()).resolve(part.stem(i) + ".txt"),
            text.toString());
        tally.image();
      }
    }
    OutputFile.write(folder.resolve("data.yaml"), yaml(parts));
  }

  private static double[] ring(SegmentMask mask, Size size, Tally tally) {
    if (mask instanceof SegmentMask.Polygons polygons
        && polygons.rings().size() == 1
        && isInside(polygons.rings().get(0), size)) {
      return polygons.rings().get(0);
    }
    Rle rle = ConversionPart.rle(mask, size);
    List<Outline> outlines = Outline.of(rle);
    if (outlines.isEmpty()) {
      tally.lost("masks without a pixel are left out");
      return new double[0];
    }
    return Outline.joined(outlines.stream().map(Outline::bridged).toList());
  }

  private static boolean isInside(double[] ring, Size size) {
    for (int i = 0; i < ring.length; i += 2) {
      boolean inside =
          ring[i] >= 0
              && ring[i] <= size.width()
              && ring[i + 1] >= 0
              && ring[i + 1] <= size.height();
      if (!inside) {
        return false;
      }
    }
    return true;
  }

  private static void line(StringBuilder text, int category, double[] ring, Size size) {
    text.append(category);
    for (int i = 0; i < ring.length; i++) {
      double side = i % 2 == 0 ? size.width() : size.height();
      text.append(String.format(Locale.ROOT, " %.8f", ring[i] / side));
    }
    text.append('\n');
  }

  private static String yaml(List<ConversionPart> parts) {
    StringBuilder text = new StringBuilder("path: .\n");
    for (ConversionPart part : parts) {
      text.append(key(part.name())).append(": images");
      text.append(part.name().isEmpty() ? "" : "/" + part.name()).append('\n');
    }
    if (parts.size() == 1) { // YOLO's tools ask for both
      text.append("val: images")
          .append(parts.get(0).name().isEmpty() ? "" : "/" + parts.get(0).name());
      text.append('\n');
    }
    List<String> names = parts.get(0).categories().names();
    text.append("nc: ").append(names.size()).append("\nnames:\n");
    for (int k = 0; k < names.size(); k++) {
      char quote = names.get(k).indexOf('"') < 0 ? '"' : '\'';
      text.append("  ").append(k).append(": ").append(quote).append(names.get(k)).append(quote);
      text.append('\n');
    }
    return text.toString();
  }

  /** The key that YOLO's tools read for a part. */
  private static String key(String part) {
    return part.isEmpty() || part.startsWith("train")
        ? "train"
        : part.startsWith("test") ? "test" : part.startsWith("val") ? "val" : part;
  }
}
