package org.maskwright.datasets.mask;

/** Panoptic PNGs hold a segment's id as a colour: id = R + 256 G + 65536 B; 0 is void. */
public final class PanopticIds {
  public static final int VOID = 0;
  public static final int MAX_ID = (1 << 24) - 1;

  private PanopticIds() {}

  /** The id of a colour of three values 0 to 255. */
  public static int fromRgb(int red, int green, int blue) {
    return red | green << 8 | blue << 16;
  }
}
