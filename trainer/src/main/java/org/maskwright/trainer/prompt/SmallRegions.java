package org.maskwright.trainer.prompt;

import java.util.Optional;
import org.maskwright.datasets.mask.Regions;

/** Takes small holes and islands out of masks. */
final class SmallRegions {
  private SmallRegions() {}

  /**
   * A mask with its holes filled and its islands removed that have fewer pixels than {@code least};
   * of a mask of such islands alone the largest stays.
   *
   * @return empty if there was nothing to do
   */
  static Optional<byte[]> without(byte[] mask, int height, int width, int least) {
    Optional<byte[]> filled = withoutHoles(mask, height, width, least);
    Optional<byte[]> cleared = withoutIslands(filled.orElse(mask), height, width, least);
    return cleared.or(() -> filled);
  }

  private static Optional<byte[]> withoutHoles(byte[] mask, int height, int width, int least) {
    byte[] background = new byte[mask.length];
    for (int i = 0; i < mask.length; i++) {
      background[i] = (byte) (mask[i] == 0 ? 1 : 0);
    }
    Regions holes = Regions.of(background, height, width);
    if (!hasSmall(holes, least)) {
      return Optional.empty();
    }
    byte[] out = new byte[mask.length];
    for (int i = 0; i < mask.length; i++) {
      out[i] = (byte) (mask[i] != 0 || holes.area(holes.at(i)) < least ? 1 : 0);
    }
    return Optional.of(out);
  }

  private static Optional<byte[]> withoutIslands(byte[] mask, int height, int width, int least) {
    Regions islands = Regions.of(mask, height, width);
    if (!hasSmall(islands, least)) {
      return Optional.empty();
    }
    int largest = 1;
    for (int part = 2; part <= islands.count(); part++) {
      largest = islands.area(part) > islands.area(largest) ? part : largest;
    }
    boolean none = islands.area(largest) < least;
    byte[] out = new byte[mask.length];
    for (int i = 0; i < mask.length; i++) {
      int part = islands.at(i);
      boolean stays = part > 0 && (none ? part == largest : islands.area(part) >= least);
      out[i] = (byte) (stays ? 1 : 0);
    }
    return Optional.of(out);
  }

  private static boolean hasSmall(Regions regions, int least) {
    for (int part = 1; part <= regions.count(); part++) {
      if (regions.area(part) < least) {
        return true;
      }
    }
    return false;
  }
}
