package org.maskwright.trainer.format;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.maskwright.datasets.mask.Outline;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultSegment;

/**
 * A JSON file for each photograph, as labelme writes them: a polygon for each part of an object;
 * parts of one object share a {@code group_id}. A hole, which a polygon of labelme cannot have, is
 * reached by a cut of no width. The photograph is named relative to the file and not stored in it.
 *
 * <p><b>Source</b> labelme 5 and 6, {@code label_file.py}; other keys, such as {@code score}, are
 * kept by its editor.
 */
public final class LabelmeFormat implements PredictionFormat {
  private static final String NAME = "labelme";
  private static final String VERSION = "5.5.0"; // whose files these are

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "A JSON file of polygons for each photograph, as labelme has them. Files: `labelme/*.json`.";
  }

  @Override
  public List<String> files(String output) {
    return List.of(file(output));
  }

  private static String file(String output) {
    return NAME + "/" + output + ".json";
  }

  @Override
  public FormatWriter start(ResultFiles files, FormatContext context) {
    return image -> {
      String file = file(image.output());
      String photograph = relative(files.place(file), image.photograph());
      files.write(file, JsonText.of(json -> content(json, image, photograph, context)));
    };
  }

  private static void content(
      JsonGenerator json, PredictedImage image, String photograph, FormatContext context)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("version", VERSION);
    json.writeObjectFieldStart("flags");
    json.writeEndObject();
    json.writeArrayFieldStart("shapes");
    int groups = 0;
    for (ResultSegment segment : image.segments()) {
      List<Outline> parts = context.outlines(segment.mask());
      Integer group = parts.size() > 1 ? groups++ : null;
      String label = context.categories().get(segment.classIndex()).name();
      for (Outline part : parts) {
        shape(json, label, segment.score(), group, part.bridged());
      }
    }
    json.writeEndArray();
    json.writeStringField("imagePath", photograph);
    json.writeNullField("imageData");
    json.writeNumberField("imageHeight", image.size().height());
    json.writeNumberField("imageWidth", image.size().width());
    json.writeEndObject();
  }

  private static void shape(
      JsonGenerator json, String label, double score, Integer group, double[] ring)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("label", label);
    json.writeFieldName("points");
    JsonText.points(json, ring, 1, 1);
    if (group == null) {
      json.writeNullField("group_id");
    } else {
      json.writeNumberField("group_id", group);
    }
    json.writeStringField("description", "");
    json.writeStringField("shape_type", "polygon");
    json.writeObjectFieldStart("flags");
    json.writeEndObject();
    json.writeNullField("mask");
    json.writeNumberField("score", score);
    json.writeEndObject();
  }

  /** The way from a file's folder to the photograph, with slashes; whole where there is none. */
  private static String relative(Path file, Path photograph) {
    Path from = file.toAbsolutePath().normalize().getParent();
    Path to = photograph.toAbsolutePath().normalize();
    boolean oneRoot = from != null && from.getRoot().equals(to.getRoot());
    return (oneRoot ? from.relativize(to) : to).toString().replace('\\', '/');
  }
}
