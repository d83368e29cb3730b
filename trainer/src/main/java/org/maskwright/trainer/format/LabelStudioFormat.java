package org.maskwright.trainer.format;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.mask.Outline;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultSegment;

/**
 * Label Studio's tasks with predictions: a polygon for each part of an object, in percent of width
 * and height; holes are reached by cuts of no width. Photographs are those of a local storage,
 * named by their place below the folder that all have in common. Beside the tasks is the labelling
 * interface that they need.
 *
 * <p><b>Source</b> Label Studio's documentation, "Import pre-annotated data" and "Local storage".
 */
public final class LabelStudioFormat implements PredictionFormat {
  private static final String NAME = "label-studio";
  private static final String FROM = "label";
  private static final String TO = "image";
  private static final double PERCENT = 100;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "Label Studio's tasks with predictions as polygons, and the labelling interface for them. Files: `label-studio/tasks.json`, `label-studio/interface.xml`.";
  }

  @Override
  public List<String> files(String output) {
    return List.of();
  }

  @Override
  public FormatWriter start(ResultFiles files, FormatContext context) throws IOException {
    JsonGenerator json = files.json(NAME + "/tasks.json");
    json.writeStartArray();
    return new Writer(files, context, json);
  }

  private static final class Writer implements FormatWriter {
    private final ResultFiles files;
    private final FormatContext context;
    private final JsonGenerator json;

    Writer(ResultFiles files, FormatContext context, JsonGenerator json) {
      this.files = files;
      this.context = context;
      this.json = json;
    }

    @Override
    public void add(PredictedImage image) throws IOException {
      json.writeStartObject();
      json.writeObjectFieldStart("data");
      json.writeStringField("image", "/data/local-files/?d=" + encoded(image.name()));
      json.writeEndObject();
      json.writeArrayFieldStart("predictions");
      json.writeStartObject();
      json.writeStringField("model_version", "maskwright");
      json.writeNumberField("score", meanScore(image.segments()));
      json.writeArrayFieldStart("result");
      int number = 0;
      for (ResultSegment segment : image.segments()) {
        for (Outline part : context.polygons().outlines(segment.mask())) {
          region(image, segment, part, "r" + image.number() + "-" + ++number);
        }
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
    }

    private void region(PredictedImage image, ResultSegment segment, Outline part, String id)
        throws IOException {
      int width = image.size().width();
      int height = image.size().height();
      json.writeStartObject();
      json.writeStringField("id", id);
      json.writeStringField("type", "polygonlabels");
      json.writeStringField("from_name", FROM);
      json.writeStringField("to_name", TO);
      json.writeNumberField("original_width", width);
      json.writeNumberField("original_height", height);
      json.writeNumberField("image_rotation", 0);
      json.writeNumberField("score", segment.score());
      json.writeObjectFieldStart("value");
      json.writeFieldName("points");
      JsonNumbers.points(json, part.bridged(), PERCENT / width, PERCENT / height);
      json.writeBooleanField("closed", true);
      json.writeArrayFieldStart("polygonlabels");
      json.writeString(context.categories().get(segment.classIndex()).name());
      json.writeEndArray();
      json.writeEndObject();
      json.writeEndObject();
    }

    @Override
    public void end() throws IOException {
      json.writeEndArray();
      StringBuilder xml = new StringBuilder("<View>\n");
      xml.append("  <Image name=\"").append(TO).append("\" value=\"$image\" zoom=\"true\"/>\n");
      xml.append("  <PolygonLabels name=\"").append(FROM).append("\" toName=\"").append(TO);
      xml.append("\">\n");
      for (Category category : context.categories()) {
        xml.append(
            "    <Label value=\"%s\" background=\"#%06X\"/>\n"
                .formatted(escaped(category.name()), category.rgb().orElse(0)));
      }
      xml.append("  </PolygonLabels>\n</View>\n");
      files.write(NAME + "/interface.xml", xml.toString());
    }
  }

  /** Label Studio sorts tasks by it: the least certain first. */
  private static double meanScore(List<ResultSegment> segments) {
    return segments.stream().mapToDouble(ResultSegment::score).average().orElse(0);
  }

  private static String encoded(String name) {
    return Arrays.stream(name.split("/", -1))
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }

  private static String escaped(String name) {
    return name.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
