package org.maskwright.datasets.scenes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.picture.Picture;

/** Shapes on grey ground, with noise; each covers what comes before it. */
final class ShapePicture {
  private static final double NOISE = 0.03;

  private final int size;
  private final byte[] rgb;
  private final byte[][] masks; // of each shape, hidden parts too

  private ShapePicture(int size, byte[] rgb, byte[][] masks) {
    this.size = size;
    this.rgb = rgb;
    this.masks = masks;
  }

  /**
   * Draws shapes.
   *
   * @param size width and height in pixels
   * @param random of the ground and the noise
   */
  static ShapePicture of(List<ShapeFigure> shapes, int size, SceneRandom random) {
    double grey = random.between(0.2, 0.8);
    Rgb ground = new Rgb(grey, grey, grey);
    byte[] rgb = new byte[3 * size * size];
    byte[][] masks = new byte[shapes.size()][size * size];
    for (int p = 0; p < size * size; p++) {
      int row = p / size;
      double x = (p - row * size + 0.5) / size;
      double y = (row + 0.5) / size;
      Rgb colour = ground;
      for (int s = 0; s < masks.length; s++) {
        if (shapes.get(s).covers(x, y)) {
          colour = shapes.get(s).colour();
          masks[s][p] = 1;
        }
      }
      colour.varied(random, NOISE).write(rgb, 3 * p);
    }
    return new ShapePicture(size, rgb, masks);
  }

  /** Whether a shape covers a place, counted row by row, be it hidden there or not. */
  boolean covers(int shape, int place) {
    return masks[shape][place] == 1;
  }

  /** All that a shape covers. */
  Rle mask(int shape) {
    return Rle.ofBitmap(masks[shape], size, size);
  }

  /** Writes it as PNG. */
  void write(Path file) {
    try {
      Files.write(file, Picture.ofRgb(rgb, size, size).toPng());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
