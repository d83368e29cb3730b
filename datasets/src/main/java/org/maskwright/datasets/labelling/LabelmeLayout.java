package org.maskwright.datasets.labelling;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.json.JsonTree;

/**
 * labelme: a JSON file for each photograph, beside it or in a folder of its own. Shapes of one
 * label and one {@code group_id} are one object.
 *
 * <p><b>Source</b> labelme 5 (github.com/wkentaro/labelme), {@code label_file.py} and {@code
 * utils/shape.py}: a circle is a centre and a point on it, a mask a PNG in the box of its points.
 */
public final class LabelmeLayout implements ToolLayout {
  /** The flag of a shape that is a group of objects, which {@code data convert} writes. */
  private static final String CROWD = "iscrowd";

  private static final Set<String> NO_AREAS = Set.of("line", "linestrip", "point", "points");

  @Override
  public String name() {
    return "labelme";
  }

  @Override
  public String description() {
    return "a JSON file with \"shapes\" for each photograph, beside it or in a folder of its own";
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    Optional<String> file =
        query.firstJson(
            head ->
                head.contains("\"shapes\"")
                    && (head.contains("\"imagePath\"") || head.contains("\"shape_type\"")));
    return file.flatMap(
        one ->
            ShapeDataset.found(
                query,
                name(),
                PhotoIndex.of(new DataFolder(query.root(), query.asked().links())).others(".json"),
                one + " (labelme)"));
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    return open(settings, problems, LabelmeLayout::areas, NO_AREAS);
  }

  /** How the shapes of a file become objects. */
  @FunctionalInterface
  interface Objects {
    List<Segment> of(JsonTree tree, Size size, ClassNames classes);
  }

  /**
   * Opens a folder.
   *
   * @param ignored types of shapes that say nothing
   */
  static ShapeDataset open(
      DatasetSettings settings,
      Consumer<DatasetException> problems,
      Objects objects,
      Set<String> ignored) {
    PhotoIndex index = PhotoIndex.of(settings.folder());
    Reading reading = new Reading(settings, index, problems, objects, ignored);
    index.others(".json").forEach(reading::add);
    return reading.dataset();
  }

  /** What the files of one data set hold together. */
  private static final class Reading {
    private final DatasetSettings settings;
    private final PhotoIndex index;
    private final Consumer<DatasetException> problems;
    private final Objects objects;
    private final Set<String> ignored;
    private final List<ShapeDataset.Item> items = new ArrayList<>();
    private final Set<String> labels = new TreeSet<>();
    private final Set<String> unlabelled;
    private int noAreas;
    private ClassNames classes;

    Reading(
        DatasetSettings settings,
        PhotoIndex index,
        Consumer<DatasetException> problems,
        Objects objects,
        Set<String> ignored) {
      this.settings = settings;
      this.index = index;
      this.problems = problems;
      this.objects = objects;
      this.ignored = ignored;
      this.unlabelled = new TreeSet<>(index.photos());
    }

    void add(String file) {
      Path path = settings.root().resolve(file);
      try {
        JsonTree tree = read(path);
        if (tree.find("shapes").isEmpty()) {
          return; // of another program
        }
        for (JsonTree shape : tree.get("shapes").elements()) {
          if (ignored.contains(type(shape))) {
            noAreas++;
          } else {
            labels.add(shape.get("label").text());
          }
        }
        Optional<String> said = tree.find("imagePath").map(JsonTree::text);
        String photo =
            said.flatMap(name -> index.named(file, name))
                .or(() -> index.besides(file))
                .orElseThrow(
                    () ->
                        new DatasetException(
                            "no photograph %s, neither beside it nor elsewhere in the folder"
                                .formatted(said.orElse("of its name"))));
        unlabelled.remove(photo);
        items.add(
            new ShapeDataset.Item(
                photo,
                file,
                ShapeDataset.partOf(file),
                tree.find("imageWidth").map(JsonTree::integer).orElse(0),
                tree.find("imageHeight").map(JsonTree::integer).orElse(0),
                size -> objects.of(read(path), size, classes)));
      } catch (DatasetException e) {
        problems.accept(e.inFile(path));
      }
    }

    ShapeDataset dataset() {
      classes = ClassNames.of(settings, List.of(), labels);
      List<String> notes = new ArrayList<>();
      if (noAreas > 0) {
        notes.add(
            "%s: %d lines and points are left out, as they have no area"
                .formatted(settings.root(), noAreas));
      }
      if (!unlabelled.isEmpty()) {
        notes.add(
            "%s: %d photographs without a file are left out: %s"
                .formatted(
                    settings.root(), unlabelled.size(), String.join(", ", first(unlabelled))));
      }
      return ShapeDataset.of(settings, classes.categories(), items, notes, problems);
    }

    private static List<String> first(Set<String> names) {
      return names.stream().limit(5).toList();
    }

    private static JsonTree read(Path file) {
      return JsonTree.read(file, Set.of("imageData"));
    }
  }

  static String type(JsonTree shape) {
    return shape.find("shape_type").map(JsonTree::text).orElse("polygon");
  }

  private static List<Segment> areas(JsonTree tree, Size size, ClassNames classes) {
    Map<String, List<SegmentMask>> masks = new LinkedHashMap<>();
    Map<String, Integer> classOf = new LinkedHashMap<>();
    Set<String> crowds = new HashSet<>();
    int number = 0;
    for (JsonTree shape : tree.get("shapes").elements()) {
      number++;
      if (NO_AREAS.contains(type(shape))) {
        continue;
      }
      String label = shape.get("label").text();
      String object = object(shape, number);
      classOf.put(object, classes.indexOf(label));
      if (flag(shape, CROWD)) {
        crowds.add(object);
      }
      try {
        masks.computeIfAbsent(object, o -> new ArrayList<>()).add(mask(shape, size));
      } catch (IllegalArgumentException e) {
        throw shape.error(e.getMessage());
      }
    }
    List<Segment> segments = new ArrayList<>();
    masks.forEach(
        (object, parts) ->
            segments.add(
                new Segment(
                    classOf.get(object),
                    crowds.contains(object),
                    segments.size() + 1,
                    Shapes.united(parts, size))));
    return segments;
  }

  /**
   * The name of the object that a shape is of: that of its label and group, or of the shape alone.
   *
   * @param number of the shape in the file
   */
  static String object(JsonTree shape, int number) {
    return shape
        .find("group_id")
        .map(group -> shape.get("label").text() + " " + group.integer())
        .orElse("shape " + number);
  }

  /** Whether a shape has a flag set. */
  static boolean flag(JsonTree shape, String name) {
    return shape.find("flags").flatMap(f -> f.find(name)).map(JsonTree::isTrue).orElse(false);
  }

  static SegmentMask mask(JsonTree shape, Size size) {
    double[] points = shape.get("points").points();
    String type = type(shape);
    boolean corners = type.equals("rectangle") || type.equals("circle") || type.equals("mask");
    if (corners && points.length < 4) {
      throw shape.error("%s: expected 2 points, got %d".formatted(type, points.length / 2));
    }
    return switch (type) {
      case "polygon", "oriented_rectangle" -> polygon(points);
      case "rectangle" ->
          polygon(
              points.length == 4
                  ? Shapes.rectangle(points[0], points[1], points[2], points[3])
                  : points);
      case "circle" -> {
        double radius = Math.hypot(points[2] - points[0], points[3] - points[1]);
        yield polygon(Shapes.ellipse(points[0], points[1], radius, radius, 0));
      }
      case "mask" -> {
        byte[] png = Base64.getMimeDecoder().decode(shape.get("mask").text());
        yield EmbeddedMask.of(png).at((int) points[0], (int) points[1], size);
      }
      default ->
          throw shape.error(
              "shape_type: expected polygon, rectangle, oriented_rectangle, circle or mask, got "
                  + type);
    };
  }

  private static SegmentMask polygon(double[] ring) {
    return new SegmentMask.Polygons(List.of(Shapes.checked(ring)));
  }
}
