package org.maskwright.trainer.result;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.GroundTruth;

/**
 * The annotation of an image in the forms that the official metrics compare with, at the image's
 * stored size.
 */
public final class Truth {
  private Truth() {}

  /** True segments as ids 1, 2, ... and their records. */
  record Panoptic(LabelMap ids, List<PanopticSegment> segments) {}

  /** The classes of objects. */
  static List<Category> things(Categories categories) {
    return categories.asList().stream().filter(Category::thing).toList();
  }

  static Panoptic panoptic(List<Segment> segments, Categories categories, Size size) {
    int[] ids = new int[Math.multiplyExact(size.width(), size.height())];
    List<PanopticSegment> records = new ArrayList<>();
    for (Segment segment : segments) {
      Rle rle = segment.mask().toRle(size);
      int id = records.size() + 1;
      rle.paint(ids, id);
      records.add(
          new PanopticSegment(
              id, categories.get(segment.category()).id(), segment.crowd(), rle.area()));
    }
    return new Panoptic(new LabelMap(size.height(), size.width(), ids), records);
  }

  static List<GroundTruth> instances(List<Segment> segments, Categories categories, Size size) {
    List<GroundTruth> out = new ArrayList<>();
    for (Segment segment : segments) {
      if (categories.isThing(segment.category())) {
        Rle rle = segment.mask().toRle(size);
        int id = categories.get(segment.category()).id();
        out.add(segment.crowd() ? GroundTruth.ofCrowd(id, rle) : GroundTruth.ofMask(id, rle));
      }
    }
    return out;
  }
}
