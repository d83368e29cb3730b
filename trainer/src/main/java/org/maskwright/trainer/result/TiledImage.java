package org.maskwright.trainer.result;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TileGrid;
import org.maskwright.modelzoo.postprocess.ImageFrame;

/**
 * A picture that a model saw tile by tile: fed in the order of the tiles, it has the results of the
 * kinds that were named. A picture of one tile has what {@link WholeImage} has, to the bit.
 *
 * <p><b>Memory</b> what the kinds' {@link TileJoiner}s keep; the outputs of a tile go with it.
 */
public final class TiledImage implements ImageResults {
  private final TileGrid grid;
  private final ResultContext context;
  private final List<Joining<?>> joinings = new ArrayList<>();
  private int next;

  /**
   * Before the first tile.
   *
   * @throws IllegalArgumentException if a kind cannot be made by tiles
   */
  public TiledImage(TileGrid grid, List<ResultKind<?>> kinds, ResultContext context) {
    this.grid = grid;
    this.context = context;
    kinds.forEach(kind -> joinings.add(new Joining<>(kind)));
  }

  /** One kind's part of the work. */
  private final class Joining<R> {
    private final ResultKind<R> kind;
    private final TileJoiner<R> joiner;
    private ImageResult<R> result;

    Joining(ResultKind<R> kind) {
      this.kind = kind;
      LargePictures<R> large = large(kind);
      this.joiner =
          grid.count() == 1
              ? new OneTile<>(kind, context)
              : KindFailure.named(kind, () -> large.joiner(grid, context));
    }

    void add(int tile, ImageOutputs outputs) {
      KindFailure.named(
          kind,
          () -> {
            joiner.add(tile, outputs);
            return null;
          });
    }

    ImageResult<R> result() {
      if (result == null) {
        Size size = grid.picture();
        R value = KindFailure.named(kind, joiner::joined);
        result =
            new ImageResult<>(
                kind, value, ImageFrame.unchanged(size.height(), size.width()), context.classes());
      }
      return result;
    }
  }

  /** Nothing to be joined. */
  private static final class OneTile<R> implements TileJoiner<R> {
    private final ResultKind<R> kind;
    private final ResultContext context;
    private R result;

    OneTile(ResultKind<R> kind, ResultContext context) {
      this.kind = kind;
      this.context = context;
    }

    @Override
    public void add(int tile, ImageOutputs outputs) {
      result = kind.process(outputs, context);
    }

    @Override
    public R joined() {
      return result;
    }
  }

  /**
   * How a kind is made by tiles.
   *
   * @throws IllegalArgumentException if it cannot
   */
  static <R> LargePictures<R> large(ResultKind<R> kind) {
    return KindFailure.named(kind, kind::largePictures)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "task %s: cannot be joined from tiles; predict or evaluate it without tiles"
                        .formatted(kind.name())));
  }

  /**
   * Takes in the next tile.
   *
   * @throws IllegalArgumentException if it is another one
   */
  public void add(int tile, ImageOutputs outputs) {
    if (tile != next || tile >= grid.count()) {
      throw new IllegalArgumentException(
          "tiles: expected number %d of %d, got %d".formatted(next, grid.count(), tile));
    }
    next++;
    joinings.forEach(joining -> joining.add(tile, outputs));
  }

  /** Whether all tiles are there. */
  public boolean isComplete() {
    return next == grid.count();
  }

  /**
   * The result of a kind.
   *
   * @throws IllegalArgumentException if it is none of those that were named
   * @throws IllegalStateException if tiles are missing
   */
  @Override
  @SuppressWarnings("unchecked") // the joining of a kind has the kind's result
  public <R> ImageResult<R> of(ResultKind<R> kind) {
    if (!isComplete()) {
      throw new IllegalStateException("tiles: " + next + " of " + grid.count() + " are there");
    }
    return joinings.stream()
        .filter(joining -> joining.kind == kind)
        .map(joining -> (ImageResult<R>) joining.result())
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no results of kind " + kind.name()));
  }

  /** What a user should know of the results, a line each. */
  public List<String> notes() {
    return joinings.stream().flatMap(joining -> joining.joiner.notes().stream()).toList();
  }
}
