package org.maskwright.datasets.labelling;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.InflaterInputStream;
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
 * Supervisely: photographs in {@code img}, {@code ann/PHOTOGRAPH.json} beside them, in the folder
 * or in one for each data set; classes in {@code meta.json}.
 *
 * <p><b>Source</b> docs.supervisely.com, "Supervisely annotation format": a bitmap is a PNG, zlib
 * around it, base64 around that, with the corner where it lies.
 */
public final class SuperviselyLayout implements ToolLayout {
  private static final String ANNOTATIONS = "ann/";

  /** An annotation's bitmap is at most this large once it is inflated. */
  private static final int MAX_PNG_BYTES = 1 << 28;

  private static final byte PNG_START = (byte) 0x89;

  private static final Set<String> AREAS = Set.of("polygon", "bitmap", "rectangle");

  @Override
  public String name() {
    return "supervisely";
  }

  @Override
  public String description() {
    return "folders img and ann, in the folder or in one for each data set, and meta.json";
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    return Stream.concat(Stream.of(""), query.folders("").stream().map(set -> set + "/"))
        .filter(set -> query.isDirectory(set + "ann") && query.isDirectory(set + "img"))
        .findFirst()
        .flatMap(
            set ->
                ShapeDataset.found(
                    query,
                    name(),
                    annotations(query.asked()),
                    "%sann and %simg (Supervisely)".formatted(set, set)));
  }

  private static List<String> annotations(DatasetSettings settings) {
    return PhotoIndex.of(settings.folder()).others(".json").stream()
        .filter(file -> PhotoIndex.folder("/" + file).endsWith("/" + ANNOTATIONS))
        .toList();
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    PhotoIndex index = PhotoIndex.of(settings.folder());
    List<Function<ClassNames, ShapeDataset.Item>> items = new ArrayList<>();
    Set<String> occurring = new TreeSet<>();
    int noAreas = 0;
    for (String file : annotations(settings)) {
      Path path = settings.root().resolve(file);
      try {
        JsonTree tree = JsonTree.read(path, Set.of());
        for (JsonTree object : tree.get("objects").elements()) {
          if (AREAS.contains(object.get("geometryType").text())) {
            occurring.add(object.get("classTitle").text());
          } else {
            noAreas++;
          }
        }
        items.add(item(index, file, path, tree));
      } catch (DatasetException e) {
        problems.accept(e.inFile(path));
      }
    }
    ClassNames classes = ClassNames.of(settings, listed(settings.root(), occurring), occurring);
    List<String> notes =
        noAreas == 0
            ? List.of()
            : List.of(
                "%s: %d objects of other kinds than %s are left out"
                    .formatted(settings.root(), noAreas, new TreeSet<>(AREAS)));
    return ShapeDataset.of(
        settings,
        classes.categories(),
        items.stream().map(item -> item.apply(classes)).toList(),
        notes,
        problems);
  }

  /** An image, once all files have been looked at and the classes are known. */
  private static Function<ClassNames, ShapeDataset.Item> item(
      PhotoIndex index, String file, Path path, JsonTree tree) {
    String folder = PhotoIndex.folder(file);
    String set = folder.substring(0, folder.length() - ANNOTATIONS.length());
    String name = PhotoIndex.last(file).substring(0, PhotoIndex.last(file).length() - 5);
    String photo =
        index
            .named(set + "img/", name)
            .or(() -> index.besides(set + "img/" + name + ".json"))
            .orElseThrow(() -> new DatasetException("no photograph %simg/%s".formatted(set, name)));
    int width = tree.get("size").get("width").integer();
    int height = tree.get("size").get("height").integer();
    return classes ->
        new ShapeDataset.Item(
            photo,
            file,
            ShapeDataset.partOf(file),
            width,
            height,
            size -> segments(JsonTree.read(path, Set.of()), size, classes));
  }

  /** The classes of meta.json, if it is there and names all that occur. */
  private static List<String> listed(Path root, Set<String> occurring) {
    Path meta = root.resolve("meta.json");
    if (LayoutQuery.head(meta).isEmpty()) {
      return List.of();
    }
    Set<String> titles = new LinkedHashSet<>();
    for (JsonTree one : JsonTree.read(meta, Set.of()).get("classes").elements()) {
      titles.add(one.get("title").text());
    }
    titles.addAll(occurring);
    return List.copyOf(titles);
  }

  private static List<Segment> segments(JsonTree tree, Size size, ClassNames classes) {
    List<Segment> segments = new ArrayList<>();
    for (JsonTree object : tree.get("objects").elements()) {
      String type = object.get("geometryType").text();
      if (AREAS.contains(type)) {
        try {
          segments.add(
              new Segment(
                  classes.indexOf(object.get("classTitle").text()),
                  false,
                  segments.size() + 1,
                  mask(object, type, size)));
        } catch (IllegalArgumentException e) {
          throw object.error(e.getMessage());
        }
      }
    }
    return segments;
  }

  private static SegmentMask mask(JsonTree object, String type, Size size) {
    if (type.equals("bitmap")) {
      JsonTree bitmap = object.get("bitmap");
      double[] origin = bitmap.get("origin").numbers();
      if (origin.length != 2) {
        throw bitmap.error("origin: expected 2 numbers, got " + origin.length);
      }
      byte[] png = inflated(Base64.getMimeDecoder().decode(bitmap.get("data").text()));
      return EmbeddedMask.of(png).at((int) origin[0], (int) origin[1], size);
    }
    JsonTree points = object.get("points");
    double[] exterior = points.get("exterior").points();
    if (type.equals("rectangle") && exterior.length == 4) {
      exterior = Shapes.rectangle(exterior[0], exterior[1], exterior[2], exterior[3]);
    }
    List<double[]> rings = new ArrayList<>(List.of(Shapes.checked(exterior)));
    points
        .find("interior")
        .ifPresent(
            holes -> holes.elements().forEach(hole -> rings.add(Shapes.checked(hole.points()))));
    return Shapes.withHoles(rings, size);
  }

  /** A PNG packed by zlib, or as it is. */
  private static byte[] inflated(byte[] data) {
    if (data.length > 0 && data[0] == PNG_START) {
      return data;
    }
    try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(data))) {
      byte[] png = in.readNBytes(MAX_PNG_BYTES + 1);
      if (png.length > MAX_PNG_BYTES) {
        throw new DatasetException("bitmap: more than " + MAX_PNG_BYTES + " bytes");
      }
      return png;
    } catch (IOException e) {
      throw new DatasetException("bitmap: expected a PNG packed by zlib: " + e.getMessage(), e);
    }
  }
}
