package org.maskwright.datasets.labelling;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.json.JsonTree;

/**
 * VGG Image Annotator 1 and 2: one JSON file, the project or its exported annotations, with the
 * regions of all photographs beside it; one for each part in {@code train} and {@code val}.
 *
 * <p><b>Source</b> www.robots.ox.ac.uk/~vgg/software/via: an ellipse's theta is in radians, from
 * the x axis, clockwise on the screen.
 */
public final class ViaLayout implements ToolLayout {
  private static final Set<String> NO_AREAS = Set.of("point", "polyline");

  /** Attributes that hold the class, the likeliest first; else the first that a region has. */
  private static final List<String> CLASS_ATTRIBUTES =
      List.of("class", "label", "name", "category", "type");

  private static final String NAMELESS = "object";

  @Override
  public String name() {
    return "via";
  }

  @Override
  public String description() {
    return "a JSON file of VGG Image Annotator with \"regions\" and \"shape_attributes\", beside"
        + " the photographs";
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    return query
        .firstJson(ViaLayout::isVia)
        .flatMap(
            one ->
                ShapeDataset.found(
                    query, name(), files(query.asked()), one + " (VGG Image Annotator)"));
  }

  private static boolean isVia(String head) {
    return head.contains("\"shape_attributes\"")
        || head.contains("\"_via_")
        || head.contains("\"filename\"") && head.contains("\"regions\""); // no region drawn
  }

  private static List<String> files(DatasetSettings settings) {
    return PhotoIndex.of(settings.folder()).others(".json").stream()
        .filter(file -> isVia(LayoutQuery.head(settings.root().resolve(file))))
        .toList();
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    Reading reading = new Reading(settings, problems);
    for (String file : files(settings)) {
      try {
        reading.add(file);
      } catch (DatasetException e) {
        problems.accept(e.inFile(settings.root().resolve(file)));
      }
    }
    return reading.dataset();
  }

  /** What the files of one data set hold together. */
  private static final class Reading {
    private final DatasetSettings settings;
    private final Consumer<DatasetException> problems;
    private final PhotoIndex index;
    private final List<Function<ClassNames, ShapeDataset.Item>> items = new ArrayList<>();
    private final Set<String> labels = new LinkedHashSet<>();
    private int noAreas;

    Reading(DatasetSettings settings, Consumer<DatasetException> problems) {
      this.settings = settings;
      this.problems = problems;
      this.index = PhotoIndex.of(settings.folder());
    }

    void add(String file) {
      JsonTree whole = JsonTree.read(settings.root().resolve(file), Set.of());
      JsonTree images = whole.find("_via_img_metadata").orElse(whole);
      for (String key : images.keys()) {
        JsonTree image = images.get(key);
        String said = image.get("filename").text();
        List<JsonTree> regions = areas(image);
        regions.forEach(region -> labels.add(label(region)));
        index
            .named(file, said)
            .ifPresentOrElse(
                photo -> items.add(classes -> item(file, photo, regions, classes)),
                () ->
                    problems.accept(
                        DatasetException.ofFile(
                            settings.root().resolve(file), "no photograph " + said)));
      }
    }

    private List<JsonTree> areas(JsonTree image) {
      List<JsonTree> areas = new ArrayList<>();
      for (JsonTree region : regions(image)) {
        if (NO_AREAS.contains(region.get("shape_attributes").get("name").text())) {
          noAreas++;
        } else {
          areas.add(region);
        }
      }
      return areas;
    }

    ShapeDataset dataset() {
      ClassNames classes = ClassNames.of(settings, List.of(), labels);
      List<String> notes =
          noAreas == 0
              ? List.of()
              : List.of(
                  "%s: %d points and lines are left out, as they have no area"
                      .formatted(settings.root(), noAreas));
      return ShapeDataset.of(
          settings,
          classes.categories(),
          items.stream().map(item -> item.apply(classes)).toList(),
          notes,
          problems);
    }
  }

  private static ShapeDataset.Item item(
      String file, String photo, List<JsonTree> regions, ClassNames classes) {
    return new ShapeDataset.Item(
        photo,
        file,
        ShapeDataset.partOf(file),
        0,
        0,
        size -> {
          List<Segment> segments = new ArrayList<>();
          for (JsonTree region : regions) {
            segments.add(
                new Segment(
                    classes.indexOf(label(region)), false, segments.size() + 1, mask(region)));
          }
          return segments;
        });
  }

  /** A list in version 2, an object of numbers in version 1. */
  private static List<JsonTree> regions(JsonTree image) {
    JsonTree regions = image.get("regions");
    return regions.isObject()
        ? regions.keys().stream().map(regions::get).toList()
        : regions.elements();
  }

  /** The value of the attribute that tells the class; of a choice of several the one chosen. */
  private static String label(JsonTree region) {
    Optional<JsonTree> attributes = region.find("region_attributes").filter(JsonTree::isObject);
    if (attributes.isEmpty()) {
      return NAMELESS;
    }
    Stream<String> keys =
        Stream.concat(
            CLASS_ATTRIBUTES.stream(),
            attributes.get().keys().stream().filter(k -> !CLASS_ATTRIBUTES.contains(k)));
    return keys.flatMap(key -> attributes.get().find(key).stream())
        .flatMap(value -> chosen(value).stream())
        .findFirst()
        .orElse(NAMELESS);
  }

  private static Optional<String> chosen(JsonTree value) {
    if (value.isObject()) {
      return value.keys().stream()
          .filter(key -> value.find(key).map(JsonTree::isTrue).orElse(false))
          .findFirst();
    }
    return value.isText() && !value.text().isBlank()
        ? Optional.of(value.text().strip())
        : Optional.empty();
  }

  private static SegmentMask mask(JsonTree region) {
    JsonTree shape = region.get("shape_attributes");
    double[] ring =
        switch (shape.get("name").text()) {
          case "polygon" -> polygon(shape);
          case "rect" -> {
            double x = number(shape, "x");
            double y = number(shape, "y");
            yield Shapes.rectangle(x, y, x + number(shape, "width"), y + number(shape, "height"));
          }
          case "circle" -> {
            double radius = number(shape, "r");
            yield Shapes.ellipse(number(shape, "cx"), number(shape, "cy"), radius, radius, 0);
          }
          case "ellipse" ->
              Shapes.ellipse(
                  number(shape, "cx"),
                  number(shape, "cy"),
                  number(shape, "rx"),
                  number(shape, "ry"),
                  shape.find("theta").map(JsonTree::number).orElse(0.0));
          default ->
              throw shape.error(
                  "name: expected polygon, rect, circle or ellipse, got "
                      + shape.get("name").text());
        };
    return new SegmentMask.Polygons(List.of(Shapes.checked(ring)));
  }

  private static double number(JsonTree shape, String key) {
    return shape.get(key).number();
  }

  private static double[] polygon(JsonTree shape) {
    double[] xs = shape.get("all_points_x").numbers();
    double[] ys = shape.get("all_points_y").numbers();
    if (xs.length != ys.length) {
      throw shape.error("expected as many x as y, got %d and %d".formatted(xs.length, ys.length));
    }
    double[] ring = new double[2 * xs.length];
    for (int i = 0; i < xs.length; i++) {
      ring[2 * i] = xs[i];
      ring[2 * i + 1] = ys[i];
    }
    return ring;
  }
}
