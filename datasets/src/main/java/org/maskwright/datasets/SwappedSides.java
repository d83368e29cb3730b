package org.maskwright.datasets;

/** What may be wrong with a mask or an annotation whose width is the photograph's height. */
public final class SwappedSides {
  private static final String HINT =
      "; width and height are exchanged: either the annotation has them the wrong way round, or it was drawn without the rotation that the photograph's EXIF tag asks for, which is applied here";

  private SwappedSides() {}

  /** The end of a message about sizes that differ; empty unless one is the other turned. */
  public static String hint(int width, int height, int gotWidth, int gotHeight) {
    return width == gotHeight && height == gotWidth ? HINT : "";
  }
}
