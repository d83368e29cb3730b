package org.maskwright.trainer.contrast;

import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.ViewCrop;
import org.maskwright.datasets.picture.Picture;

/**
 * Which points of two views of a picture are taken to be one.
 *
 * @param views of the picture
 * @param matches of all points of the first view that the second one shows
 */
record PointMatches(PointViews views, List<Match> matches) {
  private static final int SHOWN = 12;
  private static final int DOT = 2;
  private static final int GAP = 4;
  private static final int LEAST = 640;
  private static final int[] COLOURS = {
    0xE6194B, 0x3CB44B, 0xFFE119, 0x4363D8, 0xF58231, 0x911EB4, 0x46F0F0, 0xF032E6, 0xBCF60C,
    0xFABEBE, 0x008080, 0xE6BEFF
  };

  /**
   * A point.
   *
   * @param x column in the first view, in pixels
   * @param y row in the first view
   * @param foundX column in the second view where it is taken to be
   * @param foundY row there
   * @param trueX column in the second view where it is
   * @param trueY row there
   * @param right whether the two are at most a place of the map apart
   */
  record Match(
      double x, double y, double foundX, double foundY, double trueX, double trueY, boolean right) {
    /** How far off it is, in pixels of the view. */
    double off() {
      return Math.hypot(foundX - trueX, foundY - trueY);
    }
  }

  /** How many points are found. */
  long right() {
    return matches.stream().filter(Match::right).count();
  }

  /**
   * Both views side by side with some points, one colour each; where a point is taken to be
   * elsewhere, a white line leads to where it is.
   *
   * @param photograph of any size
   */
  Picture picture(Picture photograph) {
    int side = views.first().view().width();
    Canvas canvas = new Canvas(2 * side + GAP, side);
    canvas.view(photograph, views.first(), 0);
    canvas.view(photograph, views.second(), side + GAP);
    int shown = Math.min(SHOWN, matches.size());
    for (int i = 0; i < shown; i++) {
      Match match = matches.get((int) ((long) i * matches.size() / shown));
      int colour = COLOURS[i % COLOURS.length];
      int right = side + GAP;
      if (!match.right()) {
        canvas.line(right + match.foundX(), match.foundY(), right + match.trueX(), match.trueY());
      }
      canvas.dot(match.x(), match.y(), colour);
      canvas.dot(right + match.foundX(), match.foundY(), colour);
    }
    Picture strip = Picture.ofRgb(canvas.rgb, canvas.width, canvas.height);
    return canvas.width < LEAST ? strip.resized(LEAST) : strip;
  }

  private static final class Canvas {
    private final int width;
    private final int height;
    private final byte[] rgb;

    Canvas(int width, int height) {
      this.width = width;
      this.height = height;
      this.rgb = new byte[3 * width * height];
      Arrays.fill(rgb, (byte) 0xFF);
    }

    void view(Picture photograph, ViewCrop crop, int left) {
      for (int y = 0; y < crop.view().height(); y++) {
        for (int x = 0; x < crop.view().width(); x++) {
          double px = crop.pictureX(x + 0.5) / crop.picture().width();
          double py = crop.pictureY(y + 0.5) / crop.picture().height();
          set(
              left + x,
              y,
              photograph.at(
                  (int) Math.min(photograph.width() - 1, px * photograph.width()),
                  (int) Math.min(photograph.height() - 1, py * photograph.height())));
        }
      }
    }

    void dot(double x, double y, int colour) {
      for (int dy = -DOT - 1; dy <= DOT + 1; dy++) {
        for (int dx = -DOT - 1; dx <= DOT + 1; dx++) {
          boolean edge = Math.max(Math.abs(dx), Math.abs(dy)) > DOT;
          set((int) x + dx, (int) y + dy, edge ? 0 : colour);
        }
      }
    }

    void line(double fromX, double fromY, double toX, double toY) {
      int steps = (int) Math.ceil(Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY)));
      for (int i = 0; i <= steps; i++) {
        double t = (double) i / Math.max(1, steps);
        set((int) (fromX + t * (toX - fromX)), (int) (fromY + t * (toY - fromY)), 0xFFFFFF);
      }
    }

    private void set(int x, int y, int colour) {
      if (x >= 0 && x < width && y >= 0 && y < height) {
        int at = 3 * (y * width + x);
        rgb[at] = (byte) (colour >> 16);
        rgb[at + 1] = (byte) (colour >> 8);
        rgb[at + 2] = (byte) colour;
      }
    }
  }
}
