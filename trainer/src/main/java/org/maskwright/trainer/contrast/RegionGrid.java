package org.maskwright.trainer.contrast;

import java.util.Arrays;
import org.maskwright.datasets.ViewCrop;

/**
 * Regions of a picture, n x n equal rectangles, on the map of a view.
 *
 * @param crop which part of the picture the view shows
 * @param height rows of the map
 * @param width columns of the map
 * @param stride pixels of the view from one place of the map to the next
 */
record RegionGrid(ViewCrop crop, int height, int width, double stride) {
  /** Column of the picture that the middle of a place lies in, in pixels. */
  double pictureX(int place) {
    return crop.pictureX((place % width + 0.5) * stride);
  }

  /** Row of the picture that the middle of a place lies in, in pixels. */
  double pictureY(int place) {
    return crop.pictureY((Math.floorDiv(place, width) + 0.5) * stride);
  }

  private boolean shows(int place) {
    return (place % width + 0.5) * stride < crop.view().width()
        && (Math.floorDiv(place, width) + 0.5) * stride < crop.view().height();
  }

  /**
   * The region of each place, row by row: 0 to n * n - 1; -1 in padding.
   *
   * @param n rows and columns of regions
   */
  int[] labels(int n) {
    int[] labels = new int[height * width];
    for (int i = 0; i < labels.length; i++) {
      int column = (int) (pictureX(i) * n / crop.picture().width());
      int row = (int) (pictureY(i) * n / crop.picture().height());
      labels[i] = shows(i) ? Math.min(n - 1, row) * n + Math.min(n - 1, column) : -1;
    }
    return labels;
  }

  /** The diagonal of a place in pixels of the picture. */
  private double diagonal() {
    return Math.hypot(
        stride * crop.width() / crop.view().width(), stride * crop.height() / crop.view().height());
  }

  /**
   * For each place the nearest one of another view's map, if their middles are nearer in the
   * picture than half the diagonal of a place, of the larger ones; else -1.
   */
  int[] partners(RegionGrid other) {
    double near = Math.max(diagonal(), other.diagonal()) / 2;
    int[] partners = new int[height * width];
    Arrays.fill(partners, -1);
    for (int i = 0; i < partners.length; i++) {
      int x = (int) Math.floor(other.crop.viewX(pictureX(i)) / other.stride);
      int y = (int) Math.floor(other.crop.viewY(pictureY(i)) / other.stride);
      if (shows(i) && x >= 0 && x < other.width && y >= 0 && y < other.height) {
        int j = y * other.width + x;
        double distance =
            Math.hypot(pictureX(i) - other.pictureX(j), pictureY(i) - other.pictureY(j));
        partners[i] = other.shows(j) && distance < near ? j : -1;
      }
    }
    return partners;
  }
}
