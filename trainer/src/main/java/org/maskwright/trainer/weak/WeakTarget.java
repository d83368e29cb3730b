package org.maskwright.trainer.weak;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.mask.Box;
import org.maskwright.trainer.loss.Places;
import org.maskwright.trainer.loss.PointSource;

/**
 * A target of which points, a box, both, or neither are known. Its places are its points and, where
 * it has points and a box, random ones outside the box.
 *
 * <p>On a grid each point's cell counts as the point, and the cells outside the box together as
 * much as the random points would.
 */
final class WeakTarget implements TargetSupervision {
  private final int category;
  private final PointLabels points;
  private final Size padded;
  private final PointLosses losses;
  private final Optional<BoxLabel> box;
  private final Optional<Outside> outside;

  /**
   * Of an image in a batch.
   *
   * @param label in pixels of the padded image
   * @param colours of the picture; empty if nothing is learnt from boxes
   */
  WeakTarget(
      int category,
      WeakLabel label,
      Size padded,
      PointLosses losses,
      Optional<ColourEdges> colours) {
    this.category = category;
    this.points = label.points();
    this.padded = padded;
    this.losses = losses;
    double share = points.count() > 0 ? losses.box() : 1;
    this.box =
        share == 0
            ? Optional.empty()
            : colours.flatMap(c -> label.box().map(b -> boxLabel(b, padded, share, c)));
    this.outside =
        points.count() == 0 || losses.negatives() == 0
            ? Optional.empty()
            : label.box().map(b -> new Outside(b, padded)).filter(o -> !o.isEmpty());
  }

  private static BoxLabel boxLabel(Box box, Size padded, double share, ColourEdges colours) {
    return new BoxLabel(
        box.x() / padded.width(),
        box.y() / padded.height(),
        (box.x() + box.width()) / padded.width(),
        (box.y() + box.height()) / padded.height(),
        share,
        colours);
  }

  @Override
  public int category() {
    return category;
  }

  @Override
  public Optional<Places> places(PointSource.Uniform random) {
    boolean some = losses.perStep() > 0 && losses.perStep() < points.count();
    int own = some ? losses.perStep() : points.count();
    int negatives = outside.isPresent() ? losses.negatives() : 0;
    float[] xy = new float[2 * (own + negatives)];
    float[] labels = new float[own + negatives];
    float[] weights = new float[own + negatives];
    float[] drawn =
        some || negatives > 0
            ? random.points(negatives + (some ? points.count() : 0))
            : new float[0];
    int[] chosen = some ? chosen(drawn, 2 * negatives, own) : all();
    for (int i = 0; i < own; i++) {
      xy[2 * i] = (float) (points.x(chosen[i]) / padded.width());
      xy[2 * i + 1] = (float) (points.y(chosen[i]) / padded.height());
      labels[i] = points.inside(chosen[i]) ? 1 : 0;
      weights[i] = points.weight(chosen[i]);
    }
    if (negatives > 0) {
      outside.get().place(drawn, 0, negatives, xy, 2 * own);
      Arrays.fill(weights, own, own + negatives, 1);
    }
    return Optional.of(new Places(xy, labels, weights));
  }

  private int[] all() {
    int[] out = new int[points.count()];
    Arrays.setAll(out, i -> i);
    return out;
  }

  /** So many different points: the first of a shuffled list. */
  private int[] chosen(float[] uniform, int from, int count) {
    int[] order = all();
    for (int i = 0; i < count; i++) {
      int other = i + (int) (uniform[from + 2 * i] * (order.length - i));
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
    return Arrays.copyOf(order, count);
  }

  @Override
  public double weight(String term) {
    return term.equals("loss_dice") ? losses.dice() : 1;
  }

  @Override
  public <E> Optional<E> said(Class<E> type) {
    return box.filter(type::isInstance).map(type::cast);
  }

  @Override
  public void labels(float[] at, int from, int count, float[] labels, int to) {
    Cells cells = cells(padded.height(), padded.width());
    for (int i = 0; i < count; i++) {
      labels[to + i] = cells.label(cells.of(at[from + 2 * i], at[from + 2 * i + 1]));
    }
  }

  @Override
  public void weights(float[] at, int from, int count, float[] weights, int to) {
    Cells cells = cells(padded.height(), padded.width());
    for (int i = 0; i < count; i++) {
      weights[to + i] = cells.weight(cells.of(at[from + 2 * i], at[from + 2 * i + 1]));
    }
  }

  @Override
  public void grid(int height, int width, float[] labels, int to) {
    Arrays.fill(labels, to, to + height * width, 0);
    cells(height, width).labels.forEach((cell, label) -> labels[to + cell] = label);
  }

  @Override
  public void gridWeights(int height, int width, float[] weights, int to) {
    Cells cells = cells(height, width);
    for (int cell = 0; cell < height * width; cell++) {
      weights[to + cell] = cells.weight(cell);
    }
  }

  /** The points in the cells of a grid. */
  private Cells cells(int height, int width) {
    Cells out = new Cells(height, width);
    for (int p = 0; p < points.count(); p++) {
      int cell =
          out.of((float) (points.x(p) / padded.width()), (float) (points.y(p) / padded.height()));
      out.labels.put(cell, points.inside(p) ? 1f : 0f);
      out.weights.put(cell, points.weight(p));
    }
    return out;
  }

  /** What the cells of a grid over the padded image are labelled with. */
  private final class Cells {
    private final int height;
    private final int width;
    private final Map<Integer, Float> labels = new HashMap<>();
    private final Map<Integer, Float> weights = new HashMap<>();

    Cells(int height, int width) {
      this.height = height;
      this.width = width;
    }

    int of(float x, float y) {
      int column = Math.max(0, Math.min(width - 1, (int) (x * width)));
      int row = Math.max(0, Math.min(height - 1, (int) (y * height)));
      return row * width + column;
    }

    float label(int cell) {
      return labels.getOrDefault(cell, 0f);
    }

    /** A cell outside the box counts as its part of the random points there. */
    float weight(int cell) {
      Float own = weights.get(cell);
      if (own != null || outside.isEmpty()) {
        return own == null ? 0 : own;
      }
      int row = cell / width;
      return outside.get().has((cell - row * width + 0.5) / width, (row + 0.5) / height)
          ? (float) (losses.negatives() / (outside.get().area() * height * width))
          : 0;
    }
  }
}
