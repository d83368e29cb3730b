package org.maskwright.datasets.metrics;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.json.CocoAnnotation;
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.CocoImage;
import org.maskwright.datasets.json.CocoInstances;
import org.maskwright.datasets.json.CocoJson;

/**
 * The ground truth of instance metrics, by image.
 *
 * <p><b>Threads</b> not changed once it is read.
 */
final class TruthFile {
  private record OfImage(CocoImage image, List<CocoAnnotation> annotations, Set<Integer> classes) {}

  private final List<CocoImage> images;
  private final List<CocoCategory> categories;
  private final Set<Integer> categoryIds = new HashSet<>();
  private final Map<ImageId, OfImage> byImage = new HashMap<>();
  private final List<String> warnings = new ArrayList<>();

  private TruthFile(Path file, CocoInstances content) {
    images = content.images();
    categories = content.categories();
    require(file, images, "images");
    require(file, categories, "categories");
    categories.forEach(category -> categoryIds.add(category.id()));
    for (CocoImage image : images) {
      byImage.put(image.id(), new OfImage(image, new ArrayList<>(), new HashSet<>()));
    }
    group(file, content.annotations());
  }

  /**
   * @throws DatasetException if the file is wrong or has no image or no category
   */
  static TruthFile read(Path file) {
    return new TruthFile(file, CocoJson.readInstances(file));
  }

  private static void require(Path file, List<?> list, String key) {
    if (list.isEmpty()) {
      throw DatasetException.ofFile(file, "expected \"" + key + "\", found none");
    }
  }

  private void group(Path file, List<CocoAnnotation> annotations) {
    int unlisted = 0;
    int unknown = 0;
    int withoutArea = 0;
    int zeros = 0;
    for (CocoAnnotation annotation : annotations) {
      zeros += annotation.id() == 0 && !annotation.crowd() && !annotation.ignore() ? 1 : 0;
      OfImage ofImage = byImage.get(annotation.imageId());
      if (ofImage == null) {
        unlisted++;
      } else {
        ofImage.annotations.add(annotation);
        ofImage.classes.add(annotation.categoryId());
        withoutArea += Double.isNaN(annotation.area()) ? 1 : 0;
        unknown += isCategory(annotation.categoryId()) ? 0 : 1;
      }
    }
    warn(file, unlisted, "annotations of images not in \"images\": left out");
    warn(file, unknown, "annotations of categories not in \"categories\": left out");
    warn(file, withoutArea, "annotations without \"area\": their pixels are counted");
    warn(
        file,
        zeros,
        "annotation with the id 0: by the official rule a detection that matches it counts as wrong, which lowers AP; number from 1");
  }

  private void warn(Path file, int count, String what) {
    if (count > 0) {
      warnings.add(file + ": " + count + " " + what);
    }
  }

  List<CocoImage> images() {
    return images;
  }

  List<CocoCategory> categories() {
    return categories;
  }

  List<String> warnings() {
    return warnings;
  }

  boolean isCategory(int id) {
    return categoryIds.contains(id);
  }

  /** Null if there is none. */
  CocoImage image(ImageId id) {
    OfImage ofImage = byImage.get(id);
    return ofImage == null ? null : ofImage.image;
  }

  /** In the file's order; of an image that there is. */
  List<CocoAnnotation> annotations(ImageId image) {
    return byImage.get(image).annotations;
  }

  /** Whether an image that there is has annotations of a category. */
  boolean isCompared(ImageId image, int category) {
    return byImage.get(image).classes.contains(category);
  }

  /** The annotations of each class but crowds. */
  TruthByClass byClass() {
    TruthByClass classes = new TruthByClass();
    byImage.forEach(
        (image, ofImage) ->
            ofImage.annotations.stream()
                .filter(annotation -> !annotation.crowd())
                .forEach(annotation -> classes.add(image, annotation.categoryId())));
    return classes;
  }
}
