package org.maskwright.datasets.annotation;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Size;

/**
 * What COCO's instances and panoptic files have in common: classes, images, and what is between.
 */
final class CocoDocument {
  private record Image(String name, Size size) {}

  private final JsonGenerator json;
  private final List<Image> images = new ArrayList<>();

  /** Begins the file, up to the first annotation. */
  CocoDocument(JsonGenerator json, Categories categories) throws IOException {
    this.json = json;
    json.writeStartObject();
    json.writeArrayFieldStart("categories");
    for (Category category : categories) {
      category(category);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("annotations");
  }

  private void category(Category category) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", category.id());
    json.writeStringField("name", category.name());
    json.writeStringField("supercategory", "");
    json.writeNumberField("isthing", category.thing() ? 1 : 0);
    if (category.rgb().isPresent()) {
      JsonNumbers.color(json, category.rgb().getAsInt());
    }
    json.writeEndObject();
  }

  /** Takes in an image; its number, from 1. */
  int image(String name, Size size) {
    images.add(new Image(name, size));
    return images.size();
  }

  /** Ends the file. */
  void end() throws IOException {
    json.writeEndArray();
    json.writeArrayFieldStart("images");
    int id = 0;
    for (Image image : images) {
      json.writeStartObject();
      json.writeNumberField("id", ++id);
      json.writeStringField("file_name", image.name());
      json.writeNumberField("width", image.size().width());
      json.writeNumberField("height", image.size().height());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
