package org.maskwright.trainer.loss;

import java.util.List;

/** The masks of each frame of the same targets. */
record VideoTargets(List<MaskSupervision> perFrame) implements Supervision {
  @Override
  public int height() {
    return perFrame.get(0).height();
  }

  @Override
  public int width() {
    return perFrame.get(0).width();
  }

  @Override
  public int frames() {
    return perFrame.size();
  }

  @Override
  public int count() {
    return perFrame.get(0).count();
  }

  @Override
  public int category(int n) {
    return perFrame.get(0).category(n);
  }

  @Override
  public double labelledPixels() {
    return perFrame.stream().mapToDouble(MaskSupervision::labelledPixels).sum();
  }

  @Override
  public void labels(
      int n, int frame, float[] points, int from, int count, float[] labels, int to) {
    perFrame.get(frame).labels(n, 0, points, from, count, labels, to);
  }

  @Override
  public void grid(int n, int frame, int height, int width, float[] labels, int to) {
    perFrame.get(frame).grid(n, 0, height, width, labels, to);
  }
}
