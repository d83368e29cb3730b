package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.trainer.eval.PredictedPhotograph;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.ResultKind;

/**
 * A model that is loaded once and asked by many at once, for results of any of its kinds. What it
 * says of a picture is what {@link Prediction} says of the file.
 *
 * <p>Three steps, of which the second alone needs the model: {@link #prepare} resizes, {@link #run}
 * runs pictures of one size of input together, {@link Seen#result} makes the result.
 *
 * <p><b>Threads</b> {@link #run} one at a time, by the thread that opened the engine; the other two
 * steps by any, also meanwhile. <b>Lifecycle</b> holds the model's memory until it is closed.
 */
public final class SharedModel implements AutoCloseable {
  private final Prediction first;
  private final ModelSource.Loaded loaded;

  private SharedModel(Prediction first, ModelSource.Loaded loaded) {
    this.first = first;
    this.loaded = loaded;
  }

  /**
   * Loads the model of a prediction.
   *
   * @return to be closed by the caller, before the engine
   * @throws org.maskwright.trainer.config.ConfigException if the model cannot serve the kind
   */
  public static SharedModel open(Engine engine, Prediction prediction) {
    ModelSource.Loaded loaded = prediction.load(engine, "pictures of others");
    try {
      prediction.predictor(loaded.network());
      return new SharedModel(prediction, loaded);
    } catch (RuntimeException | Error e) {
      loaded.close();
      throw e;
    }
  }

  /** A picture that is to be run. */
  public static final class Waiting {
    private final Predictor predictor;
    private final ResultKind<?> kind;
    private final Optional<SpokenWords> words;
    private final Path name;
    private final Photograph picture;
    private final Optional<Tiling> tiling; // of a picture larger than a tile
    private final Optional<TrainingExample> example; // of any other

    private Waiting(
        Predictor predictor,
        ResultKind<?> kind,
        Optional<SpokenWords> words,
        Path name,
        Photograph picture,
        Optional<Tiling> tiling,
        Optional<TrainingExample> example) {
      this.predictor = predictor;
      this.kind = kind;
      this.words = words;
      this.name = name;
      this.picture = picture;
      this.tiling = tiling;
      this.example = example;
    }

    /** The size at which it is run; empty if that is tile by tile, and by itself. */
    public Optional<Size> inputSize() {
      return example.map(e -> new Size(e.width(), e.height()));
    }

    /** What pictures that are run together have in common; empty: it is run by itself. */
    public Optional<Alike> alike() {
      return inputSize().map(size -> new Alike(size, words));
    }
  }

  /** What pictures have in common that are run together. */
  public record Alike(Size inputSize, Optional<SpokenWords> words) {}

  /** A picture that was run. */
  @FunctionalInterface
  public interface Seen {
    /** What is seen in it. */
    PredictedPhotograph<?> result();
  }

  /**
   * Makes a picture ready.
   *
   * @param asked of the model of this
   * @param name of the picture, for messages
   * @param picture with the channels that the model takes
   * @throws org.maskwright.trainer.config.ConfigException if the model cannot serve the kind
   */
  public Waiting prepare(Prediction asked, Path name, Photograph picture) {
    if (!asked.isOfModelOf(first)) {
      throw new IllegalArgumentException(
          "asked: expected a prediction of the model that is loaded");
    }
    Predictor predictor = asked.predictor(loaded.network());
    Size size = new Size(picture.width(), picture.height());
    Optional<Tiling> tiling = asked.tiles().filter(tiles -> tiles.of(size).count() > 1);
    Optional<TrainingExample> example =
        tiling.isPresent()
            ? Optional.empty()
            : Optional.of(
                predictor.prepared(
                    new Sample(
                        new SampleInfo(
                            ImageId.of(name.toString()), name, picture.width(), picture.height()),
                        picture,
                        List.of())));
    return new Waiting(predictor, asked.kind(), asked.words(), name, picture, tiling, example);
  }

  /**
   * Runs pictures.
   *
   * @param pictures {@link Waiting#alike}; one alone where that is empty
   * @return of each what came of it, in order
   */
  public List<Seen> run(List<Waiting> pictures) {
    Waiting one = pictures.get(0);
    if (one.words.isEmpty() || one.words.equals(first.words())) { // which it speaks anyway
      return spoken(pictures);
    }
    try (ClassHead.Speaking others = loaded.speak(one.words.get())) {
      return spoken(pictures);
    }
  }

  private List<Seen> spoken(List<Waiting> pictures) {
    Waiting one = pictures.get(0);
    if (one.tiling.isPresent()) {
      PredictedPhotograph<?> result =
          one.predictor.photograph(one.name, one.picture, one.kind, one.tiling, (done, of) -> {});
      return List.of(() -> result);
    }
    List<ImageOutputs> outputs =
        one.predictor.runAll(pictures.stream().map(p -> p.example.orElseThrow()).toList());
    List<Seen> out = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      Waiting picture = pictures.get(i);
      ImageOutputs of = outputs.get(i);
      out.add(() -> picture.predictor.seen(picture.picture, picture.kind, of));
    }
    return out;
  }

  @Override
  public void close() {
    loaded.close();
  }
}
