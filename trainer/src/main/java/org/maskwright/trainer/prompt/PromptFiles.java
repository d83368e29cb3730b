package org.maskwright.trainer.prompt;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.annotation.PaintedMasks;
import org.maskwright.datasets.image.ImageWindows;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.image.ShrunkPicture;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.WeakMarks;
import org.maskwright.trainer.output.OutputFolder;

/**
 * Answers about one photograph as files: NAME.png with the masks and the prompts over the
 * photograph, NAME.mask-1.png and so on with a mask each, white on black, and NAME.json.
 *
 * <p><b>Memory</b> a photograph with a long side above 4096 pixels is seen and drawn smaller; masks
 * are of all its pixels.
 */
public final class PromptFiles {
  private static final int WHITE = 255;
  private static final int PROMPTS = 0; // the category of what was asked, before those of objects
  private static final double NANOS = 1e9;

  /**
   * A mask that was written.
   *
   * @param answer the mask
   * @param file its picture
   */
  public record Mask(PromptSegment answer, Path file) {}

  /**
   * What was written.
   *
   * @param picture of all masks over the photograph
   * @param encodeSeconds time to encode the photograph
   * @param answerSeconds time of all answers
   */
  public record Written(
      Path picture, List<Mask> masks, double encodeSeconds, double answerSeconds) {
    /** Keeps a copy. */
    public Written {
      masks = List.copyOf(masks);
    }
  }

  private PromptFiles() {}

  /**
   * Encodes a photograph, answers and writes.
   *
   * @param name of the files, without ending
   * @param shown what the photograph is called in the JSON
   * @throws IllegalArgumentException if a prompt is outside the picture
   * @throws org.maskwright.trainer.output.OutputRefusedException if a file would be overwritten
   *     that no command wrote
   */
  public static Written write(
      PromptPredictor predictor,
      ImageWindows photograph,
      String name,
      String shown,
      PromptWishes wishes,
      OutputFolder folder) {
    wishes.requireInside(photograph.size());
    folder.requireFree(name + ".png", name + ".json");
    Size size = photograph.size();
    Photograph seen = PromptPredictor.seen(photograph, predictor.normalization());
    long start = System.nanoTime();
    try (EncodedPicture encoded = predictor.encode(seen, size)) {
      long read = System.nanoTime();
      List<PromptSegment> answers = PromptSegment.of(encoded, wishes);
      long answered = System.nanoTime();
      List<Mask> masks = masks(answers, name, folder);
      RgbImage picture =
          PromptPredictor.isSeenSmaller(size)
              ? ShrunkPicture.of(photograph, PromptPredictor.sizeSeen(size))
              : seen.shown();
      folder.write(name + ".json", json(shown, size, masks).indentedFile());
      Path file = folder.write(name + ".png", overlay(picture, size, masks, wishes));
      return new Written(file, masks, (read - start) / NANOS, (answered - read) / NANOS);
    }
  }

  private static List<Mask> masks(List<PromptSegment> answers, String name, OutputFolder folder) {
    List<Mask> out = new ArrayList<>();
    for (PromptSegment answer : answers) {
      Size size = new Size(answer.mask().width(), answer.mask().height());
      Path file =
          folder.write(
              "%s.mask-%d.png".formatted(name, out.size() + 1),
              LabelPng.grey8(
                  new PaintedMasks(
                      size, 0, List.of(new PaintedMasks.Paint(answer.mask(), WHITE)))));
      out.add(new Mask(answer, file));
    }
    return out;
  }

  private static JsonContent json(String shown, Size size, List<Mask> masks) {
    return json -> {
      json.writeStartObject();
      json.writeStringField("file", shown);
      json.writeStringField("task", "prompts");
      json.writeNumberField("height", size.height());
      json.writeNumberField("width", size.width());
      json.writeArrayFieldStart("masks");
      for (Mask mask : masks) {
        json.writeStartObject();
        writeFields(mask, json);
        JsonNumbers.segmentation(json, mask.answer().mask());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    };
  }

  /** The fields of a mask but for its run lengths: the file's name without its folder. */
  public static void writeFields(Mask mask, JsonGenerator json) throws IOException {
    mask.answer().writeFields(json);
    json.writeStringField("mask", mask.file().getFileName().toString());
  }

  private static byte[] overlay(
      RgbImage picture, Size size, List<Mask> masks, PromptWishes wishes) {
    Size drawn = new Size(picture.width(), picture.height());
    List<OverlayInstance> layers = new ArrayList<>();
    for (int i = 0; i < masks.size(); i++) {
      PromptSegment mask = masks.get(i).answer();
      Rle runs =
          drawn.equals(size) ? mask.mask() : mask.mask().sampled(drawn.height(), drawn.width());
      String label =
          mask.hypothesis() > 0
              ? "%d.%d".formatted(mask.object(), mask.hypothesis())
              : Integer.toString(mask.object());
      double score = Math.min(Math.max(mask.quality(), 0), 1);
      layers.add(new OverlayInstance(runs, i + 1, label, score).asNamed());
    }
    byte[] marks = marks(wishes, size, drawn);
    layers.add(new OverlayInstance(marks, PROMPTS, "").asNamed());
    return Overlay.on(picture.data(), picture.width(), picture.height()).instances(layers).toPng();
  }

  /** Discs and rings at the points, outlines of the boxes. */
  private static byte[] marks(PromptWishes wishes, Size size, Size drawn) {
    double scaleX = (double) drawn.width() / size.width();
    double scaleY = (double) drawn.height() / size.height();
    double[] xy = new double[2 * wishes.points().size()];
    boolean[] object = new boolean[wishes.points().size()];
    for (int i = 0; i < object.length; i++) {
      Click click = wishes.points().get(i);
      xy[2 * i] = click.x() * scaleX;
      xy[2 * i + 1] = click.y() * scaleY;
      object[i] = click.object();
    }
    byte[] out = WeakMarks.of(new WeakLabel(Optional.empty(), PointLabels.of(xy, object)), drawn);
    for (PromptBox box : wishes.boxes()) {
      double x = box.x0() * scaleX;
      double y = box.y0() * scaleY;
      Box outline =
          new Box(x, y, Math.max(1, box.x1() * scaleX - x), Math.max(1, box.y1() * scaleY - y));
      byte[] one = WeakMarks.of(WeakLabel.of(outline), drawn);
      for (int i = 0; i < out.length; i++) {
        out[i] |= one[i];
      }
    }
    return out;
  }
}
