package org.maskwright.trainer.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.ResizeShortestEdge;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.Summary;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.WeightMatcher;
import org.maskwright.trainer.checkpoint.BackboneFile;
import org.maskwright.trainer.checkpoint.BackboneFolder;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.checkpoint.ParameterState;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.pictureclass.Turns;

/**
 * A trained backbone that is asked for a summary of each picture and does not learn: of a run, a
 * model, a backbone's folder or a file that import knows.
 *
 * <p><b>Threads</b> one at a time; closing it frees the parameters, not the engine.
 */
public final class FrozenBackbone implements AutoCloseable {
  private static final String PREFIX = "backbone.";
  private static final int USUAL_DIVISIBILITY = 32;
  private static final int BATCH = 16;

  private final Path path;
  private final Backbone backbone;
  private final Summary summary;
  private final Normalization normalization;
  private final int divisibility;

  private FrozenBackbone(
      Path path,
      Backbone backbone,
      Summary summary,
      Normalization normalization,
      int divisibility) {
    this.path = path;
    this.backbone = backbone;
    this.summary = summary;
    this.normalization = normalization;
    this.divisibility = divisibility;
  }

  /**
   * The weights that a path means: of a run its best checkpoint, or its backbone where no
   * checkpoint is left.
   */
  public static Path weightsOf(Path given) {
    if (Files.isRegularFile(RunFolder.configIn(given))) {
      Path best = given.resolve("checkpoints/best");
      return Files.isDirectory(best) ? best : given.resolve("backbone");
    }
    return given;
  }

  /** The configuration of the run that weights are of. */
  public static Optional<Path> configOf(Path given) {
    Path own = RunFolder.configIn(given);
    if (Files.isRegularFile(own)) {
      return Optional.of(own);
    }
    Optional<Path> ofCheckpoint = RunFolder.configOf(given);
    if (ofCheckpoint.isPresent()) {
      return ofCheckpoint;
    }
    try {
      return Optional.ofNullable(given.toRealPath().getParent())
          .map(RunFolder::configIn)
          .filter(file -> BackboneFolder.isOne(given) && Files.isRegularFile(file));
    } catch (IOException e) { // it is not there, which opening it says
      return Optional.empty();
    }
  }

  /**
   * Opens one.
   *
   * @throws CheckpointException if it is not there, damaged, or of no backbone of the zoo
   * @throws IllegalArgumentException if it has no such summary
   */
  public static FrozenBackbone open(Engine engine, Path given, Summary summary) {
    Path path = weightsOf(given);
    ImportedWeights weights = ModelFolder.imported(path);
    Optional<BackboneFile> described = BackboneFolder.of(path);
    BackboneConfig config =
        described
            .map(BackboneFile::backbone)
            .orElseGet(() -> DeducedArchitecture.of(weights.state()).backbone());
    Normalization normalization =
        described
            .map(BackboneFile::normalization)
            .orElseGet(() -> BackboneFile.normalization(weights.family()));
    Backbone backbone =
        engine.construct(
            () -> {
              try (Scope scope = engine.scope()) {
                return SegmentationModels.backbone(
                    engine, config, normalization.channels().count());
              }
            });
    try {
      load(path, backbone, weights);
      backbone.summaryWidth(summary); // refuses what it has not
    } catch (RuntimeException e) {
      backbone.close();
      throw e;
    }
    backbone.setTraining(false);
    return new FrozenBackbone(
        given, backbone, summary, normalization, config.sizeDivisibility(USUAL_DIVISIBILITY));
  }

  /** What a model adds to a backbone, such as a pyramid, may be missing: no summary reads it. */
  private static void load(Path path, Backbone backbone, ImportedWeights weights) {
    Map<String, Parameter> state = new LinkedHashMap<>();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    backbone
        .state()
        .forEach(
            (name, p) -> {
              state.put(PREFIX + name, p);
              shapes.put(PREFIX + name, p.shape());
            });
    StateDict values = WeightMatcher.match(weights, shapes, LoadPolicy.backbone()).weights();
    state.keySet().removeIf(name -> !values.contains(name));
    if (state.isEmpty()) {
      throw new CheckpointException(path, "expected weights of a backbone, found none");
    }
    ParameterState.load(state, values, path.toString());
  }

  /** As it was given. */
  public Path path() {
    return path;
  }

  /** D, numbers of a summary. */
  public int width() {
    return backbone.summaryWidth(summary);
  }

  /**
   * Summaries of the pictures of a data set: each is resized so that its short edge is the side,
   * and cut to the square in its middle.
   *
   * @param turned whether each is asked about in its four quarter turns, one row each
   * @return a row [D] each
   */
  public List<float[]> summaries(Dataset dataset, int side, boolean turned) {
    Augmentation preparation =
        new Augmentation(
            List.of(new ResizeShortestEdge(List.of(side), Integer.MAX_VALUE)),
            Task.SEMANTIC,
            Augmentation.EmptyMasks.DROP);
    List<float[]> out = new ArrayList<>();
    int channels = normalization.channels().count();
    int area = channels * side * side;
    float[] pixels = new float[BATCH * area];
    for (int first = 0; first < dataset.size(); first += BATCH) {
      int count = Math.min(BATCH, dataset.size() - first);
      for (int i = 0; i < count; i++) {
        Sample sample = new Sample(dataset.info(first + i), dataset.image(first + i), List.of());
        TrainingExample example =
            preparation.apply(sample, Categories.of(List.of()), new Random(0));
        square(example, side, pixels, i * area);
      }
      out.addAll(rows(pixels, count, side, turned));
    }
    return out;
  }

  private void square(TrainingExample example, int side, float[] target, int offset) {
    int channels = normalization.channels().count();
    int width = example.width();
    int height = example.height();
    float[] whole = new float[channels * height * width];
    example.normalizeInto(normalization, 0, whole, 0);
    int top = (height - side) / 2;
    int left = (width - side) / 2;
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < side; y++) {
        System.arraycopy(
            whole,
            (c * height + top + y) * width + left,
            target,
            offset + (c * side + y) * side,
            side);
      }
    }
  }

  private List<float[]> rows(float[] pixels, int count, int side, boolean turned) {
    Engine engine = backbone.engine();
    int channels = normalization.channels().count();
    int padded = ModelConfig.paddedSize(side, divisibility);
    float[] used = Arrays.copyOf(pixels, count * channels * side * side);
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      long[] after = {0, 0, padded - (long) side, padded - (long) side};
      Tensor input =
          turned
              ? Turns.of(used, count, channels, side, side).padded(engine, padded)
              : engine.floats(used, count, channels, side, side).pad(new long[4], after, 0);
      Tensor summaries = backbone.summary(input, summary).cast(DType.FLOAT32);
      int width = summaries.intSize(1);
      float[] flat = summaries.toFloats();
      List<float[]> out = new ArrayList<>();
      for (int from = 0; from < flat.length; from += width) {
        out.add(Arrays.copyOfRange(flat, from, from + width));
      }
      return out;
    }
  }

  @Override
  public void close() {
    backbone.close();
  }
}
