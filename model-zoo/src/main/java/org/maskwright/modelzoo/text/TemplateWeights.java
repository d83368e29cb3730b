package org.maskwright.modelzoo.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * How much each template of a bank counts, found with unlabelled pictures: zero-shot prompt
 * ensembling. A template is good if the classes in its sentences fit the pictures more decidedly
 * than others do, after what it says of any picture is taken off.
 *
 * <p><b>Maths</b> logits L[n,p,k] = scale z_n . t_pk; L' = L - (E_pretrain[L] + E_test[L]) / 2, or
 * L - E_test[L] where only the pictures themselves are known, means over pictures for each p and k;
 * score_p = mean_n max_k L'; weights = softmax_p(score). With a threshold, templates of (score -
 * median) / MAD up to it count nothing. As L is linear in z, its means are the logits of mean
 * embeddings. k runs over all words of all classes, as a class's score is its best word's.
 *
 * <p><b>Source</b> Zero-shot prompt ensembling (arXiv 2302.06235), sections 3.2 to 3.4, algorithm
 * 2; its notebook in google/uncertainty-baselines. <b>Differs:</b> the weights are of sum 1, where
 * the notebook also divides by the number of templates
 *
 * @param scores of the templates
 * @param weights of the templates, of sum 1
 */
public record TemplateWeights(List<Double> scores, List<Double> weights) {
  /** Thresholds of the paper: of general pictures, and of kinds that are alike. */
  public static final double GENERAL_THRESHOLD = 0.5;

  /** See {@link #GENERAL_THRESHOLD}. */
  public static final double FINE_THRESHOLD = 2;

  /** Pictures whose logits are in memory together. */
  private static final int BATCH = 256;

  /** Copies the lists. */
  public TemplateWeights {
    scores = List.copyOf(scores);
    weights = List.copyOf(weights);
  }

  /** What taking off the mean logits is done with. */
  public enum Debias {
    /** Nothing is taken off: the score of before the paper, which favours loud templates. */
    NONE,
    /** The means are. */
    MEANS
  }

  /**
   * How they are found.
   *
   * @param scale what cosines are multiplied by
   * @param debias whether mean logits are taken off
   * @param threshold in MADs above the median; empty to let every template count
   */
  public record Settings(double scale, Debias debias, OptionalDouble threshold) {
    /** Checks the scale. */
    public Settings {
      if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("scale: expected a positive number, got " + scale);
      }
    }

    /** With the means taken off and every template counted. */
    public static Settings of(double scale) {
      return new Settings(scale, Debias.MEANS, OptionalDouble.empty());
    }
  }

  /**
   * Finds the weights.
   *
   * @param pictures embeddings [n,D], each brought to length 1: of whole pictures, or of regions
   * @param pretrain mean embedding [D] of pictures that the encoder was trained with, each of
   *     length 1 before
   * @throws IllegalArgumentException if there is no picture, one has another width or no length, or
   *     no template is above the threshold
   */
  public static TemplateWeights of(
      Engine engine,
      TextBank bank,
      List<float[]> pictures,
      Optional<float[]> pretrain,
      Settings settings) {
    List<float[]> unit = unit(pictures, bank.width());
    float[] mean = mean(unit, bank.width());
    if (pretrain.isPresent()) {
      if (pretrain.get().length != bank.width()) {
        throw width(bank.width(), pretrain.get().length);
      }
      for (int i = 0; i < mean.length; i++) {
        mean[i] = (mean[i] + pretrain.get()[i]) / 2;
      }
    }
    if (settings.debias() == Debias.NONE) {
      Arrays.fill(mean, 0);
    }
    double[] scores = scores(engine, bank, unit, mean, settings.scale());
    boolean[] kept = kept(scores, settings.threshold());
    double[] weights = softmax(scores, kept);
    return new TemplateWeights(boxed(scores), boxed(weights));
  }

  private static IllegalArgumentException width(int expected, int got) {
    return new IllegalArgumentException(
        "images: expected embeddings of width %d, as the bank has, got %d; they must be of the same CLIP"
            .formatted(expected, got));
  }

  private static List<float[]> unit(List<float[]> pictures, int width) {
    if (pictures.isEmpty()) {
      throw new IllegalArgumentException("images: expected at least one, got none");
    }
    List<float[]> unit = new ArrayList<>();
    for (float[] picture : pictures) {
      if (picture.length != width) {
        throw width(width, picture.length);
      }
      float[] copy = picture.clone();
      try {
        TextBank.normalize(copy, 0, width);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "images: embedding " + unit.size() + ": " + e.getMessage(), e);
      }
      unit.add(copy);
    }
    return unit;
  }

  /**
   * The mean of embeddings, each brought to length 1 before: what stands for the pictures that an
   * encoder was trained with.
   */
  public static float[] meanOf(List<float[]> pictures) {
    int width = pictures.isEmpty() ? 1 : pictures.get(0).length;
    return mean(unit(pictures, width), width);
  }

  private static float[] mean(List<float[]> unit, int width) {
    double[] sum = new double[width];
    for (float[] each : unit) {
      for (int i = 0; i < width; i++) {
        sum[i] += each[i];
      }
    }
    float[] mean = new float[width];
    for (int i = 0; i < width; i++) {
      mean[i] = (float) (sum[i] / unit.size());
    }
    return mean;
  }

  /** Means over pictures of the greatest (z - mean) . t of each template, times the scale. */
  private static double[] scores(
      Engine engine, TextBank bank, List<float[]> unit, float[] mean, double scale) {
    int width = bank.width();
    int words = bank.words().size();
    double[] sums = new double[bank.templates().size()];
    try (var off = engine.noGrad()) {
      for (int from = 0; from < unit.size(); from += BATCH) {
        int count = Math.min(BATCH, unit.size() - from);
        float[] rows = new float[count * width];
        for (int n = 0; n < count; n++) {
          for (int i = 0; i < width; i++) {
            rows[n * width + i] = unit.get(from + n)[i] - mean[i];
          }
        }
        try (var outer = engine.scope()) {
          Tensor z = engine.floats(rows, count, width);
          for (int p = 0; p < sums.length; p++) {
            try (var scope = engine.scope()) {
              Tensor t = engine.floats(bank.ofTemplate(p), words, width);
              for (float best : z.matmulTransposed(t).max(1).toFloats()) {
                sums[p] += best;
              }
            }
          }
        }
      }
    }
    return Arrays.stream(sums).map(sum -> scale * sum / unit.size()).toArray();
  }

  private static boolean[] kept(double[] scores, OptionalDouble threshold) {
    boolean[] kept = new boolean[scores.length];
    if (threshold.isEmpty()) {
      Arrays.fill(kept, true);
      return kept;
    }
    double median = median(scores);
    double deviation = median(Arrays.stream(scores).map(s -> Math.abs(s - median)).toArray());
    boolean any = false;
    for (int p = 0; p < scores.length; p++) {
      kept[p] = (scores[p] - median) / deviation > threshold.getAsDouble();
      any |= kept[p];
    }
    if (!any) {
      throw new IllegalArgumentException(
          "threshold: no template of %d is more than %s MADs above the median; choose a lower one, or none"
              .formatted(scores.length, threshold.getAsDouble()));
    }
    return kept;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  private static double[] softmax(double[] scores, boolean[] kept) {
    double greatest = Double.NEGATIVE_INFINITY;
    for (int p = 0; p < scores.length; p++) {
      greatest = kept[p] ? Math.max(greatest, scores[p]) : greatest;
    }
    double[] weights = new double[scores.length];
    double sum = 0;
    for (int p = 0; p < scores.length; p++) {
      weights[p] = kept[p] ? Math.exp(scores[p] - greatest) : 0;
      sum += weights[p];
    }
    for (int p = 0; p < scores.length; p++) {
      weights[p] /= sum;
    }
    return weights;
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  /** The same bank with these weights. */
  public TextBank in(TextBank bank) {
    float[] values = new float[weights.size()];
    for (int p = 0; p < values.length; p++) {
      values[p] = weights.get(p).floatValue();
    }
    return bank.withTemplateWeights(values);
  }
}
