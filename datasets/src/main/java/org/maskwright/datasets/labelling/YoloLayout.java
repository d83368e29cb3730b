package org.maskwright.datasets.labelling;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.folder.ClassFile;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.folder.TextFile;

/**
 * YOLO's outlines: {@code images} and {@code labels}, below each part or with the parts below them;
 * a text for each photograph with a line {@code CLASS x y x y ...} for each object, in shares of
 * the photograph's sides; names in {@code data.yaml}. A photograph without a text shows no object.
 *
 * <p><b>Source</b> docs.ultralytics.com, "Instance Segmentation Datasets Overview".
 */
public final class YoloLayout implements ToolLayout {
  private static final Pattern SPACES = Pattern.compile("\\s+");
  private static final Pattern ROW = Pattern.compile("\\d+(?:\\.0+)?(?:\\s+[-+.\\deE]+){4,}");

  /** A text as it may be empty, where no object is to be seen. */
  private static final int MOST_TEXTS = 200;

  /** How far rounding may move a point out of the picture, in shares of its sides. */
  private static final double MARGIN = 0.01;

  private static final int BOX_NUMBERS = 4;

  @Override
  public String name() {
    return "yolo";
  }

  @Override
  public String description() {
    return "images and labels with a text of outlines for each photograph (YOLO-seg, LightlyTrain),"
        + " data.yaml";
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    Stream<String> places =
        Stream.concat(
            Stream.of("labels"),
            Stream.concat(
                query.folders("labels").stream().map(part -> "labels/" + part),
                query.folders("").stream().map(part -> part + "/labels")));
    return places
        .filter(labels -> query.files(labels, ".png").isEmpty())
        .filter(labels -> hasRows(query, labels))
        .findFirst()
        .flatMap(
            labels -> {
              Texts texts = Texts.of(query.asked());
              List<String> parts = texts.parts();
              return ShapeDataset.found(query, name(), parts, "outlines in " + labels + " (YOLO)");
            });
  }

  private static boolean hasRows(LayoutQuery query, String labels) {
    return query.filesBelow(labels, name -> name.endsWith(".txt"), MOST_TEXTS).stream()
        .map(query.root()::resolve)
        .flatMap(file -> LayoutQuery.head(file).lines().limit(1))
        .anyMatch(line -> ROW.matcher(line.strip()).matches());
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    Texts texts = Texts.of(settings);
    List<String> names = texts.names(problems);
    List<ShapeDataset.Item> items = new ArrayList<>();
    Set<String> orphans = new TreeSet<>(texts.files);
    int without = 0;
    for (String photo : texts.photos) {
      String text = text(photo);
      boolean labelled = orphans.remove(text);
      without += labelled ? 0 : 1;
      Path file = settings.root().resolve(text);
      items.add(
          new ShapeDataset.Item(
              photo,
              text,
              texts.partOf(photo),
              0,
              0,
              size -> labelled ? segments(file, size, names.size()) : List.of()));
    }
    for (String orphan : orphans) {
      problems.accept(
          DatasetException.ofFile(
              settings.root().resolve(orphan), "no photograph has the name of this text"));
    }
    List<String> notes =
        without == 0
            ? List.of()
            : List.of(
                "%s: %d photographs without a text in labels show no object"
                    .formatted(settings.root(), without));
    return ShapeDataset.of(settings, ShapeDataset.things(names), items, notes, problems);
  }

  /** {@code images/train/a.jpg} to {@code labels/train/a.txt}. */
  private static String text(String photo) {
    String slashed = "/" + photo;
    int images = slashed.lastIndexOf("/images/");
    String text =
        slashed.substring(0, images) + "/labels/" + slashed.substring(images + "/images/".length());
    return Items.stem(text.substring(1)) + ".txt";
  }

  private static List<Segment> segments(Path file, Size size, int classes) {
    List<Segment> segments = new ArrayList<>();
    List<String> lines = TextFile.lines(file);
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        try {
          segments.add(segment(lines.get(i).strip(), i + 1, size, classes));
        } catch (NumberFormatException e) {
          throw new DatasetException(
              "line %d: expected CLASS x y x y ..., got \"%s\"".formatted(i + 1, lines.get(i)));
        }
      }
    }
    return segments;
  }

  private static Segment segment(String line, int number, Size size, int classes) {
    String[] fields = SPACES.split(line, -1);
    double category = Double.parseDouble(fields[0]);
    if (category != Math.rint(category) || category < 0 || category >= classes) {
      throw new DatasetException(
          "line %d: class %s is none of the %d classes (0 to %d)"
              .formatted(number, fields[0], classes, classes - 1));
    }
    int numbers = fields.length - 1;
    if (numbers == BOX_NUMBERS) {
      throw new DatasetException(
          "line %d: 4 numbers are a box, not an outline; export the labels for segmentation"
              .formatted(number));
    }
    if (numbers % 2 != 0) {
      throw new DatasetException(
          "line %d: expected pairs of numbers behind the class, got %d numbers"
              .formatted(number, numbers));
    }
    double[] ring = new double[numbers];
    for (int i = 0; i < numbers; i++) {
      double share = Double.parseDouble(fields[i + 1]);
      if (!(share >= -MARGIN && share <= 1 + MARGIN)) {
        throw new DatasetException(
            "line %d: expected shares of the photograph's sides from 0 to 1, got %s; are these pixels?"
                .formatted(number, fields[i + 1]));
      }
      ring[i] = share * (i % 2 == 0 ? size.width() : size.height());
    }
    return new Segment(
        (int) category, false, number, new SegmentMask.Polygons(List.of(Shapes.checked(ring))));
  }

  /** The photographs and texts of a data set, and what data.yaml says of them. */
  private static final class Texts {
    private static final List<String> PARTS = List.of("train", "val", "test");

    private final DatasetSettings settings;
    private final YoloYaml yaml;
    private final List<String> photos;
    private final List<String> files;

    private Texts(
        DatasetSettings settings, YoloYaml yaml, List<String> photos, List<String> files) {
      this.settings = settings;
      this.yaml = yaml;
      this.photos = photos;
      this.files = files;
    }

    static Texts of(DatasetSettings settings) {
      PhotoIndex index = PhotoIndex.of(settings.folder());
      List<String> files =
          index.others(".txt").stream()
              .filter(file -> ("/" + file).contains("/labels/") && !isClassFile(file))
              .toList();
      Set<String> folders = new HashSet<>();
      files.forEach(file -> folders.add(PhotoIndex.folder(file)));
      List<String> photos =
          index.photos().stream()
              .filter(photo -> ("/" + photo).contains("/images/"))
              .filter(photo -> folders.contains(PhotoIndex.folder(text(photo))))
              .toList();
      return new Texts(settings, yaml(settings.root()), photos, files);
    }

    private static boolean isClassFile(String file) {
      return PhotoIndex.last(file).equals("classes.txt");
    }

    private static YoloYaml yaml(Path root) {
      return Stream.of("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
          .map(root::resolve)
          .filter(Files::isRegularFile)
          .findFirst()
          .map(YoloYaml::read)
          .orElse(new YoloYaml(Map.of()));
    }

    /** A path of each part, for {@link ShapeDataset#found}. */
    List<String> parts() {
      return photos.stream().map(photo -> partOf(photo) + "/x").distinct().toList();
    }

    /** As data.yaml says; where it does not, as the folders' names do. */
    String partOf(String photo) {
      for (String part : PARTS) {
        for (String place : yaml.of(part)) {
          String folder = place.replaceFirst("^(\\.{0,2}/)+", "").replaceFirst("/*$", "/");
          if (folder.length() > 1 && photo.startsWith(folder)) {
            return part;
          }
        }
      }
      return ShapeDataset.partOf(photo);
    }

    /** The user's, data.yaml's, those of classes.txt beside the texts, or numbers. */
    List<String> names(Consumer<DatasetException> problems) {
      List<String> own = ShapeDataset.ownClasses(settings);
      if (!own.isEmpty()) {
        return own;
      }
      if (!yaml.of("names").isEmpty()) {
        return yaml.of("names");
      }
      Path beside = settings.root().resolve("labels/classes.txt");
      if (Files.isRegularFile(beside)) {
        return ClassFile.read(beside).names();
      }
      return IntStream.rangeClosed(0, greatest(problems)).mapToObj(k -> "class " + k).toList();
    }

    private int greatest(Consumer<DatasetException> problems) {
      int greatest = -1;
      for (String file : files) {
        Path path = settings.root().resolve(file);
        for (String line : TextFile.lines(path)) {
          try {
            greatest =
                line.isBlank()
                    ? greatest
                    : Math.max(greatest, Integer.parseInt(SPACES.split(line.strip(), 2)[0]));
          } catch (NumberFormatException e) {
            problems.accept(
                DatasetException.ofFile(
                    path, "expected CLASS x y x y ..., got \"%s\"".formatted(line)));
          }
        }
      }
      return greatest;
    }
  }
}
