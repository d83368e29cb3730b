package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.OverlaySegment;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.modelzoo.postprocess.PanopticMap;

/** Results as pictures. */
public final class Drawing {
  private final Predictor predictor;
  private final double threshold;

  /**
   * Draws what a predictor found.
   *
   * @param threshold instances with a score below are left out of the picture
   */
  public Drawing(Predictor predictor, double threshold) {
    this.predictor = predictor;
    this.threshold = threshold;
  }

  private String name(int index) {
    return predictor.classes().classes().get(index).name();
  }

  /** The result of a task over its photograph. */
  public Picture picture(Task task, RgbImage photo, Predictor.Outputs outputs) {
    return picture(task, Overlay.on(photo.data(), photo.width(), photo.height()), outputs);
  }

  Picture picture(Task task, Overlay overlay, Predictor.Outputs outputs) {
    return switch (task) {
      case SEMANTIC -> {
        List<String> names =
            predictor.classes().classes().stream().map(ClassSpace.Entry::name).toList();
        yield overlay.semantic(predictor.semantic(outputs).labels(), -1, names);
      }
      case INSTANCE -> {
        List<OverlayInstance> drawn = new ArrayList<>();
        for (InstanceSet.Instance i : predictor.instances(outputs).instances()) {
          if (i.score() >= threshold && i.mask().area() > 0) {
            drawn.add(
                new OverlayInstance(
                    i.mask().toBitmap(), i.classIndex(), name(i.classIndex()), i.score()));
          }
        }
        yield overlay.instances(drawn);
      }
      case PANOPTIC -> {
        PanopticMap map = predictor.panoptic(outputs);
        List<OverlaySegment> segments = new ArrayList<>();
        for (PanopticMap.Segment s : map.segments()) {
          segments.add(
              new OverlaySegment(
                  s.id(), s.classIndex(), s.thing(), name(s.classIndex()), s.score()));
        }
        yield overlay.panoptic(map.ids(), segments);
      }
    };
  }
}
