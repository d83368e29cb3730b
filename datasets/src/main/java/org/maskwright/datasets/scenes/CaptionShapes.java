package org.maskwright.datasets.scenes;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.annotation.Annotated;
import org.maskwright.datasets.annotation.CocoInstancesFile;
import org.maskwright.datasets.mask.Rle;

/**
 * Small synthetic pictures for models that learn from captions: one to three shapes of named
 * colours and two captions that name them, of which none says where. Training shows some
 * combinations of colour and shape never: whoever has learnt red and square finds a red square.
 *
 * <p>A picture is a function of the seed and its number alone.
 *
 * <p><b>Source</b> of the task: the acceptance of open vocabulary by captions here, no published
 * data.
 */
public final class CaptionShapes {
  /** Raised whenever the same settings would give other files. */
  public static final int GENERATOR_VERSION = 2;

  /** Names of the colours. */
  public static final List<String> COLOURS =
      List.of("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink");

  private static final List<ShapeVideo.Kind> KINDS = List.of(ShapeVideo.Kind.values());

  /** Names of the shapes. */
  public static final List<String> SHAPES =
      KINDS.stream().map(kind -> kind.name().toLowerCase(Locale.ROOT)).toList();

  private static final String NAME = "caption-shapes";
  private static final double[] HUES = {0, 0.08, 0.16, 0.36, 0.5, 0.63, 0.77, 0.91};
  private static final double HUE_SPREAD = 0.02;
  private static final Categories OBJECT = Categories.things("object");
  private static final Categories CLASSES = Categories.things(classes().toArray(String[]::new));
  private static final int MOST_SHAPES = 3;
  private static final double LEAST_RADIUS = 0.13;
  private static final double MOST_RADIUS = 0.2;
  private static final double ROOM = 1.15; // by radii
  private static final int ATTEMPTS = 200;

  private CaptionShapes() {}

  /** A shape and the number of its class. */
  private record Body(int category, ShapeFigure figure) {}

  /** What is written of a picture. */
  private record Told(List<Body> bodies, List<Rle> masks, List<String> captions) {}

  /** All combinations: {@code red disc}, {@code red square}, ... */
  public static List<String> classes() {
    return COLOURS.stream().flatMap(c -> SHAPES.stream().map(s -> c + " " + s)).toList();
  }

  /** Those that training never shows: one of three colours, each with another shape. */
  public static List<String> heldOut() {
    return IntStream.range(0, classes().size())
        .filter(CaptionShapes::isHeldOut)
        .mapToObj(classes()::get)
        .toList();
  }

  private static boolean isHeldOut(int category) {
    int colour = category / SHAPES.size();
    return colour % 3 == 0 && category % SHAPES.size() == (colour / 3 + 1) % SHAPES.size();
  }

  /**
   * Writes the data set in COCO's layout, unless the folder holds the very same one already:
   *
   * <pre>
   * DIR/images/{train,val}/000001.png
   * DIR/annotations/objects_{train,val}.json     masks of objects, without the name of what they are
   * DIR/annotations/captions_{train,val}.json    COCO's captions, two a picture
   * DIR/annotations/shapes_{train,val}.json      the same masks with the name of what they are
   * DIR/caption-shapes.json                      settings and generator version
   * </pre>
   *
   * The folder appears complete or not at all.
   *
   * @param more writes further files into the folder; the same ones for the same settings
   * @return true if files were written
   * @throws org.maskwright.datasets.DatasetException if the folder holds anything else
   */
  public static boolean write(Path dir, ShapePicturesConfig config, More more) {
    return config.write(
        dir,
        NAME,
        GENERATOR_VERSION,
        (root, split, firstId, count) -> {
          writeSplit(root, split, firstId, count, config);
          if (split.equals("train")) {
            more.write(root);
          }
        });
  }

  /** What else is written. */
  @FunctionalInterface
  public interface More {
    /** Writes into a folder. */
    void write(Path root) throws IOException;
  }

  private static void writeSplit(
      Path root, String split, int firstId, int count, ShapePicturesConfig config)
      throws IOException {
    Path images = Files.createDirectories(root.resolve("images").resolve(split));
    boolean all = split.equals("val");
    List<Told> told =
        IntStream.range(firstId, firstId + count)
            .parallel()
            .mapToObj(id -> writeImage(images, id, all, config))
            .toList();
    Path folder = Files.createDirectories(root.resolve("annotations"));
    Size size = new Size(config.size(), config.size());
    masks(folder.resolve("objects_" + split + ".json"), OBJECT, told, firstId, size);
    masks(folder.resolve("shapes_" + split + ".json"), CLASSES, told, firstId, size);
    captions(folder.resolve("captions_" + split + ".json"), told, firstId, size);
  }

  private static void masks(
      Path file, Categories categories, List<Told> told, int firstId, Size size)
      throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(file.toFile(), JsonEncoding.UTF8)) {
      CocoInstancesFile instances = new CocoInstancesFile(json, categories);
      for (int i = 0; i < told.size(); i++) {
        List<Annotated> objects = new ArrayList<>();
        for (int b = 0; b < told.get(i).bodies().size(); b++) {
          int category = categories.size() == 1 ? 0 : told.get(i).bodies().get(b).category();
          SegmentMask mask = new SegmentMask.Runs(told.get(i).masks().get(b));
          objects.add(Annotated.drawn(new Segment(category, false, b + 1, mask)));
        }
        instances.add(ShapePicturesConfig.fileName(firstId + i), size, objects);
      }
      instances.end();
    }
  }

  private static void captions(Path file, List<Told> told, int firstId, Size size)
      throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(file.toFile(), JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeArrayFieldStart("images");
      for (int i = 0; i < told.size(); i++) {
        json.writeStartObject();
        json.writeNumberField("id", i + 1);
        json.writeStringField("file_name", ShapePicturesConfig.fileName(firstId + i));
        json.writeNumberField("width", size.width());
        json.writeNumberField("height", size.height());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("annotations");
      int number = 0;
      for (int i = 0; i < told.size(); i++) {
        for (String caption : told.get(i).captions()) {
          json.writeStartObject();
          json.writeNumberField("id", ++number);
          json.writeNumberField("image_id", i + 1);
          json.writeStringField("caption", caption);
          json.writeEndObject();
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private static Told writeImage(Path images, int id, boolean all, ShapePicturesConfig config) {
    SceneRandom random = SceneRandom.ofImage(config.seed(), id);
    List<Body> bodies = bodies(random, all);
    ShapePicture picture =
        ShapePicture.of(bodies.stream().map(Body::figure).toList(), config.size(), random);
    picture.write(images.resolve(ShapePicturesConfig.fileName(id)));
    List<Rle> runs = IntStream.range(0, bodies.size()).mapToObj(picture::mask).toList();
    return new Told(bodies, runs, captions(bodies, random));
  }

  private static List<Body> bodies(SceneRandom random, boolean all) {
    List<Body> out = new ArrayList<>();
    int count = 1 + random.below(MOST_SHAPES);
    for (int attempt = 0; attempt < ATTEMPTS && out.size() < count; attempt++) {
      int category = random.below(CLASSES.size());
      double radius = random.between(LEAST_RADIUS, MOST_RADIUS);
      double x = random.between(radius, 1 - radius);
      double y = random.between(radius, 1 - radius);
      double hue = HUES[category / SHAPES.size()] + random.between(-HUE_SPREAD, HUE_SPREAD);
      ShapeVideo.Kind kind = KINDS.get(category % SHAPES.size());
      ShapeFigure figure = new ShapeFigure(kind, x, y, radius, ShapeFigure.colour(hue, random));
      boolean free = out.stream().noneMatch(other -> other.figure().touches(x, y, radius, ROOM));
      if (free && (all || !isHeldOut(category))) {
        out.add(new Body(category, figure));
      }
    }
    return out;
  }

  /**
   * One caption names everything; the other one of the shapes, by colour and shape, by its shape
   * alone or by its colour alone, as people do.
   */
  private static List<String> captions(List<Body> bodies, SceneRandom random) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Body body : bodies) {
      counts.merge(classes().get(body.category()), 1, Integer::sum);
    }
    List<String> parts =
        counts.entrySet().stream()
            .map(
                e ->
                    e.getValue() == 1 ? "a " + e.getKey() : number(e.getValue()) + e.getKey() + "s")
            .collect(Collectors.toCollection(ArrayList::new));
    Collections.rotate(parts, random.below(parts.size()));
    String last = parts.remove(parts.size() - 1);
    String list = parts.isEmpty() ? last : String.join(", ", parts) + " and " + last;
    int one = bodies.get(random.below(bodies.size())).category();
    String named =
        switch (random.below(3)) {
          case 0 -> "a " + classes().get(one);
          case 1 -> "a " + SHAPES.get(one % SHAPES.size());
          default -> "something " + COLOURS.get(one / SHAPES.size());
        };
    return List.of(
        "A picture of " + list + ".",
        random.chance(0.5) ? "There is " + named + "." : "Look, " + named + "!");
  }

  private static String number(int count) {
    return count == 2 ? "two " : "three ";
  }
}
