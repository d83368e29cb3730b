package org.maskwright.datasets.coco;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.json.CocoCategory;

/** The categories of a COCO file in training order. */
final class CocoCategories {
  private CocoCategories() {}

  static Categories byId(List<CocoCategory> categories, Path annotationFile) {
    if (categories.isEmpty()) {
      throw DatasetException.ofFile(annotationFile, "expected \"categories\", found none");
    }
    return Categories.of(
        categories.stream()
            .sorted(Comparator.comparingInt(CocoCategory::id))
            .map(c -> new Category(c.id(), c.name(), c.thing(), c.rgb()))
            .toList());
  }
}
