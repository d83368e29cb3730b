package org.maskwright.datasets.metrics;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.json.CocoAnnotation;
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.CocoDetection;
import org.maskwright.datasets.json.CocoImage;
import org.maskwright.datasets.json.CocoInstances;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.json.Segmentation;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.MaskClaims;
import org.maskwright.datasets.mask.Rle;

/**
 * COCO's and LVIS' evaluation of official files: the ground truth's instances JSON and a results
 * JSON.
 *
 * <p>Where the official tools fail on the input (no results at all, ground truth without {@code
 * area}, polygons in results) this goes on and says so in {@link #warnings}. Masks are decoded
 * image by image on all cores.
 */
public final class InstanceFiles {
  /** What decides the size class of an unmatched detection when masks are scored. */
  public enum DetectionArea {
    /** Its pixel count: what detectron2 and Mask2Former report, which remove the boxes first. */
    MASK,
    /**
     * The area of its {@code bbox} if the first result has one: what pycocotools does with the file
     * as it is.
     */
    BBOX
  }

  private final Path groundTruthFile;
  private final Path resultsFile;
  private final IouType iouType;
  private final DetectionArea detectionArea;
  private final CocoInstances truth;
  private final Map<ImageId, List<CocoAnnotation>> annotations = new HashMap<>();
  private final Map<ImageId, List<CocoDetection>> detections = new HashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private final LongAdder wrongAreas = new LongAdder();
  private final LongAdder wrongBoxes = new LongAdder();
  private final LongAdder truthsOfOtherSize = new LongAdder();
  private final LongAdder detectionsOfOtherSize = new LongAdder();
  private boolean firstHasBox;

  private InstanceFiles(Path truth, Path results, IouType iouType, DetectionArea detectionArea) {
    this.groundTruthFile = truth;
    this.resultsFile = results;
    this.iouType = iouType;
    this.detectionArea = detectionArea;
    var reading = CompletableFuture.supplyAsync(() -> CocoJson.readInstances(truth));
    List<CocoDetection> found = new ArrayList<>();
    CocoJson.readResults(results, found::add);
    try {
      this.truth = reading.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof DatasetException known ? known : e;
    }
    require(this.truth.images(), "images");
    require(this.truth.categories(), "categories");
    this.truth.images().forEach(image -> annotations.put(image.id(), new ArrayList<>()));
    this.truth.images().forEach(image -> detections.put(image.id(), new ArrayList<>()));
    group(found);
  }

  private void require(List<?> list, String key) {
    if (list.isEmpty()) {
      throw DatasetException.ofFile(groundTruthFile, "expected \"" + key + "\", found none");
    }
  }

  private void group(List<CocoDetection> found) {
    Set<Integer> known = new HashSet<>();
    truth.categories().forEach(category -> known.add(category.id()));
    int unlisted = 0;
    int unknown = 0;
    int withoutArea = 0;
    for (CocoAnnotation annotation : truth.annotations()) {
      List<CocoAnnotation> ofImage = annotations.get(annotation.imageId());
      if (ofImage == null) {
        unlisted++;
      } else {
        ofImage.add(annotation);
        withoutArea += Double.isNaN(annotation.area()) ? 1 : 0;
        unknown += known.contains(annotation.categoryId()) ? 0 : 1;
      }
    }
    warn(groundTruthFile, unlisted, "annotations of images not in \"images\": left out");
    warn(groundTruthFile, unknown, "annotations of categories not in \"categories\": left out");
    warn(groundTruthFile, withoutArea, "annotations without \"area\": their pixels are counted");
    long zeros =
        truth.annotations().stream().filter(a -> a.id() == 0 && !a.crowd() && !a.ignore()).count();
    warn(
        groundTruthFile,
        zeros,
        "annotation with the id 0: by the official rule a detection that matches it counts as wrong, which lowers AP; number from 1");
    unknown = 0;
    int polygons = 0;
    if (found.isEmpty()) {
      warnings.add(resultsFile + ": no detection at all");
    } else {
      firstHasBox = found.get(0).box() != null;
    }
    for (CocoDetection detection : found) {
      List<CocoDetection> ofImage = detections.get(detection.imageId());
      if (ofImage == null) {
        throw detection
            .error("the image is not in the ground truth " + groundTruthFile)
            .inFile(resultsFile);
      }
      ofImage.add(detection);
      Segmentation shape = detection.segmentation();
      polygons += iouType != IouType.BBOX && shape != null && shape.isPolygons() ? 1 : 0;
      unknown += known.contains(detection.categoryId()) ? 0 : 1;
    }
    warn(resultsFile, polygons, "results with polygons, which pycocotools refuses");
    warn(resultsFile, unknown, "results of categories not in the ground truth: left out");
  }

  private void warn(Path file, long count, String what) {
    if (count > 0) {
      warnings.add(file + ": " + count + " " + what);
    }
  }

  private <T> Scored<T> scored(T metrics) {
    String other = "masks of another size than their image: they match nothing";
    warn(groundTruthFile, truthsOfOtherSize.sum(), other);
    warn(
        groundTruthFile,
        wrongAreas.sum(),
        "annotations whose \"area\" is far from the pixels of their mask: it decides whether they are small, medium or large");
    warn(
        groundTruthFile,
        wrongBoxes.sum(),
        "annotations whose \"bbox\" is far from the box of their mask: boxes are scored by it");
    warn(resultsFile, detectionsOfOtherSize.sum(), other);
    TruthByClass classes = new TruthByClass();
    annotations.forEach(
        (image, all) ->
            all.stream().filter(a -> !a.crowd()).forEach(a -> classes.add(image, a.categoryId())));
    return new Scored<>(metrics, classes.of(truth.categories()), warnings);
  }

  /**
   * Evaluates by COCO's rules.
   *
   * @throws DatasetException if a file is wrong or a detection is of an unknown image
   */
  public static Scored<CocoMetrics> coco(
      Path groundTruth, Path results, IouType iouType, DetectionArea detectionArea) {
    InstanceFiles files = new InstanceFiles(groundTruth, results, iouType, detectionArea);
    List<Integer> ids = files.truth.categories().stream().map(CocoCategory::id).toList();
    CocoEvaluator evaluator = new CocoEvaluator(ids, iouType);
    files.truth.images().parallelStream()
        .forEach(
            image -> evaluator.add(image.id(), files.groundTruths(image), files.detections(image)));
    return files.scored(evaluator.result());
  }

  /**
   * Evaluates by LVIS' rules.
   *
   * @throws DatasetException if a file is wrong, a detection is of an unknown image, or a category
   *     has no frequency
   */
  public static Scored<LvisMetrics> lvis(
      Path groundTruth, Path results, IouType iouType, DetectionArea detectionArea) {
    InstanceFiles files = new InstanceFiles(groundTruth, results, iouType, detectionArea);
    Map<Integer, String> frequencies = new HashMap<>();
    files.truth.categories().forEach(c -> frequencies.put(c.id(), c.frequency()));
    LvisEvaluator evaluator;
    try {
      evaluator = new LvisEvaluator(frequencies, iouType);
    } catch (IllegalArgumentException e) {
      throw DatasetException.ofFile(groundTruth, e.getMessage(), e);
    }
    files.truth.images().parallelStream()
        .forEach(
            image ->
                evaluator.add(
                    image.id(),
                    files.groundTruths(image),
                    files.detections(image),
                    image.negativeCategories(),
                    image.notExhaustiveCategories()));
    return files.scored(evaluator.result());
  }

  private List<GroundTruth> groundTruths(CocoImage image) {
    List<GroundTruth> truths = new ArrayList<>();
    for (CocoAnnotation annotation : annotations.get(image.id())) {
      try {
        truths.add(groundTruth(annotation, image));
      } catch (DatasetException e) {
        throw e.inFile(groundTruthFile);
      }
    }
    return truths;
  }

  private GroundTruth groundTruth(CocoAnnotation a, CocoImage image) {
    Rle mask = null;
    Box box = a.box();
    if (iouType != IouType.BBOX || box == null) {
      mask = a.mask(image.height(), image.width());
      count(truthsOfOtherSize, mask, image);
      box = box == null ? mask.box() : box;
    }
    compare(a, mask, image);
    double area = a.area();
    if (Double.isNaN(area)) {
      area = mask == null ? box.area() : mask.area();
    }
    return new GroundTruth(a.id(), a.categoryId(), mask, box, area, a.crowd(), a.ignore());
  }

  /** Boxes are compared where they are scored, areas where masks are. */
  private void compare(CocoAnnotation a, Rle mask, CocoImage image) {
    if (iouType != IouType.BBOX) {
      if (isOfOtherSize(mask, image)) {
        return; // counted as such
      }
      wrongAreas.add(MaskClaims.area(a.area(), mask.area()).isPresent() ? 1 : 0);
    } else if (a.box() != null && a.segmentation() != null && image.height() > 0) {
      try {
        Box bounds = a.mask(image.height(), image.width()).box();
        wrongBoxes.add(MaskClaims.box(a.box(), bounds).isPresent() ? 1 : 0);
      } catch (DatasetException noMask) {
        // Boxes are scored without it.
      }
    }
  }

  private static void count(LongAdder otherSize, Rle mask, CocoImage image) {
    if (isOfOtherSize(mask, image)) {
      otherSize.increment();
    }
  }

  /** An image without a size has masks of any. */
  private static boolean isOfOtherSize(Rle mask, CocoImage image) {
    return image.height() > 0 && (mask.height() != image.height() || mask.width() != image.width());
  }

  private List<Detection> detections(CocoImage image) {
    List<Detection> found = new ArrayList<>();
    for (CocoDetection detection : detections.get(image.id())) {
      try {
        found.add(detection(detection, image));
      } catch (DatasetException e) {
        throw e.inFile(resultsFile);
      }
    }
    return found;
  }

  private Detection detection(CocoDetection d, CocoImage image) {
    Box box = d.box();
    boolean byBox = iouType == IouType.BBOX || detectionArea == DetectionArea.BBOX;
    if (iouType == IouType.BBOX && box != null && firstHasBox) {
      return new Detection(d.categoryId(), d.score(), null, box, box.area());
    }
    Rle mask = d.mask(image.height(), image.width());
    count(detectionsOfOtherSize, mask, image);
    if (iouType == IouType.BBOX && box == null) {
      box = mask.box();
    }
    double area = byBox && firstHasBox && box != null ? box.area() : mask.area();
    return new Detection(d.categoryId(), d.score(), mask, box, area);
  }
}
