package org.maskwright.datasets.convert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.files.OutputFile;

/**
 * COCO's instances. Polygons stay polygons, number by number; all other masks are run lengths,
 * which hold every pixel. A region of a class that has no objects is one annotation.
 */
public final class CocoTarget implements ConversionTarget {
  @Override
  public String name() {
    return "coco";
  }

  @Override
  public String description() {
    return "annotations/instances_PART.json, photographs in images/PART";
  }

  @Override
  public Optional<Task> task() {
    return Optional.empty();
  }

  @Override
  public void write(Path folder, List<ConversionPart> parts, Tally tally) {
    for (ConversionPart part : parts) {
      String name = part.name().isEmpty() ? "default" : part.name();
      OutputFile.writeDurably(
          folder.resolve("annotations/instances_" + name + ".json"),
          channel -> write(channel, folder.resolve("images").resolve(part.name()), part, tally));
    }
  }

  private static void write(FileChannel channel, Path photos, ConversionPart part, Tally tally)
      throws IOException {
    try (JsonGenerator json =
        new JsonFactory().createGenerator(Channels.newOutputStream(channel))) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET); // the channel is the file's
      json.writeStartObject();
      json.writeArrayFieldStart("categories");
      for (Category category : part.categories()) {
        category(json, category);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("annotations");
      long id = 1;
      for (int i = 0; i < part.size(); i++) {
        Size size = part.imageSize(i);
        for (Segment segment : part.segments(i)) {
          annotation(
              json, id++, i + 1, part.categories().get(segment.category()).id(), segment, size);
          tally.object();
        }
      }
      json.writeEndArray();
      json.writeArrayFieldStart("images");
      for (int i = 0; i < part.size(); i++) {
        Size size = part.imageSize(i);
        part.copyPhoto(i, photos.resolve(part.fileName(i)));
        json.writeStartObject();
        json.writeNumberField("id", i + 1);
        json.writeStringField("file_name", part.fileName(i));
        json.writeNumberField("width", size.width());
        json.writeNumberField("height", size.height());
        json.writeEndObject();
        tally.image();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private static void category(JsonGenerator json, Category category) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", category.id());
    json.writeStringField("name", category.name());
    json.writeStringField("supercategory", "");
    json.writeNumberField("isthing", category.thing() ? 1 : 0);
    if (category.rgb().isPresent()) {
      int rgb = category.rgb().getAsInt();
      json.writeFieldName("color");
      json.writeArray(new int[] {rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF}, 0, 3);
    }
    json.writeEndObject();
  }

  private static void annotation(
      JsonGenerator json, long id, int image, int category, Segment segment, Size size)
      throws IOException {
    Rle rle = ConversionPart.rle(segment.mask(), size);
    Box box = rle.box();
    json.writeStartObject();
    json.writeNumberField("id", id);
    json.writeNumberField("image_id", image);
    json.writeNumberField("category_id", category);
    json.writeNumberField("iscrowd", segment.crowd() ? 1 : 0);
    json.writeNumberField("area", rle.area());
    json.writeFieldName("bbox");
    int[] xywh = {(int) box.x(), (int) box.y(), (int) box.width(), (int) box.height()};
    json.writeArray(xywh, 0, xywh.length);
    if (segment.mask() instanceof SegmentMask.Polygons polygons && !segment.crowd()) {
      json.writeArrayFieldStart("segmentation");
      for (double[] ring : polygons.rings()) {
        json.writeArray(ring, 0, ring.length);
      }
      json.writeEndArray();
    } else {
      json.writeObjectFieldStart("segmentation");
      json.writeFieldName("size");
      json.writeArray(new int[] {rle.height(), rle.width()}, 0, 2);
      json.writeStringField("counts", rle.toCompressedString());
      json.writeEndObject();
    }
    json.writeEndObject();
  }
}
