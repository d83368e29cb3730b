package org.maskwright.datasets.scenes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.maskwright.datasets.mask.Box;

/** COCO's two annotation files of a split. */
final class CocoScenes {
  private final ScenesConfig config;
  private final List<CocoScene> scenes;

  CocoScenes(ScenesConfig config, List<CocoScene> scenes) {
    this.config = config;
    this.scenes = scenes;
  }

  /** The things, each an annotation with a compressed RLE. */
  String instances() throws IOException {
    var text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      header(json);
      json.writeArrayFieldStart("annotations");
      int id = 1;
      for (CocoScene scene : scenes) {
        for (SceneSegment segment : scene.segments()) {
          if (segment.kind().thing()) {
            instance(json, scene, segment, id++);
          }
        }
      }
      json.writeEndArray();
      json.writeArrayFieldStart("categories");
      for (SceneClass kind : SceneClass.values()) {
        if (kind.thing()) {
          json.writeStartObject();
          category(json, kind);
          json.writeEndObject();
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.toString();
  }

  /** All segments, whose pixels are in the PNG of the image. */
  String panoptic() throws IOException {
    var text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      header(json);
      json.writeArrayFieldStart("annotations");
      for (CocoScene scene : scenes) {
        json.writeStartObject();
        json.writeNumberField("image_id", scene.imageId());
        json.writeStringField("file_name", CocoScene.fileName(scene.imageId(), "png"));
        json.writeArrayFieldStart("segments_info");
        for (SceneSegment segment : scene.segments()) {
          json.writeStartObject();
          json.writeNumberField("id", segment.id());
          measures(json, segment);
          json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("categories");
      for (SceneClass kind : SceneClass.values()) {
        json.writeStartObject();
        category(json, kind);
        json.writeNumberField("isthing", kind.thing() ? 1 : 0);
        json.writeFieldName("color");
        int rgb = kind.rgb();
        json.writeArray(new int[] {rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255}, 0, 3);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.toString();
  }

  private void header(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("info");
    json.writeStringField("description", "Maskwright Scenes: synthetic photographs");
    json.writeStringField("version", Integer.toString(Scenes.GENERATOR_VERSION));
    json.writeEndObject();
    json.writeArrayFieldStart("licenses");
    json.writeStartObject();
    json.writeNumberField("id", 1);
    json.writeStringField("name", "CC0 1.0");
    json.writeStringField("url", "https://creativecommons.org/publicdomain/zero/1.0/");
    json.writeEndObject();
    json.writeEndArray();
    json.writeArrayFieldStart("images");
    for (CocoScene scene : scenes) {
      json.writeStartObject();
      json.writeNumberField("id", scene.imageId());
      json.writeStringField("file_name", CocoScene.fileName(scene.imageId(), "jpg"));
      json.writeNumberField("width", config.width());
      json.writeNumberField("height", config.height());
      json.writeNumberField("license", 1);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void instance(JsonGenerator json, CocoScene scene, SceneSegment segment, int id)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", id);
    json.writeNumberField("image_id", scene.imageId());
    json.writeObjectFieldStart("segmentation");
    json.writeFieldName("size");
    json.writeArray(new int[] {config.height(), config.width()}, 0, 2);
    json.writeStringField("counts", segment.mask().toCompressedString());
    json.writeEndObject();
    measures(json, segment);
    json.writeEndObject();
  }

  private static void measures(JsonGenerator json, SceneSegment segment) throws IOException {
    json.writeNumberField("category_id", segment.kind().id());
    json.writeNumberField("area", segment.mask().area());
    Box box = segment.mask().box();
    json.writeFieldName("bbox");
    int[] xywh = {(int) box.x(), (int) box.y(), (int) box.width(), (int) box.height()};
    json.writeArray(xywh, 0, xywh.length);
    json.writeNumberField("iscrowd", 0);
  }

  private static void category(JsonGenerator json, SceneClass kind) throws IOException {
    json.writeNumberField("id", kind.id());
    json.writeStringField("name", kind.label());
    json.writeStringField("supercategory", kind.supercategory());
  }
}
