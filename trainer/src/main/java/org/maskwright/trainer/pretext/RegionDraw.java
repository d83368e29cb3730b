package org.maskwright.trainer.pretext;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.maskwright.datasets.MaskStack;
import org.maskwright.engine.tensor.RandomStream;

/**
 * Regions of a picture for a step: some of them at random; where there are fewer all of them, again
 * and again, each time in another order; none at all are empty ones.
 *
 * <p><b>Source</b> R-MAE (arXiv 2306.05411), official code
 *
 * @param masks of the picture
 * @param chosen numbers of masks
 */
record RegionDraw(MaskStack masks, List<Integer> chosen) {
  static RegionDraw of(MaskStack masks, int count, RandomStream random) {
    List<Integer> all =
        IntStream.range(0, masks.count()).filter(n -> !masks.isEmpty(n)).boxed().toList();
    List<Integer> chosen = new ArrayList<>();
    while (!all.isEmpty() && chosen.size() < count) {
      List<Integer> shuffled = shuffled(all, random);
      chosen.addAll(shuffled.subList(0, Math.min(all.size(), count - chosen.size())));
    }
    return new RegionDraw(masks, chosen);
  }

  private static List<Integer> shuffled(List<Integer> all, RandomStream random) {
    List<Integer> out = new ArrayList<>(all);
    for (int i = out.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = out.get(i);
      out.set(i, out.get(j));
      out.set(j, swap);
    }
    return out;
  }

  /** Writes them as planes of 0 and 1, one behind the other from {@code offset} on. */
  void into(float[] target, int offset, int height, int width) {
    byte[] plane = new byte[masks.height() * masks.width()];
    for (int k = 0; k < chosen.size(); k++) {
      masks.unpack(chosen.get(k), plane, 0);
      for (int y = 0; y < masks.height(); y++) {
        int to = offset + (k * height + y) * width;
        for (int x = 0; x < masks.width(); x++) {
          target[to + x] = plane[y * masks.width() + x];
        }
      }
    }
  }
}
