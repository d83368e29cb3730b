package org.maskwright.benchmarks.data;

import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.maskwright.files.OutputFile;

/**
 * Writes a data set of 40 classes in few pictures, some of them in a handful: ten outlines with
 * four patterns each, in any colours, turned and scaled, on a mottled ground. DIR/images and
 * DIR/labels with {train,val}/*.png, where 0 is the ground and 1 to 40 a class, and the lists
 * DIR/train.txt and DIR/val.txt. In training pictures the k-th class is drawn in proportion to 1/k,
 * but at least three times; in those of the validation all are as frequent.
 *
 * <p>Arguments: DIR, training pictures, validation pictures, side in pixels.
 */
public final class RareShapes {
  /** How many; the ground is one more. */
  static final int CLASSES = 40;

  static final int PATTERNS = 4;

  /** Disc, square, triangle, hexagon, star, ring, crescent, plus, angle, half. */
  static final int OUTLINES = CLASSES / PATTERNS;

  private static final int SHAPES = 5; // in a picture
  private static final int AT_LEAST = 3;
  private static final int TRIES = 200;
  private static final int VAL_SEED = 1_000_000;
  private static final double SMALLEST = 0.09; // half a shape, in sides of the picture
  private static final double LARGEST = 0.16;

  private final int side;
  private final SplittableRandom random;
  private final BufferedImage picture;
  private final BufferedImage labels;
  private final List<double[]> taken = new ArrayList<>(); // x, y, radius
  private final List<Integer> kinds = new ArrayList<>(); // of the shapes that are there
  private final int[] shapes; // of each pixel the number of its shape, from 1; 0 = none

  RareShapes(int side, long seed) {
    this.shapes = new int[side * side];
    this.side = side;
    this.random = new SplittableRandom(seed);
    this.picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    this.labels = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
  }

  /** The program. */
  public static void main(String[] args) throws IOException {
    if (args.length != 4) {
      throw new IllegalArgumentException(
          "expected DIR TRAIN VAL SIDE, got " + args.length + " arguments");
    }
    Path dir = Path.of(args[0]);
    int side = Integer.parseInt(args[3]);
    int train = Integer.parseInt(args[1]);
    int val = Integer.parseInt(args[2]);
    write(dir, "train", rareFirst(train * SHAPES), train, 0, side);
    write(dir, "val", evenly(val * SHAPES), val, VAL_SEED, side);
  }

  /** Classes to draw, in the order of the pictures: each at least three times, then by 1/k. */
  static List<Integer> rareFirst(int count) {
    SplittableRandom random = new SplittableRandom(count);
    double[] sums = new double[CLASSES];
    for (int k = 0; k < CLASSES; k++) {
      sums[k] = (k == 0 ? 0 : sums[k - 1]) + 1.0 / (k + 1);
    }
    List<Integer> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double drawn = random.nextDouble() * sums[CLASSES - 1];
      int k = 0;
      while (sums[k] < drawn) {
        k++;
      }
      out.add(i < AT_LEAST * CLASSES ? i % CLASSES : k);
    }
    return shuffled(out, random);
  }

  private static List<Integer> evenly(int count) {
    List<Integer> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(i % CLASSES);
    }
    return shuffled(out, new SplittableRandom(count));
  }

  private static List<Integer> shuffled(List<Integer> values, SplittableRandom random) {
    for (int i = values.size() - 1; i > 0; i--) {
      java.util.Collections.swap(values, i, random.nextInt(i + 1));
    }
    return values;
  }

  private static void write(
      Path dir, String part, List<Integer> classes, int count, long firstSeed, int side)
      throws IOException {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < count; i++) {
      RareShapes drawn = new RareShapes(side, firstSeed + i);
      drawn.ground();
      classes.subList(i * SHAPES, (i + 1) * SHAPES).forEach(drawn::shape);
      String file = String.format(Locale.ROOT, "%s/%06d.png", part, i + 1);
      OutputFile.write(dir.resolve("images").resolve(file), png(drawn.picture));
      OutputFile.write(dir.resolve("labels").resolve(file), png(drawn.labels));
      list.append("images/").append(file).append(" labels/").append(file).append('\n');
    }
    OutputFile.write(dir.resolve(part + ".txt"), list.toString());
  }

  /** Patches of two shades and noise. */
  void ground() {
    Color first = color();
    Color second = color();
    double ax = 1 + 5 * random.nextDouble();
    double ay = 1 + 5 * random.nextDouble();
    double phase = 2 * Math.PI * random.nextDouble();
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        double wave = Math.sin(ax * x * 2 * Math.PI / side + phase) * Math.cos(ay * y * 6.0 / side);
        picture.setRGB(x, y, noisy(mixed(first, second, 0.5 + 0.25 * wave)).getRGB());
      }
    }
  }

  /** One more, where there is room; left out if there is none. */
  void shape(int kind) {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      double radius = side * (SMALLEST + (LARGEST - SMALLEST) * random.nextDouble());
      double x = radius + (side - 2 * radius) * random.nextDouble();
      double y = radius + (side - 2 * radius) * random.nextDouble();
      if (taken.stream().allMatch(o -> Math.hypot(o[0] - x, o[1] - y) > o[2] + radius)) {
        taken.add(new double[] {x, y, radius});
        draw(kind, x, y, radius);
        return;
      }
    }
  }

  private void draw(int kind, double x, double y, double radius) {
    AffineTransform place = AffineTransform.getTranslateInstance(x, y);
    place.rotate((random.nextDouble() - 0.5) * Math.PI / 3);
    place.scale(radius, radius);
    Shape shape = place.createTransformedShape(outline(kind % OUTLINES));
    kinds.add(kind);
    Color dark = color();
    Color light =
        new Color(255 - dark.getRed() / 2, 255 - dark.getGreen() / 2, 255 - dark.getBlue() / 2);
    int period = Math.max(4, (int) (radius / 2.5));
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        if (shape.contains(column + 0.5, row + 0.5)) {
          boolean on = on(kind / OUTLINES, column, row, period);
          picture.setRGB(column, row, noisy(on ? dark : light).getRGB());
          labels.getRaster().setSample(column, row, 0, kind + 1);
          shapes[row * side + column] = kinds.size();
        }
      }
    }
  }

  /** What is drawn. */
  BufferedImage picture() {
    return picture;
  }

  /** The kinds of the shapes that had room, in the order of their numbers. */
  List<Integer> kinds() {
    return List.copyOf(kinds);
  }

  /** Of each pixel, row by row, the number of its shape, from 1; 0 where there is none. */
  int[] shapes() {
    return shapes.clone();
  }

  /** Plain, stripes, checks or dots. */
  private static boolean on(int pattern, int x, int y, int period) {
    boolean across = Math.floorMod(x, period) < period / 2;
    boolean down = Math.floorMod(y, period) < period / 2;
    boolean[] patterns = {
      true, Math.floorMod(x + y, period) < period / 2, across ^ down, across && down
    };
    return patterns[pattern];
  }

  /** In the unit circle. */
  private static Shape outline(int number) {
    Area disc = new Area(new Ellipse2D.Double(-1, -1, 2, 2));
    Area square = new Area(new Rectangle2D.Double(-0.7, -0.7, 1.4, 1.4));
    Area bar = new Area(new Rectangle2D.Double(-0.95, -0.3, 1.9, 0.6));
    Area post = new Area(new Rectangle2D.Double(-0.3, -0.95, 0.6, 1.9));
    Area ring = new Area(disc);
    ring.subtract(new Area(new Ellipse2D.Double(-0.5, -0.5, 1, 1)));
    Area crescent = new Area(disc);
    crescent.subtract(new Area(new Ellipse2D.Double(-0.5, -0.9, 1.8, 1.8)));
    Area plus = new Area(bar);
    plus.add(post);
    Area angle = new Area(new Rectangle2D.Double(-0.7, -0.7, 0.5, 1.4));
    angle.add(new Area(new Rectangle2D.Double(-0.7, 0.2, 1.4, 0.5)));
    Area half = new Area(disc);
    half.intersect(new Area(new Rectangle2D.Double(-1, -1, 2, 1)));
    return List.of(
            disc,
            square,
            polygon(3, 1),
            polygon(6, 1),
            polygon(10, 0.45),
            ring,
            crescent,
            plus,
            angle,
            half)
        .get(number);
  }

  /** A regular polygon, or with {@code inner} below 1 a star. */
  private static Area polygon(int corners, double inner) {
    Path2D path = new Path2D.Double();
    for (int i = 0; i < corners; i++) {
      double radius = i % 2 == 0 ? 1 : inner;
      double x = radius * Math.sin(2 * Math.PI * i / corners);
      double y = -radius * Math.cos(2 * Math.PI * i / corners);
      if (i == 0) {
        path.moveTo(x, y);
      } else {
        path.lineTo(x, y);
      }
    }
    path.closePath();
    return new Area(path);
  }

  private Color color() {
    return new Color(random.nextInt(200), random.nextInt(200), random.nextInt(200));
  }

  private static Color mixed(Color a, Color b, double share) {
    return new Color(
        (int) (a.getRed() + share * (b.getRed() - a.getRed())),
        (int) (a.getGreen() + share * (b.getGreen() - a.getGreen())),
        (int) (a.getBlue() + share * (b.getBlue() - a.getBlue())));
  }

  private Color noisy(Color color) {
    int by = random.nextInt(-12, 13);
    return new Color(
        clipped(color.getRed() + by),
        clipped(color.getGreen() + by),
        clipped(color.getBlue() + by));
  }

  private static int clipped(int value) {
    return Math.max(0, Math.min(255, value));
  }

  static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }
}
