package org.maskwright.trainer.eval;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.tiles.TiledDataset;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.ImageResults;
import org.maskwright.trainer.result.OtherPictures;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.TiledImage;

/**
 * The images of a data set in order, with the results of a model: of whole images, of tiles, or of
 * the frames of videos.
 */
final class EvaluatedImages implements AutoCloseable {
  private final Predictor predictor;
  private final List<ResultKind<?>> kinds;
  private final Optional<ValidationLoss> loss;
  private final Optional<TiledDataset> tiles;
  private final Optional<Loader> loader; // empty where there is no image
  private final Map<ImageId, Integer> index = new HashMap<>();
  private final Dataset dataset;
  private final OtherPictures others;
  private final Optional<Supplier<VideoPass>> passes; // empty: each image by itself
  private final Deque<TrainingExample> waiting = new ArrayDeque<>(); // frames without an answer
  private final Deque<Evaluated> ready = new ArrayDeque<>();
  private Optional<VideoPass> pass = Optional.empty();
  private Optional<String> video = Optional.empty();
  private Optional<String> note = Optional.empty();

  /**
   * Before the first image.
   *
   * @param tiles of the images, if they are to be seen so
   * @param targets for the loss
   */
  EvaluatedImages(
      Predictor predictor,
      Dataset dataset,
      Optional<TiledDataset> tiles,
      IntPredicate own,
      List<ResultKind<?>> kinds,
      Optional<ValidationLoss> loss,
      Task targets,
      LoaderSettings loading) {
    this.predictor = predictor;
    this.dataset = dataset;
    this.others = predictor.others(dataset);
    this.passes =
        kinds.stream().anyMatch(ResultKind::ofVideos)
            ? predictor.videoPasses(/* carried= */ false)
            : Optional.empty();
    this.kinds = kinds;
    this.loss = loss;
    this.tiles = tiles;
    Dataset seen = tiles.<Dataset>map(t -> t).orElse(dataset);
    for (int i = 0; i < seen.size(); i++) {
      index.put(seen.info(i).imageId(), i);
    }
    Dataset loaded = DatasetView.where(seen, i -> own.test(tiles.map(t -> t.imageOf(i)).orElse(i)));
    this.loader =
        loaded.size() == 0
            ? Optional.empty()
            : Optional.of(new Loader(loaded, predictor.preparation(targets), loading));
  }

  /**
   * An image.
   *
   * @param index in the data set
   * @param size at which it is stored
   */
  record Evaluated(int index, Size size, ImageResults results, ValidationLoss.Parts losses) {}

  /** The next image that could be loaded, with all its tiles; empty after the last. */
  Optional<Evaluated> next() {
    if (passes.isPresent()) {
      return nextFrame(passes.get());
    }
    return tiles.isPresent() ? nextTiled(tiles.get()) : nextWhole();
  }

  /** The next frame of a video, which may be known only when more of it were seen. */
  private Optional<Evaluated> nextFrame(Supplier<VideoPass> begin) {
    while (ready.isEmpty()) {
      Optional<TrainingExample> next = nextExample();
      Optional<String> of = next.flatMap(e -> dataset.video(index.get(e.info().imageId())));
      if (pass.isPresent() && (next.isEmpty() || !of.equals(video))) {
        answer(pass.get().end());
        pass = Optional.empty();
      }
      if (next.isEmpty()) {
        break;
      }
      video = of;
      if (pass.isEmpty()) {
        pass = Optional.of(begin.get());
      }
      // The loss is that of single frames, as of any model.
      loss.ifPresent(l -> predictor.run(next.get(), loss));
      waiting.add(next.get());
      answer(pass.get().next(next.get()));
    }
    return Optional.ofNullable(ready.poll());
  }

  private void answer(List<ImageOutputs> outputs) {
    for (ImageOutputs of : outputs) {
      TrainingExample example = waiting.remove();
      ready.add(
          new Evaluated(
              index.get(example.info().imageId()),
              new Size(example.originalWidth(), example.originalHeight()),
              predictor.results(of),
              losses()));
    }
  }

  private ValidationLoss.Parts losses() {
    return loss.map(ValidationLoss::take).orElse(ValidationLoss.Parts.NONE);
  }

  private Optional<TrainingExample> nextExample() {
    Optional<TrainingExample> example =
        loader.flatMap(Loader::next).map(batch -> batch.examples().get(0));
    example.ifPresent(e -> loss.ifPresent(l -> l.next(index.get(e.info().imageId()))));
    return example;
  }

  private Optional<Evaluated> nextWhole() {
    return nextExample()
        .map(
            example -> {
              int number = index.get(example.info().imageId());
              return new Evaluated(
                  number,
                  new Size(example.originalWidth(), example.originalHeight()),
                  predictor.results(example, () -> dataset.segments(number), others, loss),
                  losses());
            });
  }

  private Optional<Evaluated> nextTiled(TiledDataset all) {
    TiledImage image = null;
    int expected = -1;
    for (Optional<TrainingExample> example = nextExample();
        example.isPresent();
        example = nextExample()) {
      int number = index.get(example.get().info().imageId());
      int of = all.imageOf(number);
      TileGrid grid = all.grid(of);
      int tile = number - all.firstTile(of);
      if (tile == 0) {
        image = new TiledImage(grid, kinds, predictor.context());
      } else if (number != expected) {
        continue; // a tile before it could not be read: the image is left out
      }
      expected = number + 1;
      image.add(tile, predictor.run(example.get(), loss));
      if (image.isComplete()) {
        note = note.or(image.notes().stream()::findFirst);
        return Optional.of(new Evaluated(of, grid.picture(), image, losses()));
      }
    }
    return Optional.empty();
  }

  /** One message for each image that was left out. */
  List<String> skipped() {
    return loader.map(Loader::skipped).orElse(List.of()).stream().distinct().toList();
  }

  /** What a user should know of the results. */
  Optional<String> note() {
    return note;
  }

  @Override
  public void close() {
    loader.ifPresent(Loader::close);
  }
}
