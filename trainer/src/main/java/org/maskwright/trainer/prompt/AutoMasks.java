package org.maskwright.trainer.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.engine.runtime.Parallel;

/**
 * Divides a picture into masks without anybody's prompts: a model is asked about a grid of points,
 * of the picture and of crops of it, and of its answers those stay that it is sure of, that hardly
 * change with the threshold, that no crop cuts off and that no better one overlaps.
 *
 * <p><b>Source</b> Segment Anything (arXiv 2304.02643), appendix B; the order of the filters, of the
 * results and the arithmetic are those of segment_anything/automatic_mask_generator.py and
 * utils/amg.py
 *
 * <p><b>Threads</b> none of its own state; a model is asked by one.
 */
public final class AutoMasks {
  /** A mask is of the pixels with logits above this. */
  private static final float THRESHOLD = 0;

  /** Pixels from an edge that a mask may end at: nearer, the crop has cut it off. */
  private static final int EDGE = 20;

  private final AutoMaskSettings settings;

  /** With settings. */
  public AutoMasks(AutoMaskSettings settings) {
    this.settings = settings;
  }

  /** A picture that a model is asked about. */
  @FunctionalInterface
  public interface Asked {
    /** Encodes a part of it. */
    Part part(Window window);
  }

  /** A part of a picture that a model has encoded. */
  public interface Part extends AutoCloseable {
    /**
     * What is at each of some points, each asked about for itself.
     *
     * @param points x and y interleaved, in pixels of the part from its corner, continuous
     * @return valid until the next question
     */
    Answers ask(double[] points);

    /** Frees what it holds. */
    @Override
    void close();
  }

  /** Masks for points, as many for each, one point's after the other's. */
  public interface Answers {
    /** How many, of all points together. */
    int count();

    /** The intersection over union that the model expects of a mask. */
    float quality(int mask);

    /** A mask's pixels with logits above a threshold, of the part's size; for several threads. */
    Rle above(int mask, float threshold);
  }

  /** A picture's masks, in the official order. */
  public List<AutoMask> of(Asked picture, Size size) {
    List<Crop> crops = crops(size);
    List<AutoMask> found = new ArrayList<>();
    for (Crop crop : crops) {
      found.addAll(ofCrop(picture, crop, size));
    }
    if (crops.size() > 1) {
      float[] scores = new float[found.size()]; // masks of smaller crops are preferred
      for (int i = 0; i < scores.length; i++) {
        Window crop = found.get(i).crop();
        scores[i] = 1 / (float) ((long) crop.width() * crop.height());
      }
      found = suppressed(found, scores, settings.cropNmsThresh());
    }
    return settings.minMaskRegionArea() > 0 ? withoutSmallRegions(found, size) : found;
  }

  /**
   * A part of the picture.
   *
   * @param layer 0 of the whole picture
   */
  record Crop(Window window, int layer) {}

  /** The picture, then the crops of each layer, column by column. */
  List<Crop> crops(Size size) {
    List<Crop> out = new ArrayList<>();
    out.add(new Crop(Window.of(size), 0));
    int shortSide = Math.min(size.width(), size.height());
    for (int layer = 1; layer <= settings.cropNLayers(); layer++) {
      int side = 1 << layer;
      int overlap = (int) (settings.cropOverlapRatio() * shortSide * (2.0 / side));
      int width = length(size.width(), side, overlap);
      int height = length(size.height(), side, overlap);
      for (int column = 0; column < side; column++) {
        for (int row = 0; row < side; row++) {
          int x = (width - overlap) * column;
          int y = (height - overlap) * row;
          if (x < size.width() && y < size.height()) { // of a picture of a few pixels some are not
            Window window =
                new Window(
                    x, y, Math.min(width, size.width() - x), Math.min(height, size.height() - y));
            out.add(new Crop(window, layer));
          }
        }
      }
    }
    return out;
  }

  private static int length(int whole, int crops, int overlap) {
    return (int) Math.ceil((double) ((long) overlap * (crops - 1) + whole) / crops);
  }

  /** Points in the middle of n x n equal parts, row by row; x and y interleaved. */
  static double[] grid(int n, int width, int height) {
    double first = 1 / (2.0 * n);
    double last = 1 - first;
    double step = n == 1 ? 0 : (last - first) / (n - 1);
    double[] places = new double[n];
    for (int i = 0; i < n; i++) {
      places[i] = n > 1 && i == n - 1 ? last : i * step + first;
    }
    double[] out = new double[2 * n * n];
    for (int i = 0; i < n * n; i++) {
      out[2 * i] = places[i % n] * width;
      out[2 * i + 1] = places[i / n] * height;
    }
    return out;
  }

  private List<AutoMask> ofCrop(Asked picture, Crop crop, Size size) {
    Window window = crop.window();
    double[] points =
        grid(settings.pointsPerSide(crop.layer()), window.width(), window.height());
    int batch = Math.multiplyExact(2, settings.pointsPerBatch());
    List<AutoMask> found = new ArrayList<>();
    try (Part part = picture.part(window)) {
      for (int from = 0; from < points.length; from += batch) {
        double[] some = Arrays.copyOfRange(points, from, Math.min(points.length, from + batch));
        found.addAll(ofPoints(part.ask(some), some, window, size));
      }
    }
    float[] scores = new float[found.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = found.get(i).quality();
    }
    return suppressed(found, scores, settings.boxNmsThresh());
  }

  /** The masks of some points that pass the filters. */
  private List<AutoMask> ofPoints(Answers answers, double[] points, Window crop, Size size) {
    int ofEach = answers.count() / (points.length / 2);
    List<Optional<AutoMask>> all = new ArrayList<>();
    for (int i = 0; i < answers.count(); i++) {
      all.add(Optional.empty());
    }
    Parallel.forEach(
        answers.count(),
        i -> {
          double x = points[2 * (i / ofEach)];
          double y = points[2 * (i / ofEach) + 1];
          all.set(i, filtered(answers, i, x, y, crop, size));
        });
    return all.stream().flatMap(Optional::stream).toList();
  }

  private Optional<AutoMask> filtered(
      Answers answers, int i, double x, double y, Window crop, Size size) {
    float quality = answers.quality(i);
    if (settings.predIouThresh() > 0 && !(quality > (float) settings.predIouThresh())) {
      return Optional.empty();
    }
    float stability = stability(answers, i);
    if (settings.stabilityScoreThresh() > 0
        && !(stability >= (float) settings.stabilityScoreThresh())) {
      return Optional.empty();
    }
    Rle mask =
        answers.above(i, THRESHOLD).placed(crop.x(), crop.y(), size.height(), size.width());
    AutoMask.Box box = mask.area() == 0 ? moved(AutoMask.Box.EMPTY, crop) : box(mask);
    return isCut(box, crop, size)
        ? Optional.empty()
        : Optional.of(
            new AutoMask(mask, box, quality, x + crop.x(), y + crop.y(), stability, crop));
  }

  /** The share of the mask at a lower threshold that is left at a higher one; NaN of nothing. */
  private float stability(Answers answers, int i) {
    float offset = (float) settings.stabilityScoreOffset();
    long sure = answers.above(i, THRESHOLD + offset).area();
    long all = answers.above(i, THRESHOLD - offset).area();
    return (float) sure / all;
  }

  private static AutoMask.Box box(Rle mask) {
    Box around = mask.box();
    int left = (int) around.x();
    int top = (int) around.y();
    return mask.area() == 0
        ? AutoMask.Box.EMPTY
        : new AutoMask.Box(
            left, top, left + (int) around.width() - 1, top + (int) around.height() - 1);
  }

  private static AutoMask.Box moved(AutoMask.Box box, Window crop) {
    return new AutoMask.Box(
        box.left() + crop.x(),
        box.top() + crop.y(),
        box.right() + crop.x(),
        box.bottom() + crop.y());
  }

  /** Whether a mask ends at an edge of its crop that is none of the picture. */
  private static boolean isCut(AutoMask.Box box, Window crop, Size size) {
    return isCut(box.left(), crop.x(), 0)
        || isCut(box.top(), crop.y(), 0)
        || isCut(box.right(), crop.right(), size.width())
        || isCut(box.bottom(), crop.bottom(), size.height());
  }

  private static boolean isCut(int place, int ofCrop, int ofPicture) {
    return Math.abs(place - ofCrop) <= EDGE && Math.abs(place - ofPicture) > EDGE;
  }

  private static List<AutoMask> suppressed(
      List<AutoMask> masks, float[] scores, double threshold) {
    float[][] boxes = masks.stream().map(m -> m.box().edges()).toArray(float[][]::new);
    return Arrays.stream(BoxNms.keep(boxes, scores, threshold)).mapToObj(masks::get).toList();
  }

  /** Masks that had no small regions are preferred to those that lost some. */
  private List<AutoMask> withoutSmallRegions(List<AutoMask> masks, Size size) {
    AutoMask[] out = masks.toArray(AutoMask[]::new);
    float[] unchanged = new float[out.length];
    Parallel.forEach(
        out.length,
        i -> {
          Optional<byte[]> cleared =
              SmallRegions.without(
                  out[i].mask().toBitmap(),
                  size.height(),
                  size.width(),
                  settings.minMaskRegionArea());
          unchanged[i] = cleared.isPresent() ? 0 : 1;
          cleared
              .map(mask -> Rle.ofBitmap(mask, size.height(), size.width()))
              .ifPresent(mask -> out[i] = out[i].with(mask, box(mask)));
        });
    double threshold = Math.max(settings.boxNmsThresh(), settings.cropNmsThresh());
    return suppressed(Arrays.asList(out), unchanged, threshold);
  }
}
