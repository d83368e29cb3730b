package org.maskwright.trainer.result;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;

/** The list of categories that panoptic results and those of videos end with, in JSON. */
public final class CategoryList {
  private CategoryList() {}

  /** Writes the field {@code categories}. */
  public static void write(JsonGenerator json, Categories categories) throws IOException {
    json.writeArrayFieldStart("categories");
    for (Category c : categories) {
      json.writeStartObject();
      json.writeNumberField("id", c.id());
      json.writeStringField("name", c.name());
      json.writeNumberField("isthing", c.thing() ? 1 : 0);
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
