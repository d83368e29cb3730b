package org.maskwright.datasets.metrics;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.json.CocoAnnotation;
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.CocoDetection;
import org.maskwright.datasets.json.CocoImage;
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

  /**
   * A detection. The mask of one that is compared to no ground truth is not kept, but its pixels.
   *
   * @param pixels of the mask that is not kept; -1 where it is
   * @param ofOtherSize whether that mask is of another size than its image
   */
  private record Found(CocoDetection detection, long pixels, boolean ofOtherSize) {}

  private final Path groundTruthFile;
  private final Path resultsFile;
  private final IouType iouType;
  private final DetectionArea detectionArea;
  private final TruthFile truth;
  private final List<Found> found;
  private final ByImage byImage;
  private final List<String> warnings = new ArrayList<>();
  private final LongAdder wrongAreas = new LongAdder();
  private final LongAdder wrongBoxes = new LongAdder();
  private final LongAdder truthsOfOtherSize = new LongAdder();
  private final LongAdder detectionsOfOtherSize = new LongAdder();
  private final boolean firstHasBox;

  private InstanceFiles(Path truth, Path results, IouType iouType, DetectionArea detectionArea) {
    this.groundTruthFile = truth;
    this.resultsFile = results;
    this.iouType = iouType;
    this.detectionArea = detectionArea;
    var reading = CompletableFuture.supplyAsync(() -> TruthFile.read(truth));
    found = CocoJson.readResults(results, d -> found(d, isRead(reading) ? reading.join() : null));
    try {
      this.truth = reading.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof DatasetException known ? known : e;
    }
    warnings.addAll(this.truth.warnings());
    byImage = group();
    firstHasBox = !found.isEmpty() && found.get(0).detection.box() != null;
  }

  /** Whether it is done and did not fail; asked in this order, as it may fail in between. */
  private static boolean isRead(CompletableFuture<TruthFile> reading) {
    return reading.isDone() && !reading.isCompletedExceptionally();
  }

  /**
   * @param known null while it is being read, and where it could not be
   */
  private Found found(CocoDetection d, TruthFile known) {
    boolean compared =
        known == null
            || known.image(d.imageId()) == null
            || known.isCompared(d.imageId(), d.categoryId());
    return compared || iouType == IouType.BBOX
        ? new Found(d, -1, false)
        : measured(d, known.image(d.imageId()));
  }

  private static Found measured(CocoDetection d, CocoImage image) {
    Segmentation shape = d.segmentation();
    if (shape == null || shape.isPolygons()) {
      return new Found(d, -1, false);
    }
    long pixels = d.area(image.height(), image.width());
    CocoDetection rest = new CocoDetection(d.imageId(), d.categoryId(), d.score(), d.box(), null);
    return new Found(rest, pixels, isOfOtherSize(shape.height(), shape.width(), image));
  }

  private ByImage group() {
    Map<ImageId, Integer> numbers = new HashMap<>();
    truth.images().forEach(image -> numbers.put(image.id(), numbers.size()));
    if (found.isEmpty()) {
      warnings.add(resultsFile + ": no detection at all");
    }
    int[] images = new int[found.size()];
    int unknown = 0;
    int polygons = 0;
    for (int i = 0; i < images.length; i++) {
      CocoDetection detection = found.get(i).detection;
      Integer image = numbers.get(detection.imageId());
      if (image == null) {
        throw located(
            detection.error("the image is not in the ground truth " + groundTruthFile), i);
      }
      images[i] = image;
      Segmentation shape = detection.segmentation();
      polygons += iouType != IouType.BBOX && shape != null && shape.isPolygons() ? 1 : 0;
      unknown += truth.isCategory(detection.categoryId()) ? 0 : 1;
    }
    warn(resultsFile, polygons, "results with polygons, which pycocotools refuses");
    warn(resultsFile, unknown, "results of categories not in the ground truth: left out");
    return new ByImage(truth.images().size(), images);
  }

  /**
   * @param i the place of the result
   */
  private DatasetException located(DatasetException e, int i) {
    return e.forAnnotation("result " + (i + 1)).inFile(resultsFile);
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
        "annotations whose \"area\" is far from the pixels of their mask: it decides whether they"
            + " are small, medium or large");
    warn(
        groundTruthFile,
        wrongBoxes.sum(),
        "annotations whose \"bbox\" is far from the box of their mask: boxes are scored by it");
    warn(resultsFile, detectionsOfOtherSize.sum(), other);
    return new Scored<>(metrics, truth.byClass().of(truth.categories()), warnings);
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
    files.forEachImage(
        (image, number) ->
            evaluator.add(image.id(), files.groundTruths(image), files.detections(image, number)));
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
    files.forEachImage(
        (image, number) ->
            evaluator.add(
                image.id(),
                files.groundTruths(image),
                files.detections(image, number),
                image.negativeCategories(),
                image.notExhaustiveCategories()));
    return files.scored(evaluator.result());
  }

  /** On all cores. */
  private void forEachImage(ObjIntConsumer<CocoImage> work) {
    List<CocoImage> images = truth.images();
    IntStream.range(0, images.size()).parallel().forEach(i -> work.accept(images.get(i), i));
  }

  private List<GroundTruth> groundTruths(CocoImage image) {
    List<GroundTruth> truths = new ArrayList<>();
    for (CocoAnnotation annotation : truth.annotations(image.id())) {
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
      if (isOfOtherSize(mask.height(), mask.width(), image)) {
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
    if (isOfOtherSize(mask.height(), mask.width(), image)) {
      otherSize.increment();
    }
  }

  /** An image without a size has masks of any. */
  private static boolean isOfOtherSize(int height, int width, CocoImage image) {
    return image.height() > 0 && (height != image.height() || width != image.width());
  }

  private List<Detection> detections(CocoImage image, int number) {
    List<Detection> ofImage = new ArrayList<>();
    for (int at = byImage.from(number); at < byImage.from(number + 1); at++) {
      int i = byImage.row(at);
      Found one = found.get(i);
      try {
        ofImage.add(detection(one.pixels < 0 ? found(one.detection, truth) : one, image));
      } catch (DatasetException e) {
        throw located(e, i);
      }
    }
    return ofImage;
  }

  private Detection detection(Found found, CocoImage image) {
    CocoDetection d = found.detection;
    Box box = d.box();
    boolean byBox = iouType == IouType.BBOX || detectionArea == DetectionArea.BBOX;
    boolean areaOfBox = byBox && firstHasBox && box != null;
    if (iouType == IouType.BBOX && box != null && firstHasBox) {
      return new Detection(d.categoryId(), d.score(), null, box, box.area());
    }
    if (found.pixels >= 0) {
      detectionsOfOtherSize.add(found.ofOtherSize ? 1 : 0);
      double area = areaOfBox ? box.area() : found.pixels;
      return new Detection(d.categoryId(), d.score(), null, box, area);
    }
    Rle mask = d.mask(image.height(), image.width());
    count(detectionsOfOtherSize, mask, image);
    if (iouType == IouType.BBOX && box == null) {
      box = mask.box();
    }
    return new Detection(
        d.categoryId(), d.score(), mask, box, areaOfBox ? box.area() : mask.area());
  }
}
