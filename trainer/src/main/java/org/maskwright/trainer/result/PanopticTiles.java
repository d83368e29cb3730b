package org.maskwright.trainer.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.modelzoo.postprocess.PanopticMap;

/**
 * Panoptic segments of large pictures: things are joined as instances are, the confident before the
 * others, and stuff is that of the tile in whose core a pixel lies.
 *
 * <p><b>Memory</b> one int a pixel
 */
final class PanopticTiles implements LargePictures<PanopticMap> {
  private final PanopticKind kind;

  PanopticTiles(PanopticKind kind) {
    this.kind = kind;
  }

  @Override
  public TileJoiner<PanopticMap> joiner(TileGrid grid, ResultContext context) {
    return new Joiner(grid, context);
  }

  private final class Joiner implements TileJoiner<PanopticMap> {
    private final TileGrid grid;
    private final ResultContext context;
    private final TiledObjects things;
    private final int width;
    private final int[] ids; // until all is joined: -1 - class of stuff, 0 elsewhere
    private final SortedMap<Integer, Double> stuff = new TreeMap<>(); // class to best score

    Joiner(TileGrid grid, ResultContext context) {
      Size picture = grid.picture();
      this.grid = grid;
      this.context = context;
      this.things = new TiledObjects(grid);
      this.width = picture.width();
      this.ids = new int[Math.multiplyExact(picture.height(), width)];
    }

    @Override
    public void add(int tile, ImageOutputs outputs) {
      PanopticMap map = kind.process(outputs, context);
      int[] stuffOf =
          new int[1 + map.segments().stream().mapToInt(PanopticMap.Segment::id).max().orElse(0)];
      Map<Integer, Rle> masks = Rle.ofLabels(map.ids(), map.height(), map.width());
      for (PanopticMap.Segment s : map.segments()) {
        if (s.thing() && masks.containsKey(s.id())) {
          things.add(tile, s.classIndex(), s.score(), masks.get(s.id()));
        } else if (!s.thing()) {
          stuffOf[s.id()] = -1 - s.classIndex();
          stuff.merge(s.classIndex(), s.score(), Math::max);
        }
      }
      Window window = grid.tile(tile);
      Window core = grid.core(tile);
      for (int y = core.y(); y < core.bottom(); y++) {
        int from = (y - window.y()) * map.width() - window.x();
        for (int x = core.x(); x < core.right(); x++) {
          ids[y * width + x] = stuffOf[map.ids()[from + x]];
        }
      }
    }

    @Override
    public PanopticMap joined() {
      List<PanopticMap.Segment> segments = new ArrayList<>();
      for (TiledObjects.Found thing : things.joined()) {
        int id = segments.size() + 1;
        if (paint(thing.mask(), id)) {
          segments.add(new PanopticMap.Segment(id, thing.classIndex(), true, thing.score()));
        }
      }
      int[] idOf = new int[context.classes().size() + 1];
      boolean[] seen = new boolean[idOf.length];
      for (int id : ids) {
        if (id < 0) {
          seen[-id] = true;
        }
      }
      stuff.forEach(
          (index, score) -> {
            if (seen[index + 1]) {
              idOf[index + 1] = segments.size() + 1;
              segments.add(new PanopticMap.Segment(idOf[index + 1], index, false, score));
            }
          });
      for (int i = 0; i < ids.length; i++) {
        ids[i] = ids[i] < 0 ? idOf[-ids[i]] : ids[i];
      }
      return new PanopticMap(grid.picture().height(), width, ids, segments);
    }

    @Override
    public List<String> notes() {
      return things.notes();
    }

    /** Whether a pixel was left for it. */
    private boolean paint(Rle mask, int id) {
      boolean[] painted = {false};
      mask.forEachRun(
          (x, y0, y1) -> {
            for (int y = y0; y < y1; y++) {
              if (ids[y * width + x] <= 0) {
                ids[y * width + x] = id;
                painted[0] = true;
              }
            }
          });
      return painted[0];
    }
  }

  @Override
  public PanopticMap sampled(PanopticMap result, Size size) {
    int[] small = NearestPixels.of(result.ids(), new Size(result.width(), result.height()), size);
    return new PanopticMap(size.height(), size.width(), small, result.segments());
  }
}
