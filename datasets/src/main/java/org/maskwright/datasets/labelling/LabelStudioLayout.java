package org.maskwright.datasets.labelling;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.json.JsonTree;

/**
 * Label Studio's export as JSON or JSON-MIN: a list of tasks with polygons, brush strokes,
 * rectangles and ellipses in percent of the photograph's sides. Its export as COCO is {@link
 * org.maskwright.datasets.layout.CocoLayout}'s.
 *
 * <p><b>Source</b> labelstud.io/guide/task_format and the tag reference of PolygonLabels,
 * BrushLabels, RectangleLabels and EllipseLabels.
 */
public final class LabelStudioLayout implements ToolLayout {
  private static final double PERCENT = 100;

  /** What an upload puts before a file's name. */
  private static final Pattern UPLOAD = Pattern.compile("^[0-9a-f]{8}-");

  @Override
  public String name() {
    return "label-studio";
  }

  @Override
  public String description() {
    return "Label Studio's JSON or JSON-MIN export (polygons, brush), beside the photographs or a"
        + " folder of them";
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    return query
        .firstJson(LabelStudioLayout::isExport)
        .flatMap(
            one ->
                ShapeDataset.found(query, name(), files(query.asked()), one + " (Label Studio)"));
  }

  private static boolean isExport(String head) {
    return head.stripLeading().startsWith("[")
        && (head.contains("\"original_width\"")
            || head.contains("\"annotations\"") && head.contains("\"data\""));
  }

  private static List<String> files(DatasetSettings settings) {
    return PhotoIndex.of(settings.folder()).others(".json").stream()
        .filter(file -> isExport(LayoutQuery.head(settings.root().resolve(file))))
        .toList();
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    Reading reading = new Reading(settings, problems);
    for (String file : files(settings)) {
      try {
        JsonTree tasks = JsonTree.read(settings.root().resolve(file), Set.of());
        tasks.elements().forEach(task -> reading.add(file, task));
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
    private final Set<String> labels = new TreeSet<>();
    private int several;

    Reading(DatasetSettings settings, Consumer<DatasetException> problems) {
      this.settings = settings;
      this.problems = problems;
      this.index = PhotoIndex.of(settings.folder());
    }

    void add(String file, JsonTree task) {
      List<List<JsonTree>> answers = answers(task);
      if (answers.isEmpty()) {
        return; // not labelled yet
      }
      several += answers.size() > 1 ? 1 : 0;
      List<JsonTree> results = answers.get(0).stream().filter(r -> label(r).isPresent()).toList();
      results.forEach(result -> labels.add(label(result).orElseThrow()));
      photo(index, file, task)
          .ifPresentOrElse(
              photo -> items.add(classes -> item(file, photo, results, classes)),
              () ->
                  problems.accept(
                      task.error("no photograph " + said(task).orElse("is named"))
                          .inFile(settings.root().resolve(file))));
    }

    ShapeDataset dataset() {
      ClassNames classes = ClassNames.of(settings, List.of(), labels);
      List<String> notes =
          several == 0
              ? List.of()
              : List.of(
                  "%s: of %d photographs that several people labelled the first answer is taken"
                      .formatted(settings.root(), several));
      return ShapeDataset.of(
          settings,
          classes.categories(),
          items.stream().map(item -> item.apply(classes)).toList(),
          notes,
          problems);
    }
  }

  /** The results of each annotation that was not cancelled; in JSON-MIN of the one there is. */
  private static List<List<JsonTree>> answers(JsonTree task) {
    Optional<JsonTree> annotations =
        task.find("annotations").filter(JsonTree::isList).or(() -> task.find("completions"));
    if (annotations.isPresent()) {
      return annotations.get().elements().stream()
          .filter(a -> !a.find("was_cancelled").map(JsonTree::isTrue).orElse(false))
          .map(a -> a.get("result").elements())
          .toList();
    }
    List<JsonTree> flat = new ArrayList<>();
    for (String key : task.keys()) {
      task.find(key)
          .filter(JsonTree::isList)
          .ifPresent(
              list ->
                  list.elements().stream()
                      .filter(r -> r.find("original_width").isPresent())
                      .forEach(flat::add));
    }
    return List.of(flat);
  }

  /** Shape and labels: in {@code value}, or in JSON-MIN in the result itself. */
  private static JsonTree value(JsonTree result) {
    return result.find("value").orElse(result);
  }

  /** The class of a result; empty if it is no shape. */
  private static Optional<String> label(JsonTree result) {
    return Stream.of("polygonlabels", "brushlabels", "rectanglelabels", "ellipselabels", "labels")
        .flatMap(key -> value(result).find(key).stream())
        .filter(JsonTree::isList)
        .flatMap(labels -> labels.elements().stream())
        .filter(JsonTree::isText)
        .map(JsonTree::text)
        .findFirst();
  }

  /** The first text among a task's data that names a picture. */
  private static Optional<String> said(JsonTree task) {
    JsonTree data = task.find("data").filter(JsonTree::isObject).orElse(task);
    return data.keys().stream()
        .flatMap(key -> data.find(key).stream())
        .filter(JsonTree::isText)
        .map(text -> URLDecoder.decode(text.text(), StandardCharsets.UTF_8))
        .map(text -> text.substring(text.lastIndexOf("?d=") < 0 ? 0 : text.lastIndexOf('=') + 1))
        .filter(Items::isPhotograph)
        .findFirst();
  }

  private static Optional<String> photo(PhotoIndex index, String file, JsonTree task) {
    return said(task)
        .flatMap(
            said ->
                index
                    .named(file, said)
                    .or(
                        () ->
                            index.named(
                                file,
                                UPLOAD
                                    .matcher(PhotoIndex.last(said.replace('\\', '/')))
                                    .replaceFirst(""))));
  }

  private static ShapeDataset.Item item(
      String file, String photo, List<JsonTree> results, ClassNames classes) {
    Optional<JsonTree> first = results.stream().findFirst();
    return new ShapeDataset.Item(
        photo,
        file,
        ShapeDataset.partOf(file),
        first.flatMap(r -> r.find("original_width")).map(JsonTree::integer).orElse(0),
        first.flatMap(r -> r.find("original_height")).map(JsonTree::integer).orElse(0),
        size -> {
          List<Segment> segments = new ArrayList<>();
          for (JsonTree result : results) {
            segments.add(
                new Segment(
                    classes.indexOf(label(result).orElseThrow()),
                    false,
                    segments.size() + 1,
                    mask(value(result), size)));
          }
          return segments;
        });
  }

  private static SegmentMask mask(JsonTree value, Size size) {
    if (value.find("rle").isPresent()) {
      return new SegmentMask.Runs(
          BrushRle.decode(value.get("rle").numbers(), size.height(), size.width()));
    }
    double scaleX = size.width() / PERCENT;
    double scaleY = size.height() / PERCENT;
    double[] ring;
    if (value.find("points").isPresent()) {
      ring = value.get("points").points();
      for (int i = 0; i < ring.length; i++) {
        ring[i] *= i % 2 == 0 ? scaleX : scaleY;
      }
    } else {
      double x = value.get("x").number() * scaleX;
      double y = value.get("y").number() * scaleY;
      double turn = Math.toRadians(value.find("rotation").map(JsonTree::number).orElse(0.0));
      ring =
          value.find("radiusX").isPresent()
              ? Shapes.ellipse(
                  x,
                  y,
                  value.get("radiusX").number() * scaleX,
                  value.get("radiusY").number() * scaleY,
                  turn)
              : turned(
                  x,
                  y,
                  value.get("width").number() * scaleX,
                  value.get("height").number() * scaleY,
                  turn);
    }
    return new SegmentMask.Polygons(List.of(Shapes.checked(ring)));
  }

  /** A rectangle that is turned about its first corner. */
  private static double[] turned(double x, double y, double width, double height, double turn) {
    double[] ring = Shapes.rectangle(0, 0, width, height);
    for (int i = 0; i < ring.length; i += 2) {
      double u = ring[i];
      double v = ring[i + 1];
      ring[i] = x + u * Math.cos(turn) - v * Math.sin(turn);
      ring[i + 1] = y + u * Math.sin(turn) + v * Math.cos(turn);
    }
    return ring;
  }
}
