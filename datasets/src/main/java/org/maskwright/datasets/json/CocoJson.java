package org.maskwright.datasets.json;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.PanopticIds;

/**
 * Reads the official JSON files as a stream. Unknown keys are skipped; known ones must have the
 * right type and range. Ids must be unique; whether they refer to something is left to the caller,
 * because evaluators leave out what a data set must refuse.
 *
 * <p><b>Memory</b> what the visitor keeps. <b>Threads</b> each call is on its own.
 */
public final class CocoJson {
  private static final List<String> IMAGE_KEYS =
      List.of("id", "file_name", "coco_url", "height", "width");

  private static final List<String> CATEGORY_KEYS =
      List.of("id", "name", "supercategory", "isthing");

  private static final List<String> PANOPTIC_KEYS =
      List.of("image_id", "file_name", "segments_info");

  private CocoJson() {}

  /**
   * Reads an instances file (COCO or LVIS) entry by entry.
   *
   * @throws DatasetException if the file is not valid JSON, a value has the wrong type or range, or
   *     an id occurs twice
   */
  public static void readInstances(Path file, CocoVisitor visitor) {
    JsonFile.read(
        file,
        json -> {
          json.startObject("the file");
          SegmentationReader shapes = new SegmentationReader(json);
          LongSet annotationIds = new LongSet();
          Set<ImageId> imageIds = new HashSet<>();
          Set<Integer> categoryIds = new HashSet<>();
          boolean annotated = false;
          for (String key = json.nextKey(); key != null; key = json.nextKey()) {
            switch (key) {
              case "images" -> section(json, key, () -> visitor.image(image(json, imageIds)));
              case "categories" ->
                  section(json, key, () -> visitor.category(category(json, categoryIds)));
              case "annotations" -> {
                annotated = true;
                section(
                    json, key, () -> visitor.annotation(annotation(json, shapes, annotationIds)));
              }
              default -> json.skip();
            }
          }
          if (!annotated) {
            throw new DatasetException("expected \"annotations\", found none");
          }
          return null;
        });
  }

  /** Reads a whole instances file. */
  public static CocoInstances readInstances(Path file) {
    return InstancesReader.scanned(file).orElseGet(() -> parsedInstances(file));
  }

  static CocoInstances parsedInstances(Path file) {
    List<CocoImage> images = new ArrayList<>();
    List<CocoCategory> categories = new ArrayList<>();
    List<CocoAnnotation> annotations = new ArrayList<>();
    readInstances(
        file,
        new CocoVisitor() {
          @Override
          public void image(CocoImage image) {
            images.add(image);
          }

          @Override
          public void category(CocoCategory category) {
            categories.add(category);
          }

          @Override
          public void annotation(CocoAnnotation annotation) {
            annotations.add(annotation);
          }
        });
    return new CocoInstances(images, categories, annotations);
  }

  /** Reads a COCO results file, a list of detections, which are in the file's order. */
  public static List<CocoDetection> readResults(Path file) {
    return readResults(file, Function.identity());
  }

  /**
   * Reads a COCO results file on all cores.
   *
   * @param kept makes of a detection what is kept of it; called on several threads, and again where
   *     it throws a DatasetException
   * @return what is kept, in the file's order
   * @throws DatasetException for the first detection that is wrong, with its place
   */
  public static <T> List<T> readResults(Path file, Function<CocoDetection, T> kept) {
    return ResultsReader.scanned(file, kept).orElseGet(() -> parsedResults(file, kept));
  }

  static <T> List<T> parsedResults(Path file, Function<CocoDetection, T> kept) {
    return JsonFile.read(
        file,
        json -> {
          SegmentationReader shapes = new SegmentationReader(json);
          List<T> found = new ArrayList<>();
          each(
              json,
              "the file",
              () -> {
                int number = found.size() + 1;
                found.add(kept(detection(json, shapes, number), number, kept));
              });
          return found;
        });
  }

  private static <T> T kept(CocoDetection detection, int number, Function<CocoDetection, T> kept) {
    try {
      return kept.apply(detection);
    } catch (DatasetException e) {
      throw e.forAnnotation("result " + number);
    }
  }

  /** Reads a panoptic file: ground truth or results (which have neither images nor categories). */
  public static CocoPanoptic readPanoptic(Path file) {
    return JsonFile.read(
        file,
        json -> {
          json.startObject("the file");
          CocoPanoptic content =
              new CocoPanoptic(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
          SegmentationReader shapes = new SegmentationReader(json);
          Set<ImageId> imageIds = new HashSet<>();
          Set<ImageId> annotated = new HashSet<>();
          Set<Integer> categoryIds = new HashSet<>();
          boolean found = false;
          for (String key = json.nextKey(); key != null; key = json.nextKey()) {
            switch (key) {
              case "images" ->
                  section(json, key, () -> content.images().add(image(json, imageIds)));
              case "categories" ->
                  section(json, key, () -> content.categories().add(category(json, categoryIds)));
              case "annotations" -> {
                found = true;
                section(
                    json, key, () -> content.annotations().add(panoptic(json, shapes, annotated)));
              }
              default -> json.skip();
            }
          }
          if (!found) {
            throw new DatasetException("expected \"annotations\", found none");
          }
          return content;
        });
  }

  @FunctionalInterface
  interface Entry {
    void read() throws IOException;
  }

  /** A list of the whole file. */
  static void section(JsonFile json, String what, Entry entry) throws IOException {
    json.once(what);
    each(json, what, entry);
  }

  static void each(JsonFile json, String what, Entry entry) throws IOException {
    json.startArray(what);
    while (json.nextElement()) {
      entry.read();
    }
  }

  static CocoImage image(JsonFile json, Set<ImageId> seen) throws IOException {
    json.startObject("image");
    ImageId id = null;
    String fileName = "";
    String url = "";
    int height = 0;
    int width = 0;
    int seenKeys = 0;
    List<Integer> negative = List.of();
    List<Integer> notExhaustive = List.of();
    try {
      for (String key = json.nextKey(); key != null; key = json.nextKey()) {
        seenKeys = json.once(seenKeys, IMAGE_KEYS, key);
        switch (key) {
          case "id" -> id = json.imageId("image id");
          case "file_name" -> fileName = json.textOrEmpty(key);
          case "coco_url" -> url = json.textOrEmpty(key);
          case "height" -> height = json.integer(key, 1, SegmentationReader.MAX_SIDE);
          case "width" -> width = json.integer(key, 1, SegmentationReader.MAX_SIDE);
          case "neg_category_ids" -> negative = ids(json, key);
          case "not_exhaustive_category_ids" -> notExhaustive = ids(json, key);
          default -> json.skip();
        }
      }
    } catch (DatasetException e) {
      throw id == null ? e : e.forImage(id);
    }
    if (id == null) {
      throw json.error("an image without \"id\"");
    }
    if (!seen.add(id)) {
      throw json.error("image id " + id + " occurs twice").forImage(id);
    }
    return new CocoImage(id, fileName, height, width, url, negative, notExhaustive);
  }

  private static List<Integer> ids(JsonFile json, String key) throws IOException {
    List<Integer> ids = new ArrayList<>();
    each(json, key, () -> ids.add(json.integer(key, Integer.MIN_VALUE, Integer.MAX_VALUE)));
    return ids;
  }

  static CocoCategory category(JsonFile json, Set<Integer> seen) throws IOException {
    json.startObject("category");
    Integer id = null;
    String name = "";
    String supercategory = "";
    String frequency = "";
    boolean thing = true;
    int seenKeys = 0;
    OptionalInt rgb = OptionalInt.empty();
    for (String key = json.nextKey(); key != null; key = json.nextKey()) {
      seenKeys = json.once(seenKeys, CATEGORY_KEYS, key);
      switch (key) {
        case "id" -> id = json.integer("category id", Integer.MIN_VALUE, Integer.MAX_VALUE);
        case "name" -> name = json.textOrEmpty(key);
        case "supercategory" -> supercategory = json.textOrEmpty(key);
        case "frequency" -> frequency = json.textOrEmpty(key);
        case "isthing" -> thing = json.flag(key);
        case "color" -> rgb = json.rgb();
        default -> json.skip();
      }
    }
    if (id == null) {
      throw json.error("a category without \"id\"");
    }
    if (!seen.add(id)) {
      throw json.error("category id " + id + " occurs twice");
    }
    return new CocoCategory(id, name, supercategory, thing, frequency, rgb);
  }

  private static CocoAnnotation annotation(JsonFile json, SegmentationReader shapes, LongSet seen)
      throws IOException {
    json.startObject("annotation");
    AnnotationFields fields = new AnnotationFields();
    try {
      for (String key = json.nextKey(); key != null; key = json.nextKey()) {
        fields.read(json, shapes, key);
      }
      fields.require(json, "annotation", fields.id, "id");
      fields.require(json, "annotation", fields.imageId, "image_id");
      fields.require(json, "annotation", fields.categoryId, "category_id");
      if (!seen.add(fields.id)) {
        throw json.error("annotation id " + fields.id + " occurs twice");
      }
      return fields.annotation();
    } catch (DatasetException e) {
      throw fields.locate(e);
    }
  }

  private static CocoDetection detection(JsonFile json, SegmentationReader shapes, int number)
      throws IOException {
    json.startObject("result " + number);
    AnnotationFields fields = new AnnotationFields();
    try {
      for (String key = json.nextKey(); key != null; key = json.nextKey()) {
        fields.read(json, shapes, key);
      }
      fields.require(json, "result", fields.imageId, "image_id");
      fields.require(json, "result", fields.categoryId, "category_id");
      fields.require(json, "result", fields.score, "score");
    } catch (DatasetException e) {
      throw fields.locate(e).forAnnotation("result " + number);
    }
    return fields.detection();
  }

  private static PanopticAnnotation panoptic(
      JsonFile json, SegmentationReader shapes, Set<ImageId> seen) throws IOException {
    json.startObject("annotation");
    ImageId imageId = null;
    String fileName = null;
    int seenKeys = 0;
    List<PanopticSegment> segments = new ArrayList<>();
    try {
      for (String key = json.nextKey(); key != null; key = json.nextKey()) {
        seenKeys = json.once(seenKeys, PANOPTIC_KEYS, key);
        switch (key) {
          case "image_id" -> imageId = json.imageId(key);
          case "file_name" -> fileName = json.text(key);
          case "segments_info" -> segments(json, shapes, segments);
          default -> json.skip();
        }
      }
    } catch (DatasetException e) {
      throw imageId == null ? e : e.forImage(imageId);
    }
    if (imageId == null || fileName == null) {
      throw json.error("an annotation without \"image_id\" or \"file_name\"");
    }
    if (!seen.add(imageId)) {
      throw json.error("a second annotation of the image").forImage(imageId);
    }
    return new PanopticAnnotation(imageId, fileName, segments);
  }

  static void segments(JsonFile json, SegmentationReader shapes, List<PanopticSegment> segments)
      throws IOException {
    Set<Integer> seen = new HashSet<>();
    each(
        json,
        "segments_info",
        () -> {
          json.startObject("segment");
          AnnotationFields fields = new AnnotationFields();
          try {
            for (String key = json.nextKey(); key != null; key = json.nextKey()) {
              fields.read(json, shapes, key);
            }
            fields.require(json, "segment", fields.id, "id");
            fields.require(json, "segment", fields.categoryId, "category_id");
            if (fields.id < 1 || fields.id > PanopticIds.MAX_ID) {
              throw json.error("segment id: expected 1 to " + PanopticIds.MAX_ID);
            }
            if (fields.area != Math.rint(fields.area) && !Double.isNaN(fields.area)) {
              throw json.error("area: expected a whole number of pixels, got " + fields.area);
            }
            if (!seen.add(fields.id.intValue())) {
              throw json.error("segment id " + fields.id + " occurs twice");
            }
          } catch (DatasetException e) {
            throw fields.locate(e);
          }
          segments.add(
              new PanopticSegment(
                  fields.id.intValue(),
                  fields.categoryId,
                  fields.crowd,
                  Double.isNaN(fields.area) ? -1 : (long) fields.area,
                  fields.box));
        });
  }
}
