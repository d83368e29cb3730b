package org.maskwright.trainer.format;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.mask.Outline;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultSegment;

/**
 * GeoJSON as QuPath reads and writes it: a feature collection for each photograph. An object is a
 * Polygon or, of several parts, a MultiPolygon; holes are holes. Coordinates are pixels of the
 * photograph, x to the right, y down, (0, 0) the outer corner of the first pixel.
 *
 * <p>Rings are closed, and outer ones run counter-clockwise where y points up, as RFC 7946 asks:
 * here, where y points down, clockwise to the eye.
 *
 * <p><b>Source</b> RFC 7946; QuPath's documentation, "Exporting annotations"; its reader takes
 * {@code properties.objectType}, {@code classification.name}, {@code classification.color} (red,
 * green, blue) and {@code measurements}.
 */
public final class GeoJsonFormat implements PredictionFormat {
  private static final String NAME = "geojson";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "GeoJSON in pixels, y down, polygons with holes, as QuPath reads it; QGIS too. Files: `geojson/*.geojson`.";
  }

  @Override
  public List<String> files(String output) {
    return List.of(file(output));
  }

  private static String file(String output) {
    return NAME + "/" + output + ".geojson";
  }

  @Override
  public FormatWriter start(ResultFiles files, FormatContext context) {
    return image -> {
      JsonContent collection = json -> collection(json, image, context);
      files.write(file(image.output()), collection.file());
    };
  }

  private static void collection(JsonGenerator json, PredictedImage image, FormatContext context)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "FeatureCollection");
    json.writeArrayFieldStart("features");
    for (int i = 0; i < image.segments().size(); i++) {
      ResultSegment segment = image.segments().get(i);
      json.writeStartObject();
      json.writeStringField("type", "Feature");
      json.writeStringField("id", id(image.name() + "#" + i));
      json.writeFieldName("geometry");
      geometry(json, context.polygons().outlines(segment.mask()));
      json.writeFieldName("properties");
      properties(json, context.categories().get(segment.classIndex()), segment.score());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** QuPath wants a UUID; the same object has the same in every run. */
  private static String id(String name) {
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static void geometry(JsonGenerator json, List<Outline> parts) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", parts.size() == 1 ? "Polygon" : "MultiPolygon");
    json.writeFieldName("coordinates");
    if (parts.size() == 1) {
      polygon(json, parts.get(0));
    } else {
      json.writeStartArray();
      for (Outline part : parts) {
        polygon(json, part);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void polygon(JsonGenerator json, Outline part) throws IOException {
    json.writeStartArray();
    for (double[] ring : part.rings()) {
      double[] closed = Arrays.copyOf(ring, ring.length + 2);
      closed[ring.length] = ring[0];
      closed[ring.length + 1] = ring[1];
      JsonNumbers.points(json, closed, 1, 1);
    }
    json.writeEndArray();
  }

  private static void properties(JsonGenerator json, Category category, double score)
      throws IOException {
    int rgb = category.rgb().orElse(0);
    json.writeStartObject();
    json.writeStringField("objectType", "annotation");
    json.writeObjectFieldStart("classification");
    json.writeStringField("name", category.name());
    JsonNumbers.color(json, rgb);
    json.writeEndObject();
    json.writeObjectFieldStart("measurements");
    json.writeNumberField("score", score);
    json.writeEndObject();
    json.writeEndObject();
  }
}
