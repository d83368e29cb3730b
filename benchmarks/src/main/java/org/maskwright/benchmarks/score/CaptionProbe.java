package org.maskwright.benchmarks.score;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.pretext.CaptionDecoder;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.clip.RetrievalKind;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.Evaluation;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.result.InferenceSettings;

/**
 * What a model of the tasks clip and slip has learnt of CaptionShapes: retrieval, zero-shot
 * classes, and how well a linear function of what the backbone tells of a picture says which shapes
 * it shows.
 *
 * <p><b>Maths</b> of the probe: ridge regression of each class's presence (0 or 1) on standardised
 * features of all training pictures, factor 0.01 of their number; the mean over classes of the
 * average precision on validation pictures.
 */
public final class CaptionProbe {
  private static final double RIDGE = 0.01;
  private static final double EPS = 1e-12;

  private CaptionProbe() {}

  /**
   * Prints one line.
   *
   * @param args model folder, folder of the data, threads
   */
  public static void main(String[] args) {
    Path model = Path.of(args[0]);
    Dataset train = shapes(Path.of(args[1]), "train");
    Dataset val = shapes(Path.of(args[1]), "val");
    int size = val.info(0).width();
    EngineOptions options = EngineOptions.DEFAULT.withThreads(Integer.parseInt(args[2]));
    try (Engine engine = Engine.open(options);
        SegmentationModel loaded = ModelFolder.open(engine, model)) {
      loaded.setTraining(false);
      RetrievalKind retrieval = new RetrievalKind();
      Normalization normalization = ModelFolder.describe(model).normalization();
      Predictor predictor =
          new Predictor(
              loaded,
              normalization,
              new InferenceSettings(size, size, 0.5, 0.5, 100, Set.of(retrieval.name())));
      EvalReport report =
          new Evaluation(predictor, val, List.of(retrieval), 1)
              .run(0, Optional.empty(), Optional.empty());
      double[][] learnt = features(loaded, predictor, normalization, train);
      double[][] asked = features(loaded, predictor, normalization, val);
      standardise(learnt, asked);
      double[][] weights = ridge(learnt, presence(train));
      new PrintStream(System.out, true, StandardCharsets.UTF_8)
          .printf(
              Locale.ROOT,
              "R1 %.1f text-R1 %.1f image-R1 %.1f zero-shot %.1f probe %.1f%n",
              report.get("retrieval.R1"),
              report.get("retrieval.text-R1"),
              report.get("retrieval.image-R1"),
              report.get("retrieval.zero-shot"),
              100 * meanPrecision(product(asked, weights), presence(val)));
    }
  }

  private static Dataset shapes(Path data, String split) {
    return DatasetOpener.open(
        DatasetSettings.of("coco-instance", data, split)
            .withPlaces("images/" + split, "annotations/shapes_" + split + ".json")
            .withCaptions(List.of("annotations/captions_" + split + ".json")),
        Task.INSTANCE);
  }

  /** What the backbone tells of each picture [n,P], and 1. */
  private static double[][] features(
      SegmentationModel model, Predictor predictor, Normalization normalization, Dataset pictures) {
    CaptionDecoder decoder = (CaptionDecoder) model.decoder();
    Engine engine = model.engine();
    double[][] out = new double[pictures.size()][];
    for (int i = 0; i < out.length; i++) {
      TrainingExample example = predictor.prepared(pictures.load(i));
      float[] pixels = new float[3 * example.height() * example.width()];
      example.normalizeInto(normalization, 0, pixels, 0);
      try (var off = engine.noGrad();
          var scope = engine.scope()) {
        float[] told =
            decoder
                .pooled(engine.floats(pixels, 1, 3, example.height(), example.width()))
                .toFloats();
        out[i] = new double[told.length + 1];
        for (int p = 0; p < told.length; p++) {
          out[i][p] = told[p];
        }
        out[i][told.length] = 1;
      }
    }
    return out;
  }

  /** Of each picture which classes it shows [n,K]. */
  private static double[][] presence(Dataset pictures) {
    double[][] out = new double[pictures.size()][pictures.categories().size()];
    for (int i = 0; i < out.length; i++) {
      for (int c : pictures.classes(i)) {
        out[i][c] = 1;
      }
    }
    return out;
  }

  /** Mean 0 and deviation 1 over the first, the same of the second; the last column stays. */
  private static void standardise(double[][] x, double[][] y) {
    for (int p = 0; p < x[0].length - 1; p++) {
      int column = p;
      double mean = Arrays.stream(x).mapToDouble(row -> row[column]).average().orElseThrow();
      double variance =
          Arrays.stream(x)
              .mapToDouble(row -> (row[column] - mean) * (row[column] - mean))
              .average()
              .orElseThrow();
      for (double[][] rows : List.of(x, y)) {
        for (double[] row : rows) {
          row[p] = (row[p] - mean) / Math.sqrt(variance + EPS);
        }
      }
    }
  }

  /** (X^T X + n ridge I)^-1 X^T Y by Cholesky's factors: [P,K]. */
  private static double[][] ridge(double[][] x, double[][] y) {
    int width = x[0].length;
    int classes = y[0].length;
    double[][] a = new double[width][width];
    double[][] b = new double[width][classes];
    IntStream.range(0, width)
        .parallel()
        .forEach(
            i -> {
              for (int n = 0; n < x.length; n++) {
                double value = x[n][i];
                for (int j = 0; j <= i; j++) {
                  a[i][j] += value * x[n][j];
                }
                for (int k = 0; k < classes; k++) {
                  b[i][k] += value * y[n][k];
                }
              }
              a[i][i] += RIDGE * x.length;
            });
    for (int i = 0; i < width; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = a[i][j];
        for (int k = 0; k < j; k++) {
          sum -= a[i][k] * a[j][k];
        }
        a[i][j] = i == j ? Math.sqrt(sum) : sum / a[j][j];
      }
    }
    for (int k = 0; k < classes; k++) {
      for (int i = 0; i < width; i++) {
        double sum = b[i][k];
        for (int j = 0; j < i; j++) {
          sum -= a[i][j] * b[j][k];
        }
        b[i][k] = sum / a[i][i];
      }
      for (int i = width - 1; i >= 0; i--) {
        double sum = b[i][k];
        for (int j = i + 1; j < width; j++) {
          sum -= a[j][i] * b[j][k];
        }
        b[i][k] = sum / a[i][i];
      }
    }
    return b;
  }

  private static double[][] product(double[][] x, double[][] w) {
    double[][] out = new double[x.length][w[0].length];
    for (int n = 0; n < x.length; n++) {
      for (int p = 0; p < w.length; p++) {
        for (int k = 0; k < w[0].length; k++) {
          out[n][k] += x[n][p] * w[p][k];
        }
      }
    }
    return out;
  }

  /** The mean over classes that are shown of the average precision. */
  private static double meanPrecision(double[][] scores, double[][] truth) {
    return IntStream.range(0, scores[0].length)
        .filter(k -> Arrays.stream(truth).anyMatch(row -> row[k] > 0))
        .mapToDouble(k -> precision(scores, truth, k))
        .average()
        .orElseThrow();
  }

  private static double precision(double[][] scores, double[][] truth, int k) {
    List<Integer> order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer n) -> scores[n][k]).reversed())
            .toList();
    double sum = 0;
    int right = 0;
    for (int rank = 0; rank < order.size(); rank++) {
      if (truth[order.get(rank)][k] > 0) {
        right++;
        sum += (double) right / (rank + 1);
      }
    }
    return sum / right;
  }
}
