package org.maskwright.datasets.labelling;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.datasets.mask.Box;

/**
 * labelme's files where objects are clicked, scribbled and boxed: points and lines are places of
 * the object, or outside of it if the shape has the flag {@code outside}; rectangles are boxes.
 * Shapes of one label and one {@code group_id} are one object; one with a polygon, circle or mask
 * among them has a mask.
 *
 * <p>What is scribbled of one object is outside the others: their labels together count as much as
 * the object's own.
 *
 * <p>Differs from {@link LabelmeLayout}, which leaves out what has no area and takes rectangles for
 * masks; a folder is never found to be of this layout, it has to be named.
 */
public final class LabelmeWeakLayout implements ToolLayout {
  private static final String OUTSIDE = "outside";
  private static final Set<String> STROKES = Set.of("line", "linestrip", "point", "points");

  @Override
  public String name() {
    return "labelme-weak";
  }

  @Override
  public String description() {
    return "as labelme, with points, scribbled lines and rectangles in place of masks; to be named";
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    return Optional.empty();
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    return LabelmeLayout.open(settings, problems, LabelmeWeakLayout::objects, Set.of())
        .withSomeMasks();
  }

  /** What was drawn of one object. */
  private static final class Drawn {
    private final int category;
    private final List<SegmentMask> masks = new ArrayList<>();
    private PointLabels points = PointLabels.NONE;
    private Optional<Box> box = Optional.empty();

    Drawn(int category) {
      this.category = category;
    }

    void add(JsonTree shape, Size size) {
      String type = LabelmeLayout.type(shape);
      double[] xy = shape.get("points").points();
      if (STROKES.contains(type)) {
        boolean inside = !LabelmeLayout.flag(shape, OUTSIDE);
        PointLabels places =
            type.startsWith("point") ? Strokes.points(xy, inside) : Strokes.along(xy, inside);
        points = points.and(places);
      } else if (type.equals("rectangle")) {
        box = Optional.of(around(shape, xy));
      } else {
        masks.add(LabelmeLayout.mask(shape, size));
      }
    }

    private static Box around(JsonTree shape, double[] xy) {
      if (xy.length < 4) {
        throw shape.error("rectangle: expected 2 points, got %d".formatted(xy.length / 2));
      }
      double left = Math.min(xy[0], xy[2]);
      double top = Math.min(xy[1], xy[3]);
      return new Box(left, top, Math.max(xy[0], xy[2]) - left, Math.max(xy[1], xy[3]) - top);
    }

    SegmentMask mask(PointLabels others, Size size) {
      if (!masks.isEmpty()) {
        return Shapes.united(masks, size);
      }
      if (points.count() > 0 && !points.anyInside() && box.isEmpty()) {
        throw new DatasetException(
            "expected a point or line of the object, got some with the flag outside alone; give them the label and group_id of their object");
      }
      PointLabels own = points;
      WeakLabel label =
          new WeakLabel(box, own.count() == 0 ? own : own.and(Strokes.beside(own, others)));
      return new SegmentMask.Weak(label.within(size));
    }
  }

  private static List<Segment> objects(JsonTree tree, Size size, ClassNames classes) {
    Map<String, Drawn> drawn = new LinkedHashMap<>();
    Map<String, JsonTree> first = new LinkedHashMap<>();
    int number = 0;
    for (JsonTree shape : tree.get("shapes").elements()) {
      String object = LabelmeLayout.object(shape, ++number);
      int category = classes.indexOf(shape.get("label").text());
      first.putIfAbsent(object, shape);
      try {
        drawn.computeIfAbsent(object, o -> new Drawn(category)).add(shape, size);
      } catch (IllegalArgumentException e) {
        throw shape.error(e.getMessage());
      }
    }
    List<Segment> segments = new ArrayList<>();
    drawn.forEach(
        (object, of) -> {
          PointLabels others = PointLabels.NONE;
          for (Drawn other : drawn.values()) {
            others = other == of ? others : others.and(other.points);
          }
          long id = segments.size() + 1L;
          try {
            segments.add(new Segment(of.category, false, id, of.mask(others, size)));
          } catch (IllegalArgumentException e) {
            throw first.get(object).error(e.getMessage()).forAnnotation(id);
          }
        });
    return segments;
  }
}
