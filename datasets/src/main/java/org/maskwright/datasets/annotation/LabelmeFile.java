package org.maskwright.datasets.annotation;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.json.JsonContent;

/**
 * labelme's JSON file of one photograph: a polygon for each part of an object. Parts of one object
 * share a {@code group_id}; a crowd has the flag {@code iscrowd}; a prediction has a {@code score}.
 * The photograph is named and not stored in it.
 *
 * <p><b>Source</b> labelme 5 and 6, {@code label_file.py}; keys that labelme does not know, such as
 * {@code score}, are kept by its editor.
 */
public final class LabelmeFile {
  private static final String VERSION = "5.5.0"; // whose files these are

  private final Categories categories;
  private final MaskPolygons polygons;
  private final Tally tally;

  /**
   * A writer of files.
   *
   * @param categories whose contiguous indices the segments have
   * @param polygons how masks become polygons
   * @param tally is told each object, and what is lost: masks without a pixel
   */
  public LabelmeFile(Categories categories, MaskPolygons polygons, Tally tally) {
    this.categories = categories;
    this.polygons = polygons;
    this.tally = tally;
  }

  /**
   * The file of one photograph.
   *
   * @param photograph the way to it from the file's folder, with slashes
   */
  public JsonContent of(String photograph, Size size, List<Annotated> objects) {
    return json -> {
      json.writeStartObject();
      json.writeStringField("version", VERSION);
      json.writeObjectFieldStart("flags");
      json.writeEndObject();
      json.writeArrayFieldStart("shapes");
      int groups = 0;
      for (Annotated object : objects) {
        List<double[]> rings = polygons.rings(object.segment().mask(), size);
        if (rings.isEmpty()) {
          tally.lost("masks without a pixel are left out");
          continue;
        }
        Optional<Integer> group = rings.size() > 1 ? Optional.of(++groups) : Optional.empty();
        for (double[] ring : rings) {
          shape(json, object, group, ring);
        }
        tally.object();
      }
      json.writeEndArray();
      json.writeStringField("imagePath", photograph);
      json.writeNullField("imageData");
      json.writeNumberField("imageHeight", size.height());
      json.writeNumberField("imageWidth", size.width());
      json.writeEndObject();
    };
  }

  private void shape(JsonGenerator json, Annotated object, Optional<Integer> group, double[] ring)
      throws IOException {
    Segment segment = object.segment();
    json.writeStartObject();
    json.writeStringField("label", categories.get(segment.category()).name());
    json.writeFieldName("points");
    JsonNumbers.points(json, ring, 1, 1);
    json.writeFieldName("group_id");
    if (group.isPresent()) {
      json.writeNumber(group.get());
    } else {
      json.writeNull();
    }
    json.writeStringField("description", "");
    json.writeStringField("shape_type", "polygon");
    json.writeObjectFieldStart("flags");
    if (segment.crowd()) {
      json.writeBooleanField("iscrowd", true);
    }
    json.writeEndObject();
    json.writeNullField("mask");
    if (object.score().isPresent()) {
      json.writeNumberField("score", object.score().getAsDouble());
    }
    json.writeEndObject();
  }
}
