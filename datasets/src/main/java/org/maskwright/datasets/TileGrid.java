package org.maskwright.datasets;

import java.util.ArrayList;
import java.util.List;

/**
 * The tiles of a picture, numbered row by row: windows of one size, as few as cover it, spread
 * evenly, so that neighbours overlap by what was asked for or a little more. A picture that is no
 * larger than a tile is one; along a side that is shorter than a tile, tiles are as long as it.
 *
 * <p>Each pixel belongs to the core of one tile, the one that shows most around it: cores meet in
 * the middle of overlaps.
 */
public final class TileGrid {
  private final Size picture;
  private final Axis across;
  private final Axis down;

  TileGrid(Size picture, Tiling tiling) {
    this.picture = picture;
    this.across = new Axis(picture.width(), tiling);
    this.down = new Axis(picture.height(), tiling);
  }

  /** Tiles along one side: where each begins, and where its core does. */
  private static final class Axis {
    private final int picture;
    private final int length;
    private final int[] starts;
    private final int[] cores;

    Axis(int picture, Tiling tiling) {
      this.picture = picture;
      this.length = Math.min(picture, tiling.size());
      int step = tiling.size() - tiling.overlap();
      int count = 1 + (picture - length + step - 1) / step;
      this.starts = new int[count];
      this.cores = new int[count];
      for (int i = 1; i < count; i++) {
        starts[i] = (int) ((long) i * (picture - length) / (count - 1));
        cores[i] = (starts[i] + starts[i - 1] + length) / 2;
      }
    }

    int coreEnd(int i) {
      return i + 1 < cores.length ? cores[i + 1] : picture;
    }

    /** The first tile that reaches beyond a position. */
    int firstBeyond(int position) {
      int i = 0;
      while (i < starts.length - 1 && starts[i] + length <= position) {
        i++;
      }
      return i;
    }

    /** The last tile that begins before a position. */
    int lastBefore(int position) {
      int i = starts.length - 1;
      while (i > 0 && starts[i] >= position) {
        i--;
      }
      return i;
    }
  }

  /** The picture's size. */
  public Size picture() {
    return picture;
  }

  /** Tiles beside each other. */
  public int columns() {
    return across.starts.length;
  }

  /** Tiles above each other. */
  public int rows() {
    return down.starts.length;
  }

  /** All tiles. */
  public int count() {
    return Math.multiplyExact(columns(), rows());
  }

  /** A tile, 0 to count - 1. */
  public Window tile(int index) {
    return new Window(
        across.starts[index % columns()],
        down.starts[index / columns()],
        across.length,
        down.length);
  }

  /** The pixels that a tile has to itself; those of all tiles are the picture, each once. */
  public Window core(int index) {
    int column = index % columns();
    int row = index / columns();
    int x = across.cores[column];
    int y = down.cores[row];
    return new Window(x, y, across.coreEnd(column) - x, down.coreEnd(row) - y);
  }

  /** The tiles that have a pixel in common with a window, in order. */
  public List<Integer> meeting(Window window) {
    List<Integer> out = new ArrayList<>();
    int lastColumn = across.lastBefore(window.right());
    int lastRow = down.lastBefore(window.bottom());
    for (int row = down.firstBeyond(window.y()); row <= lastRow; row++) {
      for (int column = across.firstBeyond(window.x()); column <= lastColumn; column++) {
        out.add(row * columns() + column);
      }
    }
    return out;
  }
}
