package org.maskwright.datasets.transform;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.mask.Box;

/**
 * What a view shows of the targets whose masks nobody drew: points and boxes moved with the
 * picture, points outside of it left out, boxes cut.
 *
 * <p>The view shows such a target if it shows a point inside it, or where nobody marked any, a
 * pixel of its box. Of one of which the class alone is known, a view of the whole picture does.
 */
final class WeakTargets {
  /** Of each target; null where it has a mask. */
  private final List<WeakLabel> labels;

  /** Of each target, whether the view shows it. */
  private final List<Boolean> shown;

  private WeakTargets(List<WeakLabel> labels, List<Boolean> shown) {
    this.labels = labels;
    this.shown = shown;
  }

  /**
   * Those of a sample.
   *
   * @throws DatasetException if several segments are one target and one of them has no mask
   */
  static WeakTargets of(Sample sample, Targets targets, View view) {
    List<WeakLabel> labels = new ArrayList<>(Collections.nCopies(targets.count(), null));
    List<Boolean> shown = new ArrayList<>(Collections.nCopies(targets.count(), true));
    int[] segmentsOf = new int[targets.count()];
    int[] targetOf = targets.targetOf();
    for (int target : targetOf) {
      if (target >= 0) {
        segmentsOf[target]++;
      }
    }
    for (int i = 0; i < targetOf.length; i++) {
      Segment segment = sample.segments().get(i);
      if (targetOf[i] >= 0 && segment.mask() instanceof SegmentMask.Weak weak) {
        requireAlone(segmentsOf[targetOf[i]], segment, sample);
        WeakLabel moved = moved(weak.label(), view);
        labels.set(targetOf[i], moved);
        shown.set(targetOf[i], shows(weak.label(), moved, view));
      }
    }
    return new WeakTargets(labels, shown);
  }

  private static void requireAlone(int segments, Segment segment, Sample sample) {
    if (segments > 1) {
      throw new DatasetException(
              "%d segments of its class are one target, which points and boxes of objects do not make: train on such an annotation with task = instance"
                  .formatted(segments))
          .forImage(sample.info().imageId())
          .forAnnotation(segment.id());
    }
  }

  private static WeakLabel moved(WeakLabel label, View view) {
    Size content = view.content();
    PointLabels points = label.points().at(view.map(label.points().coordinates()));
    PointLabels inView =
        points.where(
            p ->
                points.x(p) >= 0
                    && points.y(p) >= 0
                    && points.x(p) < content.width()
                    && points.y(p) < content.height());
    Optional<Box> box =
        label
            .box()
            .map(b -> moved(b, view))
            .flatMap(b -> WeakLabel.clipped(b, content))
            .filter(b -> showsPixel(b.x(), b.width()) && showsPixel(b.y(), b.height()));
    return new WeakLabel(box, inView);
  }

  private static Box moved(Box box, View view) {
    double[] corners =
        view.map(new double[] {box.x(), box.y(), box.x() + box.width(), box.y() + box.height()});
    double left = Math.min(corners[0], corners[2]);
    double top = Math.min(corners[1], corners[3]);
    return new Box(left, top, Math.abs(corners[2] - corners[0]), Math.abs(corners[3] - corners[1]));
  }

  /** Whether a stretch of pixels has a centre of one in it. */
  private static boolean showsPixel(double from, double length) {
    return Math.ceil(from - 0.5) + 0.5 < from + length;
  }

  private static boolean shows(WeakLabel whole, WeakLabel moved, View view) {
    if (whole.classOnly()) {
      return view.steps().stream().noneMatch(View.Crop.class::isInstance);
    }
    return whole.points().anyInside() ? moved.points().anyInside() : moved.box().isPresent();
  }

  /** Whether a target has no mask. */
  boolean has(int target) {
    return labels.get(target) != null;
  }

  /** Whether the view shows a target without a mask. */
  boolean shows(int target) {
    return shown.get(target);
  }

  /** What is known of a target without a mask, as the view shows it. */
  Optional<WeakLabel> get(int target) {
    return Optional.ofNullable(labels.get(target));
  }
}
