package org.maskwright.datasets.scenes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Small synthetic pictures for models that answer by examples: each shows a disc, a square and a
 * triangle, of colours that say nothing, so that which of them is meant is to be known from an
 * example alone.
 *
 * <p>A picture is a function of the seed and its number alone.
 *
 * <p><b>Source</b> of the task: the acceptance of in-context segmentation here, no published data.
 */
public final class WhichShape {
  /** Raised whenever the same settings would give other pixels. */
  public static final int GENERATOR_VERSION = 1;

  private static final String NAME = "which-shape";
  private static final int GROUND = 255; // in label images: of no class
  private static final double LEAST_RADIUS = 0.14;
  private static final double MOST_RADIUS = 0.2;
  private static final double ROOM = 1.2; // by radii
  private static final int ATTEMPTS = 200;

  private WhichShape() {}

  /**
   * Writes the data set in the layout {@code folder-semantic}, unless the folder holds the very
   * same one already:
   *
   * <pre>
   * DIR/images/{train,val}/000001.png
   * DIR/masks/{train,val}/000001.png    0 disc, 1 square, 2 triangle, 255 ground
   * DIR/which-shape.json                settings and generator version
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
    Path masks = Files.createDirectories(root.resolve("masks").resolve(split));
    IntStream.range(firstId, firstId + count)
        .parallel()
        .forEach(id -> writeImage(images, masks, id, config));
  }

  private static void writeImage(Path images, Path masks, int id, ShapePicturesConfig config) {
    SceneRandom random = SceneRandom.ofImage(config.seed(), id);
    List<ShapeFigure> bodies = bodies(random);
    int size = config.size();
    ShapePicture picture = ShapePicture.of(bodies, size, random);
    int[] labels = new int[size * size];
    for (int p = 0; p < labels.length; p++) {
      labels[p] = GROUND;
      for (int b = 0; b < bodies.size(); b++) {
        if (picture.covers(b, p)) {
          labels[p] = bodies.get(b).kind().id() - 1;
        }
      }
    }
    String name = ShapePicturesConfig.fileName(id);
    picture.write(images.resolve(name));
    try {
      Files.write(masks.resolve(name), LabelPng.encodeGrey8(new LabelMap(size, size, labels)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of each kind, apart from each other. */
  private static List<ShapeFigure> bodies(SceneRandom random) {
    List<ShapeFigure> out = new ArrayList<>();
    for (ShapeVideo.Kind kind : ShapeVideo.Kind.values()) {
      double radius = random.between(LEAST_RADIUS, MOST_RADIUS);
      double x = 0;
      double y = 0;
      boolean free = false;
      for (int attempt = 0; attempt < ATTEMPTS && !free; attempt++) {
        x = random.between(radius, 1 - radius);
        y = random.between(radius, 1 - radius);
        double left = x;
        double top = y;
        free = out.stream().noneMatch(other -> other.touches(left, top, radius, ROOM));
      }
      if (!free) {
        return bodies(random);
      }
      out.add(new ShapeFigure(kind, x, y, radius, ShapeFigure.colour(random.unit(), random)));
    }
    return out;
  }
}
