package org.maskwright.trainer.video;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.mask.Tube;
import org.maskwright.datasets.metrics.TubeEvaluator;

/**
 * Two discs of one class and one look that swap sides: they meet in the middle, one hides the other
 * for some frames, and both go on. A third one stands still. What a model finds of them is the
 * visible part with a ragged edge; what shows less than a fifth of itself it does not find, and now
 * and then it misses one.
 */
final class CrossingVideo {
  private static final int HEIGHT = 64;
  private static final int WIDTH = 96;
  private static final double VISIBLE = 0.2;
  private static final double MISSED = 0.04;

  private final int frames;
  private final double[][] places; // of each object, x and y of each frame
  private final double[] radii;
  private final Random random;

  CrossingVideo(long seed, int frames) {
    this.frames = frames;
    random = new Random(seed);
    radii = new double[] {7 + 3 * random.nextDouble(), 6 + 3 * random.nextDouble(), 6};
    places = new double[3][2 * frames];
    double slope = 10 * random.nextDouble() - 5;
    for (int t = 0; t < frames; t++) {
      double share = (double) t / (frames - 1);
      places[0][2 * t] = 12 + share * (WIDTH - 24);
      places[0][2 * t + 1] = 30 + slope * share;
      places[1][2 * t] = WIDTH - 12 - share * (WIDTH - 24);
      places[1][2 * t + 1] = 34 - slope * share;
      places[2][2 * t] = 20;
      places[2][2 * t + 1] = 56;
    }
  }

  private boolean[] disc(int object, int t, double ragged) {
    boolean[] in = new boolean[HEIGHT * WIDTH];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        double dx = x - places[object][2 * t];
        double dy = y - places[object][2 * t + 1];
        double edge = radii[object] + ragged * (random.nextDouble() - 0.5);
        in[y * WIDTH + x] = dx * dx + dy * dy <= edge * edge;
      }
    }
    return in;
  }

  private static Rle mask(boolean[] in, boolean[] without) {
    byte[] bits = new byte[in.length];
    for (int i = 0; i < in.length; i++) {
      bits[i] = (byte) (in[i] && (without == null || !without[i]) ? 1 : 0);
    }
    return Rle.ofBitmap(bits, HEIGHT, WIDTH);
  }

  /** The visible part of an object; object 0 is in front of object 1. */
  private Rle visible(int object, int t, double ragged) {
    return mask(disc(object, t, ragged), object == 1 ? disc(0, t, 0) : null);
  }

  /** The truth: of each object its visible parts. */
  List<Tube> truths() {
    List<Tube> tubes = new ArrayList<>();
    for (int object = 0; object < places.length; object++) {
      List<Rle> masks = new ArrayList<>();
      for (int t = 0; t < frames; t++) {
        Rle mask = visible(object, t, 0);
        masks.add(mask.area() == 0 ? null : mask);
      }
      tubes.add(Tube.of(masks));
    }
    return tubes;
  }

  /** What a model finds in a frame. */
  List<Sighting> found(int t) {
    List<Sighting> found = new ArrayList<>();
    for (int object = 0; object < places.length; object++) {
      Rle whole = mask(disc(object, t, 0), null);
      Rle mask = visible(object, t, 2);
      if (mask.area() > VISIBLE * whole.area() && random.nextDouble() >= MISSED) {
        double score = 0.8 + 0.2 * random.nextDouble();
        found.add(new Sighting(0, score, mask, Look.UNKNOWN));
      }
    }
    return found;
  }

  int frames() {
    return frames;
  }

  /** Puts the tracks that numbers give together and scores them. */
  void score(
      TubeEvaluator evaluator, long id, List<List<Sighting>> frames, List<List<Integer>> numbers) {
    int tracks = numbers.stream().flatMap(List::stream).mapToInt(number -> number).max().orElse(0);
    List<TubeEvaluator.FoundTrack> found = new ArrayList<>();
    for (int track = 1; track <= tracks; track++) {
      List<Rle> masks = new ArrayList<>();
      double score = 0;
      for (int t = 0; t < frames.size(); t++) {
        int at = numbers.get(t).indexOf(track);
        masks.add(at < 0 ? null : frames.get(t).get(at).mask());
        score += at < 0 ? 0 : frames.get(t).get(at).score();
      }
      found.add(new TubeEvaluator.FoundTrack(1, score / frames.size(), Tube.of(masks)));
    }
    List<TubeEvaluator.TrueTrack> wanted = new ArrayList<>();
    for (Tube tube : truths()) {
      wanted.add(new TubeEvaluator.TrueTrack(wanted.size() + 1, 1, tube, tube.meanArea(), false));
    }
    evaluator.add(ImageId.of(id), wanted, found);
  }
}
