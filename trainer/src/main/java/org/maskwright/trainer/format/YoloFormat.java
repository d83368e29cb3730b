package org.maskwright.trainer.format;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.mask.Outline;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultSegment;

/**
 * Ultralytics' YOLO segmentation labels: a text file for each photograph, an object a line, class
 * index and the points of one polygon in shares of width and height. Holes and further parts of an
 * object are reached by cuts of no width. Scores have no place in this format.
 *
 * <p>Beside the labels are {@code data.yaml} with the classes and {@code train.txt} with the places
 * where photographs are expected, {@code images/train/...}; they are not copied. CVAT imports this
 * folder, zipped, as "Ultralytics YOLO Segmentation 1.0".
 *
 * <p><b>Source</b> Ultralytics' documentation, "Instance segmentation datasets overview"; CVAT's
 * documentation, "Ultralytics YOLO".
 */
public final class YoloFormat implements PredictionFormat {
  private static final String NAME = "yolo";
  private static final int DIGITS = 8; // a hundredth of a pixel in a picture of a million

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "YOLO segmentation labels with `data.yaml`; CVAT imports the folder. Files: `yolo/labels/train/*.txt`.";
  }

  @Override
  public List<String> files(String output) {
    return List.of(file(output));
  }

  private static String file(String output) {
    return NAME + "/labels/train/" + output + ".txt";
  }

  @Override
  public FormatWriter start(ResultFiles files, FormatContext context) {
    return new Writer(files, context);
  }

  private static final class Writer implements FormatWriter {
    private final ResultFiles files;
    private final FormatContext context;
    private final List<String> photographs = new ArrayList<>();

    Writer(ResultFiles files, FormatContext context) {
      this.files = files;
      this.context = context;
    }

    @Override
    public void add(PredictedImage image) {
      StringBuilder text = new StringBuilder();
      for (ResultSegment segment : image.segments()) {
        line(text, segment, image);
      }
      files.write(file(image.output()), bytes(text.toString()));
      photographs.add("./images/train/" + image.output() + image.ending());
    }

    private void line(StringBuilder text, ResultSegment segment, PredictedImage image) {
      text.append(segment.classIndex());
      double[] ring = joined(context.outlines(segment.mask()));
      for (int i = 0; i < ring.length; i += 2) {
        text.append(' ').append(share(ring[i], image.size().width()));
        text.append(' ').append(share(ring[i + 1], image.size().height()));
      }
      text.append('\n');
    }

    @Override
    public void end() {
      StringBuilder yaml = new StringBuilder("path: .\ntrain: train.txt\nnames:\n");
      int index = 0;
      for (Category category : context.categories()) {
        yaml.append("  ").append(index++).append(": ").append(quoted(category.name())).append('\n');
      }
      files.write(NAME + "/data.yaml", bytes(yaml.toString()));
      files.write(NAME + "/train.txt", bytes(String.join("\n", photographs) + "\n"));
    }
  }

  /** The parts one after the other, each from its first point around to it and on to the next. */
  static double[] joined(List<Outline> parts) {
    if (parts.size() == 1) {
      return parts.get(0).bridged();
    }
    List<double[]> rings = parts.stream().map(Outline::bridged).toList();
    int numbers = rings.stream().mapToInt(ring -> ring.length + 2).sum();
    double[] out = new double[numbers + 2 * (rings.size() - 1)];
    int at = 0;
    for (double[] ring : rings) {
      System.arraycopy(ring, 0, out, at, ring.length);
      System.arraycopy(ring, 0, out, at + ring.length, 2);
      at += ring.length + 2;
    }
    for (int i = rings.size() - 2; i >= 0; i--) { // and back the same way
      System.arraycopy(rings.get(i), 0, out, at, 2);
      at += 2;
    }
    return out;
  }

  private static String share(double coordinate, int size) {
    return BigDecimal.valueOf(coordinate / size)
        .setScale(DIGITS, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }

  /** A name as YAML's text in double quotes, which holds any. */
  private static String quoted(String name) {
    return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
