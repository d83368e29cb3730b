package org.maskwright.trainer.loop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.mask.LabelMap;

/** Images in memory whose segments are rectangles, each in a colour of its own. */
public record Tiles(Categories categories, int side, List<List<Tile>> images) implements Dataset {
  /** Segment of a class, painted over the ones before it. */
  public record Tile(int category, int x, int y, int width, int height) {}

  @Override
  public String name() {
    return "tiles";
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public Set<Task> tasks() {
    return EnumSet.allOf(Task.class);
  }

  @Override
  public SampleInfo info(int index) {
    return new SampleInfo(
        ImageId.of(index + 1), Path.of("tile-" + (index + 1) + ".png"), side, side);
  }

  private int[] ids(int index) {
    int[] ids = new int[side * side];
    int id = 0;
    for (Tile t : images.get(index)) {
      id++;
      for (int y = t.y(); y < t.y() + t.height(); y++) {
        for (int x = t.x(); x < t.x() + t.width(); x++) {
          ids[y * side + x] = id;
        }
      }
    }
    return ids;
  }

  @Override
  public List<Segment> segments(int index) {
    LabelMap map = new LabelMap(side, side, ids(index));
    List<Segment> out = new ArrayList<>();
    for (Tile t : images.get(index)) {
      int id = out.size() + 1;
      out.add(new Segment(t.category(), false, id, new SegmentMask.Labelled(map, id)));
    }
    return out;
  }

  @Override
  public RgbImage image(int index) {
    int[] ids = ids(index);
    byte[] rgb = new byte[3 * ids.length];
    for (int i = 0; i < ids.length; i++) {
      for (int c = 0; c < 3; c++) {
        rgb[3 * i + c] = (byte) (37 * ids[i] * (c + 1) + 90 * index + (i * 31 + c * 17) % 13);
      }
    }
    return new RgbImage(side, side, rgb);
  }
}
