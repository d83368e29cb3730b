package org.maskwright.datasets.scenes;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.annotation.Annotated;
import org.maskwright.datasets.annotation.CocoInstancesFile;

/**
 * Small synthetic pictures for models that answer clicks: shapes that hold a part which holds a
 * part, each annotated with all that lies within it, so that one click can mean three masks.
 *
 * <p>A picture is a function of the seed and its number alone.
 *
 * <p><b>Source</b> of the task: Segment Anything (arXiv 2304.02643), section 3, "resolving
 * ambiguity": whole, part and subpart.
 */
public final class NestedShapes {
  /** Raised whenever the same settings would give other pictures. */
  public static final int GENERATOR_VERSION = 1;

  private static final String NAME = "nested-shapes";
  private static final Categories CLASSES = Categories.things("whole", "part", "subpart");
  private static final List<ShapeVideo.Kind> ANY = List.of(ShapeVideo.Kind.values());

  /** A triangle has little room for a part. */
  private static final List<ShapeVideo.Kind> ROOMY =
      List.of(ShapeVideo.Kind.DISC, ShapeVideo.Kind.SQUARE);

  private static final double LEAST_RADIUS = 0.2;
  private static final double MOST_RADIUS = 0.28;
  private static final int MOST_WHOLES = 2;
  private static final double LEAST_SHARE = 0.65; // of what fits into a disc within the whole
  private static final double MOST_SHARE = 0.85;
  private static final double LEAST_HUE = 0.2; // between a shape and what it lies in
  private static final double ROOM = 1.1; // by radii
  private static final int ATTEMPTS = 100;

  private NestedShapes() {}

  /**
   * A shape.
   *
   * @param level 0 a whole, 1 its part, 2 the part's
   */
  private record Body(int level, double hue, ShapeFigure figure) {}

  /**
   * Writes the data set in COCO's layout, unless the folder holds the very same one already:
   *
   * <pre>
   * DIR/images/{train,val}/000001.png
   * DIR/annotations/instances_{train,val}.json    wholes, parts and subparts; masks overlap
   * DIR/nested-shapes.json                        settings and generator version
   * </pre>
   *
   * The folder appears complete or not at all.
   *
   * @return true if files were written
   * @throws org.maskwright.datasets.DatasetException if the folder holds anything else
   */
  public static boolean write(Path dir, ShapePicturesConfig config) {
    return config.write(
        dir,
        NAME,
        GENERATOR_VERSION,
        (root, split, firstId, count) -> writeSplit(root, split, firstId, count, config));
  }

  private static void writeSplit(
      Path root, String split, int firstId, int count, ShapePicturesConfig config)
      throws IOException {
    Path images = Files.createDirectories(root.resolve("images").resolve(split));
    List<List<Annotated>> drawn =
        IntStream.range(firstId, firstId + count)
            .parallel()
            .mapToObj(id -> writeImage(images, id, config))
            .toList();
    Path file =
        Files.createDirectories(root.resolve("annotations"))
            .resolve("instances_" + split + ".json");
    try (JsonGenerator json = new JsonFactory().createGenerator(file.toFile(), JsonEncoding.UTF8)) {
      CocoInstancesFile instances = new CocoInstancesFile(json, CLASSES);
      for (int i = 0; i < count; i++) {
        instances.add(
            ShapePicturesConfig.fileName(firstId + i),
            new Size(config.size(), config.size()),
            drawn.get(i));
      }
      instances.end();
    }
  }

  private static List<Annotated> writeImage(Path images, int id, ShapePicturesConfig config) {
    SceneRandom random = SceneRandom.ofImage(config.seed(), id);
    List<Body> bodies = bodies(random);
    ShapePicture picture =
        ShapePicture.of(bodies.stream().map(Body::figure).toList(), config.size(), random);
    picture.write(images.resolve(ShapePicturesConfig.fileName(id)));
    List<Annotated> out = new ArrayList<>();
    for (int b = 0; b < bodies.size(); b++) {
      SegmentMask mask = new SegmentMask.Runs(picture.mask(b));
      out.add(Annotated.drawn(new Segment(bodies.get(b).level(), false, b + 1, mask)));
    }
    return out;
  }

  /** Wholes apart from each other, each before its part, each part before its own. */
  private static List<Body> bodies(SceneRandom random) {
    List<Body> wholes = new ArrayList<>();
    List<Body> out = new ArrayList<>();
    int count = 1 + random.below(MOST_WHOLES);
    for (int attempt = 0; attempt < ATTEMPTS && wholes.size() < count; attempt++) {
      double radius = random.between(LEAST_RADIUS, MOST_RADIUS);
      double x = random.between(radius, 1 - radius);
      double y = random.between(radius, 1 - radius);
      if (wholes.stream().noneMatch(other -> other.figure().touches(x, y, radius, ROOM))) {
        double hue = random.unit();
        ShapeFigure figure =
            new ShapeFigure(kind(random, 0), x, y, radius, ShapeFigure.colour(hue, random));
        Body whole = new Body(0, hue, figure);
        Body part = inside(random, whole);
        wholes.add(whole);
        out.addAll(List.of(whole, part, inside(random, part)));
      }
    }
    return out;
  }

  private static Body inside(SceneRandom random, Body whole) {
    int level = whole.level() + 1;
    ShapeVideo.Kind kind = kind(random, level);
    ShapeFigure around = whole.figure();
    double within = around.kind().within() * around.radius();
    double reach = within * random.between(LEAST_SHARE, MOST_SHARE);
    double angle = random.between(0, 2 * Math.PI);
    double hue = whole.hue() + random.between(LEAST_HUE, 1 - LEAST_HUE);
    return new Body(
        level,
        hue,
        new ShapeFigure(
            kind,
            around.x() + (within - reach) * Math.cos(angle),
            around.y() + (within - reach) * Math.sin(angle),
            reach / kind.reach(),
            ShapeFigure.colour(hue, random)));
  }

  private static ShapeVideo.Kind kind(SceneRandom random, int level) {
    List<ShapeVideo.Kind> kinds = level == 2 ? ANY : ROOMY;
    return kinds.get(random.below(kinds.size()));
  }
}
