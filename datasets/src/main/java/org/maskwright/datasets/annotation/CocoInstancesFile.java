package org.maskwright.datasets.annotation;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.mask.Rle;

/**
 * COCO's instances: classes, images and annotations, written image by image. Polygons stay
 * polygons, number by number; all other masks are compressed run lengths, which hold every pixel. A
 * region of a class that has no objects is one annotation. Predictions have a {@code score}. What
 * has no mask has its {@code bbox} and, as PointSup (arXiv 2104.06404) writes them, {@code
 * point_coords}, pixels counted from 0, and {@code point_labels}.
 *
 * <p>Images and annotations are numbered from 1; classes have their own ids.
 *
 * <p><b>Threads</b> one.
 *
 * <p><b>Source</b> cocodataset.org, "Data format"; CVAT's documentation, "MS COCO".
 */
public final class CocoInstancesFile {
  private static final double PIXEL_CENTRE = 0.5;

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
    json.writeStartObject();
    json.writeNumberField("id", ++annotations);
    json.writeNumberField("image_id", image);
    json.writeNumberField("category_id", categories.get(segment.category()).id());
    json.writeNumberField("iscrowd", segment.crowd() ? 1 : 0);
    if (segment.mask() instanceof SegmentMask.Weak weak) {
      weak(weak.label());
    } else {
      mask(size, object);
    }
    if (object.score().isPresent()) {
      json.writeNumberField("score", object.score().getAsDouble());
    }
    json.writeEndObject();
  }

  private void mask(Size size, Annotated object) throws IOException {
    Segment segment = object.segment();
    Rle rle = object.mask(size);
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
  }

  private void weak(WeakLabel label) throws IOException {
    if (label.box().isPresent()) {
      JsonNumbers.box(json, label.box().get());
    }
    PointLabels points = label.points();
    if (points.count() == 0) {
      return;
    }
    double[] xy = points.coordinates();
    Arrays.setAll(xy, i -> xy[i] - PIXEL_CENTRE);
    json.writeFieldName("point_coords");
    JsonNumbers.points(json, xy, 1, 1);
    json.writeArrayFieldStart("point_labels");
    for (int p = 0; p < points.count(); p++) {
      json.writeNumber(points.inside(p) ? 1 : 0);
    }
    json.writeEndArray();
    if (points.weighted()) {
      json.writeArrayFieldStart("point_weights");
      for (int p = 0; p < points.count(); p++) {
        json.writeNumber(points.weight(p));
      }
      json.writeEndArray();
    }
  }

  /** Ends the file. */
  public void end() throws IOException {
    document.end();
  }
}
