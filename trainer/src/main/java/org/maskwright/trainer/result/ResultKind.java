package org.maskwright.trainer.result;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.settings.Named;

/**
 * A kind of result: how a model's outputs become it, what it is scored by, and how it is written,
 * drawn and told. Evaluation and prediction know kinds by this interface alone.
 *
 * <p>A kind is a class with a public constructor without arguments, named in {@code
 * META-INF/services/org.maskwright.trainer.result.ResultKind}; {@link ResultKinds} finds them.
 *
 * <p><b>Threads</b> A kind keeps no state; all of an evaluation's is in its scorer and its writer.
 *
 * @param <R> the result of one image, at the image's stored size
 */
public interface ResultKind<R> extends Named {
  /**
   * What {@code eval.tasks} and {@code predict --task} call it, and what stands before the names of
   * its metrics; not {@code loss}.
   */
  @Override
  String name();

  /** What it is and which files it has, in one or two sentences for the documentation. */
  String meaning();

  /**
   * What its scorer measures, in percent; at least one. The first stands for the kind where there
   * is room for one.
   */
  List<Metric> metrics();

  /**
   * A metric that is the mean of a measure over the classes that were measured.
   *
   * @param metric of {@link #metrics}
   * @param measure of {@link Scores#perClass}
   */
  record ClassMean(String metric, String measure) {}

  /**
   * The metric that is told of base and of novel classes too; empty if none is a mean of classes.
   */
  default Optional<ClassMean> classMean() {
    return Optional.empty();
  }

  /** For which task a data set has to be annotated, to score it; empty: for any. */
  Optional<Task> annotation();

  /**
   * Whether it is made of masks that may overlap, one of each query, which a model that classifies
   * pixels does not give.
   */
  boolean needsMasks();

  /**
   * Whether each result has a score of its own, by which users may leave out those that are unsure;
   * its scorer then gives {@link ScoreDetails#curves}.
   */
  default boolean hasScores() {
    return false;
  }

  /**
   * Whether it is made of all frames of a video, in order: a model of clips then sees windows of
   * them at once, and one process evaluates all.
   */
  default boolean ofVideos() {
    return false;
  }

  /**
   * What is probably not meant, a line each.
   *
   * @param queries of the model, Q
   * @param classes of the model, K
   */
  default List<String> cautions(InferenceSettings settings, int queries, int classes) {
    return List.of();
  }

  /**
   * How it is made of a model that is asked, by prompts, by examples or by its pretext; empty: of
   * the outputs of queries, by {@link #process}. A model serves kinds of one sort alone.
   */
  default Optional<Asking<R>> asking() {
    return Optional.empty();
  }

  /**
   * The result of one image.
   *
   * @throws UnsupportedOperationException if it is made by {@link #asking}
   */
  R process(ImageOutputs outputs, ResultContext context);

  /**
   * How results of the tiles of a large picture become one; empty if they cannot, so that the kind
   * is refused where tiles are asked for.
   */
  default Optional<LargePictures<R>> largePictures() {
    return Optional.empty();
  }

  /**
   * Opens what results are compared with, once for a model and a data set, before training.
   *
   * @return a new scorer for each evaluation
   * @throws org.maskwright.datasets.DatasetException if the annotation cannot be used
   */
  Supplier<Scorer<R>> scorers(ScoringData data);

  /**
   * How well the result of one image agrees with its annotation; empty if the kind has no such
   * measure, and no image is the best or the worst one.
   *
   * @param data what results are compared with
   */
  default Optional<ImageScore<R>> imageScore(ScoringData data) {
    return Optional.empty();
  }

  /**
   * Starts the official files of an evaluation; empty if there are none of this kind.
   *
   * @param files where they are written
   * @throws IOException if a file cannot be started
   */
  default Optional<ResultWriter<R>> writer(ResultFiles files, Categories categories)
      throws IOException {
    return Optional.empty();
  }

  /** As {@link #writer(ResultFiles, Categories)}, where files need more of the data set. */
  default Optional<ResultWriter<R>> writer(ResultFiles files, Dataset dataset) throws IOException {
    return writer(files, dataset.categories());
  }

  /** The result over its photograph. */
  Picture draw(R result, Overlay photograph, Shown shown);

  /**
   * How a result goes to another process; empty if it cannot, and where several processes evaluate
   * together the first one evaluates all images.
   */
  default Optional<ResultCodec<R>> codec() {
    return Optional.empty();
  }

  /**
   * How a result comes apart into segments; empty if it is not made of any, and cannot be written
   * in the formats of other tools.
   */
  default Optional<Segmented<R>> segmented() {
    return Optional.empty();
  }

  /** Adds the result's own fields to the JSON object of a photograph. */
  void json(R result, Shown shown, JsonGenerator json) throws IOException;
}
