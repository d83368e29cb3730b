package org.maskwright.datasets.convert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Outline;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.files.OutputFile;

/**
 * labelme: a JSON file beside each photograph. Polygons stay polygons, other masks become polygons
 * along the edges of their pixels, those with holes the shape "mask" (labelme 5.2 and later).
 * Several polygons of one object share a {@code group_id}; a crowd has the flag {@code iscrowd}.
 */
public final class LabelmeTarget implements ConversionTarget {
  private static final String VERSION = "5.5.0";

  @Override
  public String name() {
    return "labelme";
  }

  @Override
  public String description() {
    return "a JSON file beside each photograph, in PART";
  }

  @Override
  public Optional<Task> task() {
    return Optional.empty();
  }

  @Override
  public void write(Path folder, List<ConversionPart> parts, Tally tally) {
    for (ConversionPart part : parts) {
      Path here = folder.resolve(part.name());
      for (int i = 0; i < part.size(); i++) {
        part.copyPhoto(i, here.resolve(part.fileName(i)));
        OutputFile.write(here.resolve(part.stem(i) + ".json"), json(part, i, tally));
        tally.image();
      }
    }
  }

  private static String json(ConversionPart part, int index, Tally tally) {
    Size size = part.imageSize(index);
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("version", VERSION);
      json.writeObjectFieldStart("flags");
      json.writeEndObject();
      json.writeArrayFieldStart("shapes");
      int group = 1;
      for (Segment segment : part.segments(index)) {
        String label = part.categories().get(segment.category()).name();
        if (object(json, label, segment, group, size, tally)) {
          group++;
          tally.object();
        }
      }
      json.writeEndArray();
      json.writeStringField("imagePath", part.fileName(index));
      json.writeNullField("imageData");
      json.writeNumberField("imageHeight", size.height());
      json.writeNumberField("imageWidth", size.width());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // never: all is in memory
    }
    return text.toString();
  }

  private static boolean object(
      JsonGenerator json, String label, Segment segment, int group, Size size, Tally tally)
      throws IOException {
    List<double[]> rings = new ArrayList<>();
    if (segment.mask() instanceof SegmentMask.Polygons polygons) {
      rings.addAll(polygons.rings());
    } else {
      Rle rle = ConversionPart.rle(segment.mask(), size);
      List<Outline> outlines = Outline.of(rle);
      if (outlines.isEmpty()) {
        tally.lost("masks without a pixel are left out");
        return false;
      }
      if (outlines.stream().anyMatch(outline -> !outline.holes().isEmpty())) {
        mask(json, label, segment, rle);
        return true;
      }
      outlines.forEach(outline -> rings.add(outline.outer()));
    }
    for (double[] ring : rings) {
      begin(json, label, segment.crowd());
      json.writeArrayFieldStart("points");
      for (int i = 0; i < ring.length; i += 2) {
        json.writeArray(ring, i, 2);
      }
      json.writeEndArray();
      json.writeStringField("shape_type", "polygon");
      if (rings.size() > 1) {
        json.writeNumberField("group_id", group);
      } else {
        json.writeNullField("group_id");
      }
      json.writeEndObject();
    }
    return true;
  }

  private static void begin(JsonGenerator json, String label, boolean crowd) throws IOException {
    json.writeStartObject();
    json.writeStringField("label", label);
    json.writeObjectFieldStart("flags");
    if (crowd) {
      json.writeBooleanField("iscrowd", true);
    }
    json.writeEndObject();
  }

  private static void mask(JsonGenerator json, String label, Segment segment, Rle rle)
      throws IOException {
    Box box = rle.box();
    int left = (int) box.x();
    int top = (int) box.y();
    int width = (int) box.width();
    int height = (int) box.height();
    int[] labels = new int[Math.multiplyExact(width, height)];
    rle.forEachRun(
        (x, from, to) -> {
          for (int y = from; y < to; y++) {
            labels[(y - top) * width + x - left] = 255; // labelme shows what is not 0
          }
        });
    byte[] png = LabelPng.encodeGrey8(new LabelMap(height, width, labels));
    begin(json, label, segment.crowd());
    json.writeArrayFieldStart("points");
    json.writeArray(new int[] {left, top}, 0, 2);
    json.writeArray(new int[] {left + width - 1, top + height - 1}, 0, 2);
    json.writeEndArray();
    json.writeStringField("shape_type", "mask");
    json.writeNullField("group_id");
    json.writeStringField("mask", Base64.getEncoder().encodeToString(png));
    json.writeEndObject();
  }
}
