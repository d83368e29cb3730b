package org.maskwright.datasets.annotation;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.files.OutputFile;

/**
 * Ultralytics' YOLO segmentation labels: a text for each photograph with a line for each object,
 * class index and the points of one polygon in shares of width and height; and {@code data.yaml}.
 * Holes and further parts of an object are joined to it by cuts of no width, so that the pixels
 * stay the same. Crowds and scores have no place in this format.
 *
 * <p><b>Source</b> Ultralytics' documentation, "Instance segmentation datasets overview"; CVAT's
 * documentation, "Ultralytics YOLO".
 */
public final class YoloFiles {
  /** Eight digits, which are a hundredth of a pixel in a picture of a million. */
  private static final long ONE = 100_000_000;

  private final MaskPolygons polygons;
  private final Tally tally;

  /**
   * A writer of labels.
   *
   * @param polygons how masks become polygons
   * @param tally is told each object, and what is lost: crowds, masks without a pixel
   */
  public YoloFiles(MaskPolygons polygons, Tally tally) {
    this.polygons = polygons;
    this.tally = tally;
  }

  /** The labels of one photograph. */
  public OutputFile.Content labels(Size size, List<Annotated> objects) {
    return channel -> {
      Writer text = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.US_ASCII));
      for (Annotated object : objects) {
        add(text, size, object.segment());
      }
      text.flush(); // and not closed: the channel is the file's
    };
  }

  private void add(Writer text, Size size, Segment segment) throws IOException {
    if (segment.crowd()) {
      tally.lost("crowds are left out: YOLO's labels know none");
      return;
    }
    Optional<double[]> ring = polygons.ring(segment.mask(), size);
    if (ring.isEmpty()) {
      tally.lost("masks without a pixel are left out");
      return;
    }
    text.append(Integer.toString(segment.category()));
    double[] points = ring.get();
    for (int i = 0; i < points.length; i += 2) {
      share(text, points[i] / size.width());
      share(text, points[i + 1] / size.height());
    }
    text.append('\n');
    tally.object();
  }

  /** A share from 0 to 1 behind a space, without zeros at the end. */
  private static void share(Writer text, double share) throws IOException {
    long number = Math.round(share * ONE);
    text.append(' ').append((char) ('0' + number / ONE));
    long rest = number % ONE;
    if (rest > 0) {
      text.append('.');
    }
    for (long digit = ONE / 10; rest > 0; digit /= 10) {
      text.append((char) ('0' + rest / digit));
      rest %= digit;
    }
  }

  /**
   * {@code data.yaml}.
   *
   * @param parts of each part, train, val or test, the folder of its photographs or the list of
   *     them, below the folder of the file; one that stands alone is what to validate on too, for
   *     YOLO's tools ask for both
   * @param names of the classes, in order
   */
  public static String yaml(Map<String, String> parts, List<String> names) {
    StringBuilder text = new StringBuilder("path: .\n");
    parts.forEach((part, place) -> text.append(part).append(": ").append(place).append('\n'));
    if (parts.size() == 1 && !parts.containsKey("val")) {
      parts.values().forEach(place -> text.append("val: ").append(place).append('\n'));
    }
    text.append("nc: ").append(names.size()).append("\nnames:\n");
    for (int k = 0; k < names.size(); k++) {
      text.append("  ").append(k).append(": ").append(quoted(names.get(k))).append('\n');
    }
    return text.toString();
  }

  /** A name as YAML's text in double quotes, which holds any. */
  private static String quoted(String name) {
    return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
