package org.maskwright.benchmarks.data;

import com.fasterxml.jackson.core.JsonGenerator;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.annotation.Annotated;
import org.maskwright.datasets.annotation.CocoInstancesFile;
import org.maskwright.datasets.annotation.CocoPanopticFile;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.image.LabelRows;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.files.OutputFile;

/**
 * Writes three small data sets of {@link RareShapes}' outlines whose vocabularies overlap, each
 * annotated for another task:
 *
 * <pre>
 * DIR/semantic   ground, disc, square, triangle, star: label images, lists train.txt and val.txt
 * DIR/panoptic   square, triangle, ring, hexagon; ground and water: COCO's panoptic
 * DIR/boxes      triangle, ring, crescent: COCO's instances, few training pictures, masks to judge by
 * </pre>
 *
 * <p>Arguments: DIR, training pictures of the first two, of the third, validation pictures of each,
 * side in pixels.
 */
public final class ThreeSources {
  private static final List<String> OUTLINES =
      List.of(
          "disc",
          "square",
          "triangle",
          "hexagon",
          "star",
          "ring",
          "crescent",
          "plus",
          "angle",
          "half");
  private static final String GROUND = "ground";
  private static final String WATER = "water";
  private static final int SHAPES = 4; // in a picture
  private static final long VAL_SEED = 1_000_000;
  private static final long NEXT_SET = 10_000_000;

  private final Path dir;
  private final int side;

  private ThreeSources(Path dir, int side) {
    this.dir = dir;
    this.side = side;
  }

  /** A picture, and what is in it. */
  private static final class Drawn {
    private final BufferedImage picture;
    private final List<Integer> outlines;
    private final int[] shapes;

    Drawn(BufferedImage picture, List<Integer> outlines, int[] shapes) {
      this.picture = picture;
      this.outlines = outlines;
      this.shapes = shapes;
    }
  }

  /** The program. */
  public static void main(String[] args) throws IOException {
    if (args.length != 5) {
      throw new IllegalArgumentException(
          "expected DIR TRAIN FEW VAL SIDE, got " + args.length + " arguments");
    }
    int train = Integer.parseInt(args[1]);
    int few = Integer.parseInt(args[2]);
    int val = Integer.parseInt(args[3]);
    ThreeSources sets = new ThreeSources(Path.of(args[0]), Integer.parseInt(args[4]));
    sets.semantic("train", train, 0);
    sets.semantic("val", val, VAL_SEED);
    sets.panoptic("train", train, NEXT_SET);
    sets.panoptic("val", val, NEXT_SET + VAL_SEED);
    sets.boxes("train", few, 2 * NEXT_SET);
    sets.boxes("val", val, 2 * NEXT_SET + VAL_SEED);
  }

  private void semantic(String part, int count, long seed) throws IOException {
    List<String> classes = List.of(GROUND, "disc", "square", "triangle", "star");
    Path root = dir.resolve("semantic");
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < count; i++) {
      Drawn drawn = drawn(classes, seed + i, new boolean[side * side]);
      String file = file(part, i);
      photograph(root, file, drawn);
      int[] labels =
          Arrays.stream(drawn.shapes)
              .map(shape -> shape == 0 ? 0 : classes.indexOf(name(drawn, shape)))
              .toArray();
      OutputFile.write(
          root.resolve("labels").resolve(file),
          LabelPng.grey8(LabelRows.of(new LabelMap(side, side, labels))));
      list.append("images/").append(file).append(" labels/").append(file).append('\n');
    }
    OutputFile.write(root.resolve(part + ".txt"), list.toString());
  }

  private void panoptic(String part, int count, long seed) throws IOException {
    Categories classes = categories(List.of("square", "triangle", "ring", "hexagon"), true);
    Path root = dir.resolve("panoptic");
    JsonContent content =
        json -> {
          CocoPanopticFile file = new CocoPanopticFile(json, classes);
          for (int i = 0; i < count; i++) {
            boolean[] water = water(seed + i);
            Drawn drawn = drawn(classes.names(), seed + i, water);
            String name = file(part, i);
            photograph(root, name, drawn);
            List<Annotated> segments = new ArrayList<>(objects(drawn, classes));
            for (String stuff : List.of(GROUND, WATER)) {
              byte[] mask = new byte[side * side];
              for (int p = 0; p < mask.length; p++) {
                mask[p] = (byte) (drawn.shapes[p] == 0 && water[p] == stuff.equals(WATER) ? 1 : 0);
              }
              annotated(mask, classes.names().indexOf(stuff)).ifPresent(segments::add);
            }
            String png = name.substring(name.indexOf('/') + 1);
            LabelRows ids = file.add(png, png, new Size(side, side), segments);
            OutputFile.write(
                root.resolve("annotations/panoptic_" + part).resolve(png), LabelPng.rgbIds(ids));
          }
          file.end();
        };
    OutputFile.write(root.resolve("annotations/panoptic_" + part + ".json"), content.file());
  }

  private void boxes(String part, int count, long seed) throws IOException {
    Categories classes = categories(List.of("triangle", "ring", "crescent"), false);
    Path root = dir.resolve("boxes");
    JsonContent content = json -> instances(json, root, part, count, seed, classes);
    OutputFile.write(root.resolve("annotations/instances_" + part + ".json"), content.file());
  }

  private void instances(
      JsonGenerator json, Path root, String part, int count, long seed, Categories classes)
      throws IOException {
    CocoInstancesFile file = new CocoInstancesFile(json, classes);
    for (int i = 0; i < count; i++) {
      Drawn drawn = drawn(classes.names(), seed + i, new boolean[side * side]);
      String name = file(part, i);
      photograph(root, name, drawn);
      file.add(
          name.substring(name.indexOf('/') + 1), new Size(side, side), objects(drawn, classes));
    }
    file.end();
  }

  private static Categories categories(List<String> things, boolean stuff) {
    List<String> names =
        Stream.concat(things.stream(), stuff ? Stream.of(GROUND, WATER) : Stream.of()).toList();
    return Categories.of(
        IntStream.range(0, names.size())
            .mapToObj(k -> Category.of(k + 1, names.get(k), k < things.size()))
            .toList());
  }

  private List<Annotated> objects(Drawn drawn, Categories classes) {
    List<Annotated> out = new ArrayList<>();
    for (int shape = 1; shape <= drawn.outlines.size(); shape++) {
      byte[] mask = new byte[side * side];
      for (int p = 0; p < mask.length; p++) {
        mask[p] = (byte) (drawn.shapes[p] == shape ? 1 : 0);
      }
      annotated(mask, classes.names().indexOf(name(drawn, shape))).ifPresent(out::add);
    }
    return out;
  }

  private Optional<Annotated> annotated(byte[] mask, int category) {
    Rle rle = Rle.ofBitmap(mask, side, side);
    return rle.area() == 0
        ? Optional.empty()
        : Optional.of(Annotated.drawn(new Segment(category, false, 0, new SegmentMask.Runs(rle))));
  }

  private static String name(Drawn drawn, int shape) {
    return OUTLINES.get(drawn.outlines.get(shape - 1));
  }

  /** Shapes of some classes, each as often, on a ground; with water where it is true. */
  private Drawn drawn(List<String> classes, long seed, boolean[] water) {
    SplittableRandom random = new SplittableRandom(~seed);
    List<Integer> outlines =
        IntStream.range(0, OUTLINES.size())
            .filter(k -> classes.contains(OUTLINES.get(k)))
            .boxed()
            .toList();
    RareShapes scene = new RareShapes(side, seed);
    scene.ground();
    for (int p = 0; p < water.length; p++) {
      if (water[p]) {
        int noise = random.nextInt(40);
        scene.picture().setRGB(p % side, p / side, noise << 16 | (60 + noise) << 8 | 170 + noise);
      }
    }
    for (int i = 0; i < SHAPES; i++) {
      int outline = outlines.get(random.nextInt(outlines.size()));
      scene.shape(outline + RareShapes.OUTLINES * random.nextInt(RareShapes.PATTERNS));
    }
    return new Drawn(
        scene.picture(),
        scene.kinds().stream().map(kind -> kind % RareShapes.OUTLINES).toList(),
        scene.shapes());
  }

  /** Below a wave, in two pictures of three. */
  private boolean[] water(long seed) {
    SplittableRandom random = new SplittableRandom(seed ^ NEXT_SET);
    boolean[] out = new boolean[side * side];
    double level = 0.35 + 0.9 * random.nextDouble();
    double phase = 2 * Math.PI * random.nextDouble();
    for (int p = 0; p < out.length; p++) {
      int row = p / side;
      double x = (double) (p % side) / side;
      double y = (double) row / side;
      out[p] = y > level + 0.08 * Math.sin(2 * Math.PI * x + phase);
    }
    return out;
  }

  private static String file(String part, int number) {
    return String.format(Locale.ROOT, "%s/%06d.png", part, number + 1);
  }

  private static void photograph(Path root, String file, Drawn drawn) throws IOException {
    OutputFile.write(root.resolve("images").resolve(file), RareShapes.png(drawn.picture));
  }
}
