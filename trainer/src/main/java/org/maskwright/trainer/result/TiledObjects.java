package org.maskwright.trainer.result;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

/**
 * The objects of a picture from those of its tiles. Parts of one object in two tiles agree in what
 * both tiles show ({@link PartLinks}). Of an object that one of its tiles shows whole, that tile's
 * mask is taken and the parts are dropped; of one that every tile cuts, each tile decides about the
 * pixels of its core. What guesses at such an object once more is dropped ({@link SecondGuesses}).
 *
 * <p>The result does not depend on the order in which tiles are added, as long as nothing had to be
 * dropped.
 *
 * <p><b>Memory</b> runs of the masks, at the size of tiles until they are joined; where a model
 * guesses so much, and so raggedly, that they would be more than {@link #MOST_RUNS}, the guesses
 * with the smallest scores are dropped, which is said
 */
final class TiledObjects {
  /** 128 MiB; the masks of a hundred thousand small objects take less. */
  private static final long MOST_RUNS = 1L << 25;

  private static final double KEPT = 0.75;

  private final TileGrid grid;
  private final long mostRuns;
  private final List<List<Part>> parts = new ArrayList<>();
  private final int[] added; // to each tile
  private long runs;
  private double floor = -1; // what has no larger score was dropped, or is

  TiledObjects(TileGrid grid) {
    this(grid, MOST_RUNS);
  }

  /**
   * @param mostRuns run lengths at most that are kept
   */
  TiledObjects(TileGrid grid, long mostRuns) {
    this.grid = grid;
    this.mostRuns = mostRuns;
    this.added = new int[grid.count()];
    for (int i = 0; i < grid.count(); i++) {
      parts.add(new ArrayList<>());
    }
  }

  /**
   * What one tile saw of an object.
   *
   * @param number among those of its tile
   * @param mask at the size of the tile, not empty
   * @param box around it, in the picture
   * @param cut whether it reaches a border of the tile that is none of the picture
   */
  record Part(
      int tile, int number, int classIndex, double score, Rle mask, Window box, boolean cut) {
    /** Best first; ties by place. */
    static final Comparator<Part> ORDER =
        Comparator.comparingDouble(Part::score)
            .reversed()
            .thenComparingInt(Part::tile)
            .thenComparingInt(Part::number);
  }

  /**
   * An object of the picture.
   *
   * @param score that of its best part
   * @param mask at the size of the picture
   */
  record Found(int classIndex, double score, Rle mask) {}

  /** Takes in an object of a tile; one without a pixel is none. */
  void add(int tile, int classIndex, double score, Rle mask) {
    int number = added[tile]++;
    if (mask.area() == 0 || score <= floor) {
      return;
    }
    Window window = grid.tile(tile);
    Size picture = grid.picture();
    Box around = mask.box();
    Window box =
        new Window(
            window.x() + (int) around.x(),
            window.y() + (int) around.y(),
            (int) around.width(),
            (int) around.height());
    boolean cut =
        (box.x() == window.x() && box.x() > 0)
            || (box.y() == window.y() && box.y() > 0)
            || (box.right() == window.right() && box.right() < picture.width())
            || (box.bottom() == window.bottom() && box.bottom() < picture.height());
    parts.get(tile).add(new Part(tile, number, classIndex, score, mask, box, cut));
    runs += mask.runs();
    if (runs > mostRuns) {
      dropWorst();
    }
  }

  private void dropWorst() {
    List<Part> worstFirst = new ArrayList<>();
    parts.forEach(worstFirst::addAll);
    worstFirst.sort(Part.ORDER.reversed());
    long left = runs;
    for (Part part : worstFirst) {
      if (left <= KEPT * mostRuns) {
        break;
      }
      left -= part.mask().runs();
      floor = part.score();
    }
    parts.forEach(ofTile -> ofTile.removeIf(part -> part.score() <= floor));
    runs = parts.stream().flatMap(List::stream).mapToLong(part -> part.mask().runs()).sum();
  }

  /** Run lengths that are kept. */
  long runs() {
    return runs;
  }

  /** What a user should know of the objects, a line each. */
  List<String> notes() {
    return floor < 0
        ? List.of()
        : List.of(
            String.format(
                Locale.ROOT,
                "objects with a score up to %.3f were left out, as all that the tiles guess at does not fit into memory; the model may need more training",
                floor));
  }

  /** The objects, falling in score. */
  List<Found> joined() {
    List<JoinedObject> objects =
        new PartLinks(grid, parts)
            .clusters().stream()
                .map(cluster -> cluster.stream().sorted(Part.ORDER).toList())
                .flatMap(cluster -> joined(cluster).stream())
                .toList();
    return SecondGuesses.without(grid, objects).stream()
        .sorted(JoinedObject.BY_SCORE)
        .map(o -> new Found(o.best().classIndex(), o.score(), o.mask()))
        .toList();
  }

  /** An object from its parts, the best first; none if no tile has a pixel of it in its core. */
  private Optional<JoinedObject> joined(List<Part> cluster) {
    Part best = cluster.get(0);
    Optional<Part> whole = cluster.stream().filter(part -> !part.cut()).findFirst();
    Rle mask =
        cluster.size() == 1
            ? placed(best.mask(), grid.tile(best.tile()))
            : whole.map(p -> placed(p.mask(), grid.tile(p.tile()))).orElseGet(() -> union(cluster));
    return mask.area() == 0
        ? Optional.empty()
        : Optional.of(JoinedObject.of(best, whole.isPresent(), mask));
  }

  /** Of each part what lies in its tile's core, and in the cores of tiles that have no part. */
  private Rle union(List<Part> cluster) {
    Set<Integer> tiles = new HashSet<>();
    cluster.forEach(part -> tiles.add(part.tile()));
    List<Rle> pieces = new ArrayList<>();
    for (Part part : cluster) {
      Window tile = grid.tile(part.tile());
      for (int other : grid.meeting(part.box())) {
        Window core = grid.core(other);
        if (core.meets(part.box()) && (other == part.tile() || !tiles.contains(other))) {
          Window decided = core.intersection(tile);
          pieces.add(placed(cut(part.mask(), decided.within(tile)), decided));
        }
      }
    }
    return Rle.union(pieces);
  }

  static Rle cut(Rle mask, Window window) {
    return mask.cut(window.x(), window.y(), window.height(), window.width());
  }

  private Rle placed(Rle mask, Window where) {
    Size picture = grid.picture();
    return mask.placed(where.x(), where.y(), picture.height(), picture.width());
  }
}
