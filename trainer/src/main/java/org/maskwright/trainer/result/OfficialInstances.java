package org.maskwright.trainer.result;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.json.CocoAnnotation;
import org.maskwright.datasets.json.CocoInstances;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.GroundTruth;

/**
 * The instances JSON of a data set as ground truth of instance metrics: crowd regions, and areas
 * and boxes as the file states them, which the official evaluation uses. A panoptic annotation of
 * the same images differs: its masks do not overlap and its areas are pixel counts.
 */
public final class OfficialInstances {
  private final Path file;
  private final Map<ImageId, List<CocoAnnotation>> annotations = new HashMap<>();

  private OfficialInstances(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws DatasetException if it is not an instances JSON, or lacks a thing class of the data set
   */
  public static OfficialInstances read(Path file, Categories categories) {
    OfficialInstances out = new OfficialInstances(file);
    CocoInstances content = CocoJson.readInstances(file);
    Set<Integer> known = new HashSet<>();
    content.categories().forEach(c -> known.add(c.id()));
    for (Category c : categories) {
      if (c.thing() && !known.contains(c.id())) {
        throw DatasetException.ofFile(
            file,
            "expected the data set's classes, lacks category " + c.id() + " (" + c.name() + ")");
      }
    }
    content.images().forEach(i -> out.annotations.put(i.id(), new ArrayList<>()));
    for (CocoAnnotation a : content.annotations()) {
      List<CocoAnnotation> ofImage = out.annotations.get(a.imageId());
      if (ofImage != null) {
        ofImage.add(a);
      }
    }
    return out;
  }

  /** Where it was read from. */
  public Path file() {
    return file;
  }

  /** The objects of an image of the given size. */
  List<GroundTruth> of(ImageId image, int height, int width) {
    List<CocoAnnotation> found = annotations.get(image);
    if (found == null) {
      throw DatasetException.ofFile(file, "expected every evaluated image, lacks image " + image);
    }
    List<GroundTruth> out = new ArrayList<>();
    for (CocoAnnotation a : found) {
      Rle mask = mask(a, height, width);
      Box box = a.box() == null ? mask.box() : a.box();
      double area = Double.isNaN(a.area()) ? mask.area() : a.area();
      out.add(new GroundTruth(a.id(), a.categoryId(), mask, box, area, a.crowd(), a.ignore()));
    }
    return out;
  }

  private Rle mask(CocoAnnotation a, int height, int width) {
    try {
      return a.mask(height, width);
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }
}
