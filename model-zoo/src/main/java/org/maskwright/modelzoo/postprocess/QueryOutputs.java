package org.maskwright.modelzoo.postprocess;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;

/**
 * What a model said about one image, on the host.
 *
 * <p><b>Shapes</b> classLogits [Q,K+1], no-object last; maskLogits [Q,h,w]
 */
public final class QueryOutputs {
  private final int queries;
  private final int classes;
  private final int maskHeight;
  private final int maskWidth;
  private final float[] maskLogits;
  private final float[] classProbs;
  private final MaskScores maskScores;
  private final Optional<int[]> objects;
  private final boolean ofClip;

  /**
   * Takes over the arrays of a model that classifies masks.
   *
   * @param classes K
   * @throws IllegalArgumentException if the lengths do not fit
   */
  public QueryOutputs(
      float[] classLogits, int classes, float[] maskLogits, int maskHeight, int maskWidth) {
    this(classLogits, classes, maskLogits, maskHeight, maskWidth, MaskScores.SIGMOID);
  }

  /**
   * Takes over the arrays.
   *
   * @param classes K
   * @param maskScores how mask logits become probabilities
   * @throws IllegalArgumentException if the lengths do not fit
   */
  public QueryOutputs(
      float[] classLogits,
      int classes,
      float[] maskLogits,
      int maskHeight,
      int maskWidth,
      MaskScores maskScores) {
    this.maskScores = maskScores;
    this.classes = classes;
    this.queries = classes < 1 ? 0 : classLogits.length / (classes + 1);
    this.maskHeight = maskHeight;
    this.maskWidth = maskWidth;
    this.maskLogits = maskLogits;
    boolean fits =
        classes > 0
            && queries > 0
            && classLogits.length == (long) queries * (classes + 1)
            && maskLogits.length == (long) queries * maskHeight * maskWidth;
    if (!fits) {
      throw new IllegalArgumentException(
          "query outputs: expected class logits [Q,K+1] and mask logits [Q,h,w], got "
              + classLogits.length
              + " and "
              + maskLogits.length
              + " values for K = "
              + classes
              + " and masks "
              + maskHeight
              + "x"
              + maskWidth);
    }
    this.classProbs = softmax(classLogits, classes + 1);
    this.objects = Optional.empty();
    this.ofClip = false;
  }

  private QueryOutputs(QueryOutputs from, int classes, float[] classProbs) {
    this.queries = from.queries;
    this.classes = classes;
    this.maskHeight = from.maskHeight;
    this.maskWidth = from.maskWidth;
    this.maskLogits = from.maskLogits;
    this.classProbs = classProbs;
    this.maskScores = from.maskScores;
    this.objects = from.objects;
    this.ofClip = from.ofClip;
  }

  private QueryOutputs(QueryOutputs from, int[] objects, boolean ofClip) {
    queries = from.queries;
    classes = from.classes;
    maskHeight = from.maskHeight;
    maskWidth = from.maskWidth;
    maskLogits = from.maskLogits;
    classProbs = from.classProbs;
    maskScores = from.maskScores;
    this.objects = Optional.of(objects);
    this.ofClip = ofClip;
  }

  /**
   * The same of a frame of a video in which objects are followed.
   *
   * @param objects of each query the number of the object that it stands for, from 1
   * @param ofClip whether class probabilities are those of an object in several frames at once
   */
  public QueryOutputs following(int[] objects, boolean ofClip) {
    if (objects.length != queries) {
      throw new IllegalArgumentException(
          "query outputs: expected an object for each of %d queries, got %d"
              .formatted(queries, objects.length));
    }
    return new QueryOutputs(this, objects.clone(), ofClip);
  }

  /**
   * The same about other classes, some of the model's: chosen classes and no object compared among
   * themselves, as a softmax over their logits alone does. It is how a model that was trained on
   * several data sets answers in the classes of one.
   *
   * @param from of each class which of the model's it is, in [0,K); -1: none, its probability is 0
   * @throws IllegalArgumentException if one is outside
   */
  public QueryOutputs choosing(int[] from) {
    return choosing(
        Arrays.stream(from).mapToObj(k -> k == -1 ? List.<Integer>of() : List.of(k)).toList());
  }

  /**
   * As {@link #choosing(int[])}, where several of the model's classes may be kinds of one: its
   * probability is the sum of theirs.
   *
   * @param from of each class which of the model's are kinds of it, in [0,K); none: its probability
   *     is 0
   * @throws IllegalArgumentException if one is outside
   */
  public QueryOutputs choosing(List<List<Integer>> from) {
    int count = from.size();
    float[] chosen = new float[Math.multiplyExact(queries, count + 1)];
    for (int q = 0; q < queries; q++) {
      int row = q * (count + 1);
      double sum = classProb(q, classes);
      for (int k = 0; k < count; k++) {
        for (int own : from.get(k)) {
          if (own < 0 || own >= classes) {
            throw new IllegalArgumentException(
                "query outputs: expected classes in [0,%d) or -1, got %d".formatted(classes, own));
          }
          chosen[row + k] += classProb(q, own);
        }
        sum += chosen[row + k];
      }
      chosen[row + count] = sum == 0 ? 1 : (float) (classProb(q, classes) / sum);
      for (int k = 0; k < count && sum > 0; k++) {
        chosen[row + k] = (float) (chosen[row + k] / sum);
      }
    }
    return new QueryOutputs(this, count, chosen);
  }

  /** Copies one photograph of a batch from the device. */
  public static QueryOutputs of(Outputs predictions, int image) {
    return of(predictions.classLogits(), predictions.imageMaskLogits(), image, predictions);
  }

  /** Copies one frame of one image of a batch from the device. */
  public static QueryOutputs of(Outputs predictions, int image, int frame) {
    return of(
        predictions.classLogits(),
        predictions.maskLogits().select(2, frame), // [B,Q,h,w]
        image,
        predictions);
  }

  private static QueryOutputs of(
      Tensor classLogits, Tensor maskLogits, int image, Outputs predictions) {
    Engine engine = classLogits.engine();
    try (var off = engine.noGrad();
        var scope = engine.scope()) {
      return new QueryOutputs(
          classLogits.select(0, image).cast(DType.FLOAT32).toFloats(),
          classLogits.intSize(2) - 1,
          maskLogits.select(0, image).cast(DType.FLOAT32).toFloats(),
          maskLogits.intSize(2),
          maskLogits.intSize(3),
          predictions.maskScores());
    }
  }

  private static float[] softmax(float[] logits, int width) {
    float[] out = new float[logits.length];
    for (int row = 0; row < logits.length; row += width) {
      float max = Float.NEGATIVE_INFINITY;
      for (int i = row; i < row + width; i++) {
        max = Math.max(max, logits[i]);
      }
      double sum = 0;
      for (int i = row; i < row + width; i++) {
        double e = Math.exp(logits[i] - max);
        out[i] = (float) e;
        sum += e;
      }
      for (int i = row; i < row + width; i++) {
        out[i] = (float) (out[i] / sum);
      }
    }
    return out;
  }

  /** Q. */
  public int queries() {
    return queries;
  }

  /** K. */
  public int classes() {
    return classes;
  }

  /** Rows of the mask logits. */
  public int maskHeight() {
    return maskHeight;
  }

  /** Columns of the mask logits. */
  public int maskWidth() {
    return maskWidth;
  }

  /** Probability of a class for a query; class K is no-object. */
  public float classProb(int query, int index) {
    return classProbs[query * (classes + 1) + index];
  }

  /** The class other than no-object that is likeliest for a query. */
  public int likeliestClass(int query) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      best = classProb(query, c) > classProb(query, best) ? c : best;
    }
    return best;
  }

  /** Whether the mask of a query has a pixel, by its place in rows of the mask logits. */
  public boolean isInside(int query, int place) {
    return maskLogits[maskOffset(query) + place] > 0;
  }

  /** The number of the object that a query stands for in a video; 0 where nobody follows any. */
  int objectOf(int query) {
    return objects.map(o -> o[query]).orElse(0);
  }

  /** Whether class probabilities are those of an object in several frames at once. */
  boolean ofClip() {
    return ofClip;
  }

  /** How mask logits become probabilities. */
  MaskScores maskScores() {
    return maskScores;
  }

  /** Whether each query has a mask of its own; not so of a model that classifies pixels. */
  public boolean classifiesMasks() {
    return maskScores == MaskScores.SIGMOID;
  }

  /**
   * For rules that compare masks of objects.
   *
   * @throws IllegalArgumentException if the model classifies pixels, not masks
   */
  void requireMasks() {
    if (!classifiesMasks()) {
      throw new IllegalArgumentException(
          "post-processing: expected outputs of a model that classifies masks; one that classifies"
              + " pixels gives semantic results only");
    }
  }

  /** Mask logits of all queries; not to be changed. */
  float[] maskLogits() {
    return maskLogits;
  }

  /** Where a query's mask logits begin. */
  int maskOffset(int query) {
    return query * maskHeight * maskWidth;
  }
}
