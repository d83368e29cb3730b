package org.maskwright.trainer.result;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.trainer.result.TiledObjects.Part;

/**
 * Which parts in different tiles are one object: those of one class that agree in the strip that
 * both tiles show, by intersection over union, or because the smaller one is cut by its tile's
 * border and lies in the other. Links of confident parts come first, and parts of one tile that lie
 * over each other stay two, each with its own of other tiles: they are two guesses at one object,
 * and {@link SecondGuesses} decides between them when both are joined.
 *
 * <p><b>Cost</b> linear in the number of tiles: only parts of tiles that overlap are compared, and
 * of those the ones whose boxes meet
 */
final class PartLinks {
  /** Above this share no two separate masks of a tile agree with one of another. */
  private static final double SAME_IOU = 0.5;

  /** Share of a cut part's pixels in the strip that the other part has too. */
  private static final double INSIDE = 0.75;

  /** Parts of one tile share less of the smaller, or they are not both of an object. */
  private static final double APART = 0.5;

  private final TileGrid grid;
  private final List<List<Part>> parts;

  /**
   * @param parts of each tile
   */
  PartLinks(TileGrid grid, List<List<Part>> parts) {
    this.grid = grid;
    this.parts = parts;
  }

  /**
   * Two parts that may be one object.
   *
   * @param score the smaller of the two
   * @param agreement IoU in the strip
   */
  private record Link(Part a, Part b, double score, double agreement) {
    static final Comparator<Link> ORDER =
        Comparator.comparingDouble(Link::score)
            .thenComparingDouble(Link::agreement)
            .reversed()
            .thenComparing(Link::a, Part.ORDER)
            .thenComparing(Link::b, Part.ORDER);
  }

  /** What a part has in a strip. */
  private record Piece(Part part, Rle mask, long area, Window box) {}

  /** The parts, those of one object together. */
  List<List<Part>> clusters() {
    IdentityHashMap<Part, Cluster> clusterOf = new IdentityHashMap<>();
    List<Cluster> all = new ArrayList<>();
    for (List<Part> ofTile : parts) {
      for (Part part : ofTile) {
        Cluster alone = new Cluster(part);
        clusterOf.put(part, alone);
        all.add(alone);
      }
    }
    List<Link> links = links();
    links.sort(Link.ORDER);
    for (Link link : links) {
      Cluster a = clusterOf.get(link.a());
      Cluster b = clusterOf.get(link.b());
      Cluster larger = a.parts.size() >= b.parts.size() ? a : b;
      Cluster smaller = larger == a ? b : a;
      if (a != b && larger.isApartFrom(smaller)) {
        smaller.parts.forEach(part -> clusterOf.put(part, larger));
        larger.take(smaller);
      }
    }
    return all.stream().map(c -> c.parts).filter(members -> !members.isEmpty()).toList();
  }

  /** Parts of one object. */
  private static final class Cluster {
    private final List<Part> parts = new ArrayList<>();
    private final Map<Integer, List<Part>> byTile = new HashMap<>();

    Cluster(Part part) {
      add(part);
    }

    private void add(Part part) {
      parts.add(part);
      byTile.computeIfAbsent(part.tile(), t -> new ArrayList<>(1)).add(part);
    }

    void take(Cluster other) {
      other.parts.forEach(this::add);
      other.parts.clear();
    }

    boolean isApartFrom(Cluster other) {
      return other.parts.stream()
          .allMatch(
              part ->
                  byTile.getOrDefault(part.tile(), List.of()).stream()
                      .allMatch(own -> areApart(own.mask(), part.mask())));
    }

    private static boolean areApart(Rle a, Rle b) {
      return a.intersectionArea(b) <= APART * Math.min(a.area(), b.area());
    }
  }

  private List<Link> links() {
    List<Link> out = new ArrayList<>();
    for (int b = 0; b < parts.size(); b++) {
      for (int a : grid.meeting(grid.tile(b))) {
        if (a < b && !parts.get(a).isEmpty() && !parts.get(b).isEmpty()) {
          Window strip = grid.tile(a).intersection(grid.tile(b));
          compare(pieces(a, strip), pieces(b, strip), out);
        }
      }
    }
    return out;
  }

  /** What a tile's parts have in a strip, from left to right. */
  private List<Piece> pieces(int tile, Window strip) {
    Window inTile = strip.within(grid.tile(tile));
    List<Piece> out = new ArrayList<>();
    for (Part part : parts.get(tile)) {
      if (part.box().meets(strip)) {
        Rle mask = TiledObjects.cut(part.mask(), inTile);
        long area = mask.area();
        if (area > 0) {
          out.add(new Piece(part, mask, area, part.box().intersection(strip)));
        }
      }
    }
    out.sort(Comparator.comparingInt(piece -> piece.box().x()));
    return out;
  }

  private static void compare(List<Piece> left, List<Piece> right, List<Link> out) {
    for (Piece a : left) {
      for (Piece b : right) {
        if (b.box().x() >= a.box().right()) {
          break;
        }
        if (a.part().classIndex() == b.part().classIndex() && a.box().meets(b.box())) {
          compare(a, b, out);
        }
      }
    }
  }

  private static void compare(Piece a, Piece b, List<Link> out) {
    long both = a.mask().intersectionArea(b.mask());
    if (both == 0) {
      return;
    }
    double iou = (double) both / (a.area() + b.area() - both);
    Piece smaller = a.area() <= b.area() ? a : b;
    boolean inside = smaller.part().cut() && both >= INSIDE * smaller.area();
    if (iou > SAME_IOU || inside) {
      out.add(new Link(a.part(), b.part(), Math.min(a.part().score(), b.part().score()), iou));
    }
  }
}
