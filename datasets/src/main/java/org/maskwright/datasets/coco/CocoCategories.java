package org.maskwright.datasets.coco;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.json.CocoCategory;

/**
 * The categories of a COCO file in training order.
 *
 * @param kept numbered by rising id
 * @param notes what was left out, for the user
 */
public record CocoCategories(Categories kept, List<String> notes) {
  /**
   * All of a file, numbered by rising id.
   *
   * @throws DatasetException if there is none
   */
  public static Categories byId(List<CocoCategory> categories, Path annotationFile) {
    if (categories.isEmpty()) {
      throw DatasetException.ofFile(annotationFile, "expected \"categories\", found none");
    }
    return Categories.of(
        categories.stream()
            .sorted(Comparator.comparingInt(CocoCategory::id))
            .map(c -> new Category(c.id(), c.name(), c.thing(), c.rgb()))
            .toList());
  }

  /**
   * The categories without a root: Roboflow's exports begin with one that is the supercategory of
   * all others and has no annotation, which would be a class that cannot be learnt.
   *
   * @param annotated ids that annotations have
   */
  static CocoCategories withoutRoot(
      List<CocoCategory> categories, Set<Integer> annotated, Path annotationFile) {
    Categories all = byId(categories, annotationFile);
    for (CocoCategory root : categories) {
      boolean ofAll =
          categories.size() > 1
              && !root.name().isEmpty()
              && !annotated.contains(root.id())
              && categories.stream()
                  .allMatch(c -> c.id() == root.id() || c.supercategory().equals(root.name()));
      if (ofAll) {
        List<Category> kept = new ArrayList<>(all.asList());
        kept.removeIf(c -> c.id() == root.id());
        return new CocoCategories(
            Categories.of(kept),
            List.of(
                "%s: category %d, \"%s\", is the supercategory of all others and has no annotation: left out"
                    .formatted(annotationFile, root.id(), root.name())));
      }
    }
    return new CocoCategories(all, List.of());
  }
}
