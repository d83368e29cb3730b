package org.maskwright.datasets.json;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.Box;

/**
 * Writes official JSON files for tests; what {@link CocoJson} reads back is equal. Values that are
 * absent are left out.
 */
public final class CocoJsonWriter {
  private static final JsonFactory FACTORY = new JsonFactory();

  private CocoJsonWriter() {}

  /** Writes a COCO or LVIS instances file. */
  public static void writeInstances(Path file, CocoInstances content) {
    write(
        file,
        content.images(),
        content.categories(),
        json -> {
          for (CocoAnnotation annotation : content.annotations()) {
            annotation(json, annotation);
          }
        });
  }

  /** Writes a panoptic file; results files have neither images nor categories. */
  public static void writePanoptic(Path file, CocoPanoptic content) {
    write(
        file,
        content.images(),
        content.categories(),
        json -> {
          for (PanopticAnnotation annotation : content.annotations()) {
            annotation(json, annotation);
          }
        });
  }

  private static void write(
      Path file, List<CocoImage> images, List<CocoCategory> categories, Content annotations) {
    write(
        file,
        json -> {
          json.writeStartObject();
          images(json, images);
          categories(json, categories);
          json.writeArrayFieldStart("annotations");
          annotations.write(json);
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /**
   * Writes a results file detection by detection, so that none has to be kept.
   *
   * @param source is given a consumer that writes a detection
   */
  public static void writeResults(Path file, Consumer<Consumer<CocoDetection>> source) {
    write(
        file,
        json -> {
          json.writeStartArray();
          source.accept(
              detection -> {
                try {
                  detection(json, detection);
                } catch (IOException e) {
                  throw DatasetException.ofFile(file, "cannot be written: " + e, e);
                }
              });
          json.writeEndArray();
        });
  }

  @FunctionalInterface
  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  private static void write(Path file, Content content) {
    try (var bytes = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        JsonGenerator json = FACTORY.createGenerator(bytes, JsonEncoding.UTF8)) {
      content.write(json);
    } catch (IOException e) {
      throw DatasetException.ofFile(file, "cannot be written: " + e, e);
    }
  }

  private static void images(JsonGenerator json, List<CocoImage> images) throws IOException {
    if (images.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("images");
    for (CocoImage image : images) {
      json.writeStartObject();
      imageId(json, "id", image.id());
      text(json, "file_name", image.fileName());
      if (image.height() > 0) {
        json.writeNumberField("height", image.height());
        json.writeNumberField("width", image.width());
      }
      text(json, "coco_url", image.cocoUrl());
      ids(json, "neg_category_ids", image.negativeCategories());
      ids(json, "not_exhaustive_category_ids", image.notExhaustiveCategories());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void ids(JsonGenerator json, String field, List<Integer> ids) throws IOException {
    if (!ids.isEmpty()) {
      json.writeArrayFieldStart(field);
      for (int id : ids) {
        json.writeNumber(id);
      }
      json.writeEndArray();
    }
  }

  private static void categories(JsonGenerator json, List<CocoCategory> categories)
      throws IOException {
    if (categories.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("categories");
    for (CocoCategory category : categories) {
      json.writeStartObject();
      json.writeNumberField("id", category.id());
      json.writeStringField("name", category.name());
      text(json, "supercategory", category.supercategory());
      json.writeNumberField("isthing", category.thing() ? 1 : 0);
      text(json, "frequency", category.frequency());
      if (category.rgb().isPresent()) {
        int rgb = category.rgb().getAsInt();
        json.writeFieldName("color");
        json.writeArray(new int[] {rgb >> 16, rgb >> 8 & 0xFF, rgb & 0xFF}, 0, 3);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void annotation(JsonGenerator json, CocoAnnotation annotation) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", annotation.id());
    imageId(json, "image_id", annotation.imageId());
    json.writeNumberField("category_id", annotation.categoryId());
    json.writeNumberField("iscrowd", annotation.crowd() ? 1 : 0);
    if (annotation.ignore()) {
      json.writeNumberField("ignore", 1);
    }
    if (!Double.isNaN(annotation.area())) {
      json.writeNumberField("area", annotation.area());
    }
    box(json, annotation.box());
    segmentation(json, annotation.segmentation());
    json.writeEndObject();
  }

  private static void annotation(JsonGenerator json, PanopticAnnotation annotation)
      throws IOException {
    json.writeStartObject();
    imageId(json, "image_id", annotation.imageId());
    json.writeStringField("file_name", annotation.fileName());
    json.writeArrayFieldStart("segments_info");
    for (PanopticSegment segment : annotation.segments()) {
      segment(json, segment);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void detection(JsonGenerator json, CocoDetection detection) throws IOException {
    json.writeStartObject();
    imageId(json, "image_id", detection.imageId());
    json.writeNumberField("category_id", detection.categoryId());
    json.writeNumberField("score", detection.score());
    box(json, detection.box());
    segmentation(json, detection.segmentation());
    json.writeEndObject();
  }

  private static void segment(JsonGenerator json, PanopticSegment segment) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", segment.id());
    json.writeNumberField("category_id", segment.categoryId());
    json.writeNumberField("iscrowd", segment.crowd() ? 1 : 0);
    if (segment.area() >= 0) {
      json.writeNumberField("area", segment.area());
    }
    box(json, segment.box());
    json.writeEndObject();
  }

  private static void segmentation(JsonGenerator json, Segmentation segmentation)
      throws IOException {
    if (segmentation == null) {
      return;
    }
    if (!segmentation.isPolygons()) {
      json.writeObjectFieldStart("segmentation");
      json.writeArrayFieldStart("size");
      json.writeNumber(segmentation.height());
      json.writeNumber(segmentation.width());
      json.writeEndArray();
      json.writeStringField("counts", segmentation.compressedCounts());
      json.writeEndObject();
      return;
    }
    json.writeArrayFieldStart("segmentation");
    for (double[] part : segmentation.polygons()) {
      json.writeArray(part, 0, part.length);
    }
    json.writeEndArray();
  }

  private static void box(JsonGenerator json, Box box) throws IOException {
    if (box != null) {
      json.writeFieldName("bbox");
      json.writeArray(new double[] {box.x(), box.y(), box.width(), box.height()}, 0, 4);
    }
  }

  private static void imageId(JsonGenerator json, String field, ImageId id) throws IOException {
    if (id.name() == null) {
      json.writeNumberField(field, id.number());
    } else {
      json.writeStringField(field, id.name());
    }
  }

  private static void text(JsonGenerator json, String field, String value) throws IOException {
    if (!value.isEmpty()) {
      json.writeStringField(field, value);
    }
  }
}
