package org.maskwright.datasets.scenes;

import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.mask.Rle;

/**
 * A video of {@link MovingShapes}.
 *
 * @param id its number
 * @param frames its pictures
 * @param tracks its objects
 */
record ShapeVideo(int id, List<RgbImage> frames, List<Track> tracks) {
  /** The classes, by their outline within radius 1. */
  enum Kind {
    DISC(1, 1, 1) {
      @Override
      boolean inside(double x, double y) {
        return x * x + y * y <= 1;
      }
    },
    SQUARE(2, 0.85, 1.21) {
      @Override
      boolean inside(double x, double y) {
        return Math.max(Math.abs(x), Math.abs(y)) <= HALF_SQUARE;
      }
    },
    TRIANGLE(3, 0.52, 1.32) {
      @Override
      boolean inside(double x, double y) {
        return y <= TRIANGLE_FOOT && Math.abs(x) <= (y + 1) * TRIANGLE_SLOPE;
      }
    };

    private static final double HALF_SQUARE = 0.85;
    private static final double TRIANGLE_FOOT = 0.75;
    private static final double TRIANGLE_SLOPE = 0.62;

    private final int id;
    private final double within;
    private final double reach;

    Kind(int id, double within, double reach) {
      this.id = id;
      this.within = within;
      this.reach = reach;
    }

    /** Its id in the annotation file. */
    int id() {
      return id;
    }

    /** Radius of a disc around the middle that lies within. */
    double within() {
      return within;
    }

    /** Radius of a disc around the middle that holds all of it. */
    double reach() {
      return reach;
    }

    abstract boolean inside(double x, double y);
  }

  /**
   * An object.
   *
   * @param masks what is seen of it in each frame; empty where it is hidden
   */
  record Track(Kind kind, List<Rle> masks) {}

  /**
   * An object on its way: a straight line at a steady pace, and a colour with bands of another.
   *
   * @param startX and the others: in shares of the picture's side, x from left to right
   */
  private record Body(
      Kind kind,
      double radius,
      double startX,
      double startY,
      double endX,
      double endY,
      Rgb colour,
      Rgb bands) {
    double x(double share) {
      return startX + (endX - startX) * share;
    }

    double y(double share) {
      return startY + (endY - startY) * share;
    }

    boolean covers(double share, double x, double y) {
      return kind.inside((x - x(share)) / radius, (y - y(share)) / radius);
    }

    Rgb colourAt(double share, double y) {
      return Math.floorMod((int) Math.floor((y - y(share)) / radius * BANDS), 2) == 0
          ? colour
          : bands;
    }
  }

  private static final double BANDS = 2.5;
  private static final int SAMPLES = 3; // of a pixel, along each axis
  private static final int LEAST_SEEN = 4; // pixels; less of an object is nothing
  private static final double NOISE = 0.03;

  /** Video number {@code id}. */
  static ShapeVideo of(MovingShapesConfig config, int id) {
    SceneRandom random = SceneRandom.ofImage(config.seed(), id);
    List<Body> bodies = bodies(random); // the last one is in front
    Rgb top = ground(random);
    Rgb bottom = ground(random);
    int frames = config.frames();
    int size = config.size();
    List<RgbImage> pictures = new ArrayList<>();
    List<List<Rle>> masks = new ArrayList<>();
    bodies.forEach(body -> masks.add(new ArrayList<>()));
    for (int t = 0; t < frames; t++) {
      // Halfway is a frame, in which the pair is at one place.
      int half = frames / 2;
      double share = (t - half) / (frames - 1.0) + 0.5;
      int[] owners = new int[size * size]; // 0 the ground, else number of the body + 1
      byte[] rgb = new byte[3 * size * size];
      for (int p = 0; p < size * size; p++) {
        owners[p] = pixel(bodies, share, p % size, p / size, size, top, bottom, random, rgb, 3 * p);
      }
      pictures.add(new RgbImage(size, size, rgb));
      for (int b = 0; b < bodies.size(); b++) {
        Rle mask = Rle.ofLabel(owners, size, size, b + 1);
        masks.get(b).add(mask.area() < LEAST_SEEN ? Rle.empty(size, size) : mask);
      }
    }
    List<Track> tracks = new ArrayList<>();
    for (int b = 0; b < bodies.size(); b++) {
      tracks.add(new Track(bodies.get(b).kind(), List.copyOf(masks.get(b))));
    }
    return new ShapeVideo(id, pictures, tracks);
  }

  /** The colour of a pixel to {@code rgb[at]}; gives the front-most body that has half of it. */
  private static int pixel(
      List<Body> bodies,
      double share,
      int x,
      int y,
      int size,
      Rgb top,
      Rgb bottom,
      SceneRandom random,
      byte[] rgb,
      int at) {
    double[] sum = new double[3];
    int[] hits = new int[bodies.size() + 1];
    for (int s = 0; s < SAMPLES * SAMPLES; s++) {
      int column = s % SAMPLES;
      int row = s / SAMPLES;
      double px = (x + (column + 0.5) / SAMPLES) / size;
      double py = (y + (row + 0.5) / SAMPLES) / size;
      int owner = bodies.size();
      while (owner > 0 && !bodies.get(owner - 1).covers(share, px, py)) {
        owner--;
      }
      hits[owner]++;
      Rgb colour = owner == 0 ? top.towards(bottom, py) : bodies.get(owner - 1).colourAt(share, py);
      sum[0] += colour.r();
      sum[1] += colour.g();
      sum[2] += colour.b();
    }
    int samples = SAMPLES * SAMPLES;
    new Rgb(sum[0] / samples, sum[1] / samples, sum[2] / samples)
        .varied(random, NOISE)
        .write(rgb, at);
    for (int owner = bodies.size(); owner > 0; owner--) {
      if (2 * hits[owner] >= SAMPLES * SAMPLES) {
        return owner;
      }
    }
    return 0;
  }

  private static List<Body> bodies(SceneRandom random) {
    Kind kind = Kind.values()[random.below(Kind.values().length)];
    double lane = random.between(0.35, 0.65);
    double drift = random.between(-0.1, 0.1);
    double left = random.between(0.2, 0.26);
    double radius = random.between(0.13, 0.17);
    double hue = random.unit();
    double other = hue + random.between(0.3, 0.7); // on the circle of hues
    boolean firstInFront = random.chance(0.5);
    double behind = radius * random.between(0.85, 0.95);
    Body first =
        new Body(
            kind,
            firstInFront ? radius : behind,
            left,
            lane - drift,
            1 - left,
            lane + drift,
            colour(hue, 0.9),
            colour(hue, random.between(0.5, 0.7)));
    Body second =
        new Body(
            kind,
            firstInFront ? behind : radius,
            1 - left,
            lane - drift,
            left,
            lane + drift,
            colour(other, 0.9),
            colour(other, random.between(0.5, 0.7)));
    List<Body> bodies = new ArrayList<>();
    if (random.chance(0.5)) {
      bodies.add(passer(random, kind, lane));
    }
    bodies.addAll(firstInFront ? Arrays.asList(second, first) : Arrays.asList(first, second));
    return bodies;
  }

  /** A shape of another class, behind the pair, on the wider side of its lane. */
  private static Body passer(SceneRandom random, Kind pair, double lane) {
    Kind kind = Kind.values()[(pair.id() + random.below(2)) % Kind.values().length];
    double y = lane < 0.5 ? random.between(0.75, 0.88) : random.between(0.12, 0.25);
    double hue = random.unit();
    double x = random.between(0.2, 0.8);
    return new Body(
        kind,
        random.between(0.09, 0.12),
        x,
        y,
        x + random.between(-0.3, 0.3),
        y,
        colour(hue, 0.9),
        colour(hue, 0.6));
  }

  private static Rgb colour(double hue, double brightness) {
    return Rgb.of(Color.HSBtoRGB((float) hue, 0.85f, (float) brightness));
  }

  private static Rgb ground(SceneRandom random) {
    double grey = random.between(0.25, 0.75);
    return new Rgb(grey, grey, grey).varied(random, 0.06);
  }
}
