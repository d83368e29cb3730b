package org.maskwright.trainer.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.pictureclass.PictureClasses;
import org.maskwright.modelzoo.pretext.PictureClassifier;

/** What is asked of a frozen backbone. */
public enum Probe {
  /** Classes of pictures by a linear layer: {@link SoftmaxRegression}. */
  LINEAR,
  /** Classes of pictures by the most similar ones: {@link NearestNeighbours}. */
  KNN,
  /** By how many quarter turns a picture is turned, by a linear layer; needs no classes. */
  ROTATION;

  private static final int FIVE = 5;
  private static final double DEVIATIONS = 3;
  private static final double MOSTLY = 0.8;

  /**
   * What was measured.
   *
   * @param metrics by name: top-1, top-5 or accuracy in percent, loss in nats where there is one
   * @param trained pictures that the probe was fitted to
   * @param tested pictures that it was asked about
   * @param chance of the first metric, in percent
   * @param warnings what the numbers do not say
   */
  public record Outcome(
      Map<String, Double> metrics, int trained, int tested, double chance, List<String> warnings) {
    /** Keeps copies in order. */
    public Outcome {
      metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
      warnings = List.copyOf(warnings);
    }

    /** The first metric. */
    public double first() {
      return metrics.values().iterator().next();
    }

    /** The same with one more warning. */
    public Outcome and(Optional<String> warning) {
      List<String> all = new ArrayList<>(warnings);
      warning.ifPresent(all::add);
      return new Outcome(metrics, trained, tested, chance, all);
    }
  }

  /** Whether it needs pictures with a class each. */
  public boolean needsClasses() {
    return this != ROTATION;
  }

  /**
   * Asks.
   *
   * @param trained pictures to fit to
   * @param tested other pictures to ask about, of the same classes
   * @param side of the square that is seen of each, in pixels
   * @throws DatasetException if a picture has not one class where classes are asked about, or all
   *     have the same
   */
  public Outcome of(FrozenBackbone backbone, Dataset trained, Dataset tested, int side) {
    if (this == ROTATION) {
      return rotation(backbone, trained, tested, side);
    }
    requireClasses(trained, tested);
    int classes = trained.categories().size();
    int[] known = classes(trained);
    int[] asked = classes(tested);
    int distinct = new TreeSet<>(Arrays.stream(known).boxed().toList()).size();
    if (distinct < 2) {
      throw new DatasetException(
          "%s: expected pictures of at least two classes, got %d"
              .formatted(trained.name(), distinct));
    }
    List<float[]> rows = backbone.summaries(trained, side, false);
    List<float[]> questions = backbone.summaries(tested, side, false);
    Function<float[], double[]> scores;
    if (this == LINEAR) {
      scores = SoftmaxRegression.fit(rows, known, classes)::logProbabilities;
    } else {
      scores = new NearestNeighbours(rows, known, classes)::votes;
    }
    int first = 0;
    int five = 0;
    double loss = 0;
    for (int i = 0; i < asked.length; i++) {
      double[] s = scores.apply(questions.get(i));
      int before = before(s, asked[i]);
      first += before == 0 ? 1 : 0;
      five += before < FIVE ? 1 : 0;
      loss -= s[asked[i]];
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("top-1", 100.0 * first / asked.length);
    metrics.put("top-5", 100.0 * five / asked.length);
    if (this == LINEAR) {
      metrics.put("loss", loss / asked.length);
    }
    return new Outcome(
        metrics, trained.size(), tested.size(), 100.0 * mostCommon(asked), List.of());
  }

  /** Classes that are before one; equal ones by their number. */
  private static int before(double[] scores, int one) {
    int count = 0;
    for (int k = 0; k < scores.length; k++) {
      count += scores[k] > scores[one] || scores[k] == scores[one] && k < one ? 1 : 0;
    }
    return count;
  }

  private static double mostCommon(int[] classes) {
    int most = Arrays.stream(classes).max().orElse(0) + 1;
    int[] counts = new int[most];
    Arrays.stream(classes).forEach(k -> counts[k]++);
    return (double) Arrays.stream(counts).max().orElse(0) / classes.length;
  }

  private void requireClasses(Dataset trained, Dataset tested) {
    if (trained.size() > 0 && !trained.hasTargets(0)) {
      throw new DatasetException(
          "%s: expected pictures with a class each, a folder for each class or a list, as the probe %s asks for classes; the probe rotation needs none"
              .formatted(trained.name(), key()));
    }
    if (!trained.categories().names().equals(tested.categories().names())) {
      throw new DatasetException(
          "probe: expected pictures of the same classes to fit to and to ask about, got %s of %s and %s of %s"
              .formatted(
                  trained.categories().names(),
                  trained.name(),
                  tested.categories().names(),
                  tested.name()));
    }
  }

  /** As the command line says it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static int[] classes(Dataset dataset) {
    return IntStream.range(0, dataset.size())
        .map(
            i ->
                PictureClasses.only(
                    dataset.info(i), dataset.classes(i).stream().mapToInt(k -> k).toArray()))
        .toArray();
  }

  private static Outcome rotation(
      FrozenBackbone backbone, Dataset trained, Dataset tested, int side) {
    SoftmaxRegression layer =
        SoftmaxRegression.fit(
            backbone.summaries(trained, side, true),
            turns(trained.size()),
            PictureClassifier.TURNS);
    List<float[]> questions = backbone.summaries(tested, side, true);
    int right = 0;
    int opposite = 0;
    double loss = 0;
    for (int i = 0; i < questions.size(); i++) {
      int own = i % PictureClassifier.TURNS;
      double[] s = layer.logProbabilities(questions.get(i));
      loss -= s[own];
      right += before(s, own) == 0 ? 1 : 0;
      opposite += before(s, (own + 2) % PictureClassifier.TURNS) == 0 ? 1 : 0;
    }
    int asked = questions.size();
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("accuracy", 100.0 * right / asked);
    metrics.put("loss", loss / asked);
    double chance = 1.0 / PictureClassifier.TURNS;
    List<String> warnings = new ArrayList<>();
    double noise = DEVIATIONS * Math.sqrt(chance * (1 - chance) / asked);
    if ((double) right / asked < chance + noise) {
      warnings.add(
          "the accuracy is that of chance: how these pictures are turned says nothing, as of pictures from above or through a microscope, or the backbone does not see it; do not choose by it");
    } else if (opposite > MOSTLY * (asked - right) && opposite > right / 2) {
      warnings.add(
          "most errors are half turns: these pictures look alike upside down, so the accuracy says little; do not choose by it");
    }
    return new Outcome(metrics, trained.size(), tested.size(), 100 * chance, warnings);
  }

  private static int[] turns(int pictures) {
    return IntStream.range(0, PictureClassifier.TURNS * pictures)
        .map(i -> i % PictureClassifier.TURNS)
        .toArray();
  }
}
