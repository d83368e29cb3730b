package org.maskwright.datasets.annotation;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.image.LabelRows;
import org.maskwright.datasets.mask.Rle;

/**
 * COCO's panoptic file: classes, images, and for each image the segments of a PNG of ids. The
 * segments of an image are numbered from 1. Predictions have a {@code score}.
 *
 * <p><b>Threads</b> one.
 *
 * <p><b>Source</b> cocodataset.org, "Data format", "Panoptic Segmentation".
 */
public final class CocoPanopticFile {
  private final JsonGenerator json;
  private final Categories categories;
  private final CocoDocument document;

  /**
   * Begins the file.
   *
   * @param json at its begin; whoever opened it closes it
   * @param categories whose contiguous indices the segments have
   */
  public CocoPanopticFile(JsonGenerator json, Categories categories) throws IOException {
    this.json = json;
    this.categories = categories;
    this.document = new CocoDocument(json, categories);
  }

  /**
   * Writes the segments of an image.
   *
   * @param fileName of the photograph, with slashes
   * @param png of the ids, below the folder of PNGs
   * @param segments of which no pixel is in two
   * @return the ids, for {@link org.maskwright.datasets.image.LabelPng#rgbIds}
   */
  public LabelRows add(String fileName, String png, Size size, List<Annotated> segments)
      throws IOException {
    int image = document.image(fileName, size);
    List<PaintedMasks.Paint> paint = new ArrayList<>();
    json.writeStartObject();
    json.writeNumberField("image_id", image);
    json.writeStringField("file_name", png);
    json.writeArrayFieldStart("segments_info");
    for (Annotated object : segments) {
      Rle mask = object.mask(size);
      paint.add(new PaintedMasks.Paint(mask, paint.size() + 1));
      info(paint.size(), object, mask);
    }
    json.writeEndArray();
    json.writeEndObject();
    return new PaintedMasks(size, 0, paint);
  }

  private void info(int id, Annotated object, Rle mask) throws IOException {
    Segment segment = object.segment();
    json.writeStartObject();
    json.writeNumberField("id", id);
    json.writeNumberField("category_id", categories.get(segment.category()).id());
    json.writeNumberField("iscrowd", segment.crowd() ? 1 : 0);
    json.writeNumberField("area", mask.area());
    JsonNumbers.box(json, mask.box());
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
