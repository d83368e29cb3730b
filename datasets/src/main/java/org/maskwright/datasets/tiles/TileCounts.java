package org.maskwright.datasets.tiles;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Dataset.Label;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.Window;

/** What the tiles of a data set show, and whether they are too small for its objects. */
final class TileCounts {
  /** Of so many objects tiles may be too small before it is said. */
  private static final double MANY = 0.1;

  private static final double USUAL = 0.9;

  private final List<List<Label>> labels; // of each tile
  private final List<String> notes = new ArrayList<>();

  private TileCounts(List<ImageTiles> images, Tiling tiling) {
    this.labels = images.stream().flatMap(image -> image.labels.stream()).toList();
    long objects = images.stream().mapToLong(image -> image.objects).sum();
    long cut = images.stream().mapToLong(image -> image.cut).sum();
    notes.add(
        "%d images in %d tiles of %d x %d pixels, which overlap by %d or more"
            .formatted(
                images.size(), labels.size(), tiling.size(), tiling.size(), tiling.overlap()));
    if (cut > MANY * objects) {
      int side = usual(images.stream().flatMapToInt(ImageTiles::objectSides).toArray());
      if (2 * side > tiling.size()) { // else the overlap shows them whole, and in part besides
        notes.add(tooSmall(objects, cut, side, tiling));
      }
    }
  }

  private static String tooSmall(long objects, long cut, int side, Tiling tiling) {
    return String.format(
        Locale.ROOT,
        "tiles of %d pixels are too small: of %d of %d objects (%.0f %%) most tiles that show them show less than half; nine objects in ten are up to %d pixels long, so take tiles of %d or more (data.source.tiles.size), with an overlap of %d",
        tiling.size(),
        cut,
        objects,
        100.0 * cut / objects,
        side,
        2 * side,
        side);
  }

  private static int usual(int[] sides) {
    Arrays.sort(sides);
    return sides[(int) (USUAL * (sides.length - 1))];
  }

  /**
   * Counts.
   *
   * @param grids of the images
   */
  static TileCounts of(Dataset whole, TileGrid[] grids, Tiling tiling) {
    return new TileCounts(
        IntStream.range(0, grids.length)
            .parallel()
            .mapToObj(i -> new ImageTiles(whole, i, grids[i]))
            .toList(),
        tiling);
  }

  /** The tiles of one image. */
  private static final class ImageTiles {
    private final List<List<Label>> labels = new ArrayList<>();
    private final int[] sides; // of the objects, the longer one
    private int objects;
    private int cut; // of which most tiles show less than half

    ImageTiles(Dataset whole, int index, TileGrid grid) {
      List<Segment> segments = whole.segments(index);
      ImageShapes shapes = new ImageShapes(segments, grid.picture());
      long[] pixels = new long[segments.size()];
      this.sides = new int[segments.size()];
      for (ImageShapes.Part all : shapes.parts(Window.of(grid.picture()))) {
        pixels[all.segment()] = all.pixels();
        sides[all.segment()] = all.longSide();
      }
      int[] shown = new int[segments.size()];
      int[] halves = new int[segments.size()];
      for (int t = 0; t < grid.count(); t++) {
        List<Label> ofTile = new ArrayList<>();
        for (ImageShapes.Part part : shapes.parts(grid.tile(t))) {
          int s = part.segment();
          ofTile.add(new Label(segments.get(s).category(), segments.get(s).crowd()));
          shown[s]++;
          halves[s] += 2 * part.pixels() >= pixels[s] ? 1 : 0;
        }
        labels.add(List.copyOf(ofTile));
      }
      for (int s = 0; s < shown.length; s++) {
        Segment segment = segments.get(s);
        boolean object = whole.categories().isThing(segment.category()) && !segment.crowd();
        if (object && shown[s] > 0) {
          sides[objects++] = sides[s]; // never ahead of s
          cut += 2 * halves[s] < shown[s] ? 1 : 0;
        }
      }
    }

    IntStream objectSides() {
      return Arrays.stream(sides, 0, objects);
    }
  }

  /** Those of a tile. */
  List<Label> labels(int tile) {
    return labels.get(tile);
  }

  List<String> notes() {
    return notes;
  }
}
