package org.maskwright.datasets.annotation;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Rle;

/**
 * COCO's instances: classes, images and annotations, written image by image. Polygons stay
 * polygons, number by number; all other masks are compressed run lengths, which hold every pixel. A
 * region of a class that has no objects is one annotation. Predictions have a {@code score}.
 *
 * <p>Images and annotations are numbered from 1; classes have their own ids.
 *
 * <p><b>Threads</b> one.
 *
 * <p><b>Source</b> cocodataset.org, "Data format"; CVAT's documentation, "MS COCO".
 */
public final class CocoInstancesFile {
  private final JsonGenerator json;
  private final Categories categories;
  private final CocoDocument document;
  private long annotations;

  /**
   * Begins the file.
   *
   * @param json at its begin; whoever opened it closes it
   * @param categories whose contiguous indices the segments have
   */
  public CocoInstancesFile(JsonGenerator json, Categories categories) throws IOException {
    this.json = json;
    this.categories = categories;
    this.document = new CocoDocument(json, categories);
  }

  /**
   * Writes the annotations of an image.
   *
   * @param fileName of the photograph, with slashes
   */
  public void add(String fileName, Size size, List<Annotated> objects) throws IOException {
    int image = document.image(fileName, size);
    for (Annotated object : objects) {
      annotation(image, size, object);
    }
  }

  private void annotation(int image, Size size, Annotated object) throws IOException {
    Segment segment = object.segment();
    Rle rle = object.mask(size);
    json.writeStartObject();
    json.writeNumberField("id", ++annotations);
    json.writeNumberField("image_id", image);
    json.writeNumberField("category_id", categories.get(segment.category()).id());
    json.writeNumberField("iscrowd", segment.crowd() ? 1 : 0);
    json.writeNumberField("area", rle.area());
    JsonNumbers.box(json, rle.box());
    if (segment.mask() instanceof SegmentMask.Polygons polygons && !segment.crowd()) {
      json.writeArrayFieldStart("segmentation");
      for (double[] ring : polygons.rings()) {
        json.writeArray(ring, 0, ring.length);
      }
      json.writeEndArray();
    } else {
      JsonNumbers.segmentation(json, rle);
    }
    if (object.score().isPresent()) {
      json.writeNumberField("score", object.score().getAsDouble());
    }
    json.writeEndObject();
  }

  /** Ends the file. */
  public void end() throws IOException {
    document.end();
  }
}
