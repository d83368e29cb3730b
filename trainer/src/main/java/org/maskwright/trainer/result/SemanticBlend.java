package org.maskwright.trainer.result;

import java.util.stream.IntStream;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Window;
import org.maskwright.modelzoo.postprocess.SemanticMap;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor.Best;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor.ClassScores;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor.ScoreRows;

/**
 * The most likely class of each pixel of a picture from the class scores of its tiles, which are
 * blended where tiles meet ({@link BlendAxis}), first across, then down.
 *
 * <p><b>Memory</b> one int a pixel for the result; of scores only the ramps that wait for the tile
 * to the right, K x tile x ramp, and for the row of tiles below, K x ramp x W: the ramps are made
 * so short that two of these keep within {@link #STRIP_FLOATS}, where one pixel does.
 */
final class SemanticBlend implements TileJoiner<SemanticMap> {
  /** 256 MiB. */
  private static final int STRIP_FLOATS = 1 << 26;

  private static final int MOST_RAMP = 32;

  /** How scores of a tile are made. */
  @FunctionalInterface
  interface Scoring {
    void scores(ImageOutputs outputs, ScoreRows receiver);
  }

  private final TileGrid grid;
  private final int classes;
  private final Scoring scoring;
  private final int width;
  private final int[] labels;
  private final BlendAxis across;
  private final BlendAxis down;
  private Ramp right; // of the tile before, weighted
  private Ramp below; // of the row of tiles before, weighted
  private Ramp nextRight;
  private Ramp nextBelow;

  SemanticBlend(TileGrid grid, int classes, Scoring scoring) {
    this(grid, classes, scoring, STRIP_FLOATS);
  }

  /**
   * @param stripFloats scores at most that wait for the row of tiles below
   */
  SemanticBlend(TileGrid grid, int classes, Scoring scoring, int stripFloats) {
    this.grid = grid;
    this.classes = classes;
    this.scoring = scoring;
    Size picture = grid.picture();
    this.width = picture.width();
    this.labels = new int[Math.multiplyExact(picture.height(), width)];
    int most = (int) Math.max(1, Math.min(MOST_RAMP, stripFloats / (2L * classes * width)));
    int columns = grid.columns();
    int[] xs = IntStream.range(0, columns).map(i -> grid.core(i).x()).toArray();
    int[] ys = IntStream.range(0, grid.rows()).map(i -> grid.core(i * columns).y()).toArray();
    this.across = new BlendAxis(xs, overlapAcross(), most, width);
    this.down = new BlendAxis(ys, overlapDown(), most, picture.height());
    this.below = ramp(down.length(), width);
    this.nextBelow = ramp(down.length(), width);
    this.right = ramp(grid.tile(0).height(), across.length());
    this.nextRight = ramp(grid.tile(0).height(), across.length());
  }

  private int overlapAcross() {
    return IntStream.range(1, grid.columns())
        .map(i -> grid.tile(i - 1).right() - grid.tile(i).x())
        .min()
        .orElse(1);
  }

  private int overlapDown() {
    int columns = grid.columns();
    return IntStream.range(1, grid.rows())
        .map(i -> grid.tile((i - 1) * columns).bottom() - grid.tile(i * columns).y())
        .min()
        .orElse(1);
  }

  private Ramp ramp(int rows, int columns) {
    return new Ramp(classes, rows, columns);
  }

  /** Scores [K,rows,columns] that wait for the tile on the other side. */
  private static final class Ramp {
    private final float[] scores;
    private final int rows;
    private final int columns;

    Ramp(int classes, int rows, int columns) {
      this.scores = new float[Math.multiplyExact(Math.multiplyExact(classes, rows), columns)];
      this.rows = rows;
      this.columns = columns;
    }

    int at(int classIndex, int row, int column) {
      return (classIndex * rows + row) * columns + column;
    }
  }

  /** Scores that wait for another tile, at most, as floats. */
  long heldScores() {
    return 2L * (below.scores.length + right.scores.length);
  }

  @Override
  public void add(int tile, ImageOutputs outputs) {
    int column = tile % grid.columns();
    int row = tile / grid.columns();
    Window window = grid.tile(tile);
    int firstRow = down.begin(row);
    int endRow = down.end(row);
    scoring.scores(
        outputs,
        y -> {
          int at = window.y() + y;
          return at < firstRow || at >= endRow
              ? (k, scores) -> {} // the tile above or below decides
              : new Row(window, column, row, at);
        });
    Ramp used = right;
    right = nextRight;
    nextRight = used;
    if (column == grid.columns() - 1) {
      Ramp above = below;
      below = nextBelow;
      nextBelow = above;
    }
  }

  /** A row of a tile's scores on its way into the picture. */
  private final class Row implements ClassScores {
    private final Window window;
    private final int inTile;
    private final int fromTop; // position in the ramp from the row of tiles above, or beyond it
    private final int toBottom; // position in the ramp to the row of tiles below, or before it
    private final int begin;
    private final int alone;
    private final int next;
    private final int end;
    private final float[] complete;
    private final Best best;

    Row(Window window, int column, int row, int y) {
      this.window = window;
      this.inTile = y - window.y();
      this.fromTop = row == 0 ? down.length() : y - down.begin(row);
      this.toBottom = row == grid.rows() - 1 ? -1 : y - down.next(row);
      this.begin = across.begin(column);
      this.alone = across.alone(column);
      this.next = across.next(column);
      this.end = across.end(column);
      this.complete = new float[next - begin];
      this.best = new Best(labels, y * width + begin, complete.length);
    }

    @Override
    public void add(int k, float[] scores) {
      int left = window.x();
      for (int x = begin; x < alone; x++) {
        float own = across.rising(x - begin) * scores[x - left];
        complete[x - begin] = right.scores[right.at(k, inTile, x - begin)] + own;
      }
      for (int x = alone; x < next; x++) {
        complete[x - begin] = scores[x - left];
      }
      for (int x = next; x < end; x++) {
        nextRight.scores[nextRight.at(k, inTile, x - next)] =
            (1 - across.rising(x - next)) * scores[x - left];
      }
      if (toBottom >= 0) {
        keep(k);
      } else {
        finish(k);
      }
    }

    private void keep(int k) {
      float weight = 1 - down.rising(toBottom);
      int to = nextBelow.at(k, toBottom, begin);
      for (int i = 0; i < complete.length; i++) {
        nextBelow.scores[to + i] = weight * complete[i];
      }
    }

    private void finish(int k) {
      if (fromTop < down.length()) {
        float weight = down.rising(fromTop);
        int from = below.at(k, fromTop, begin);
        for (int i = 0; i < complete.length; i++) {
          complete[i] = below.scores[from + i] + weight * complete[i];
        }
      }
      best.add(k, complete);
    }
  }

  @Override
  public SemanticMap joined() {
    return new SemanticMap(grid.picture().height(), width, labels);
  }
}
