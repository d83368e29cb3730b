package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where the targets of a batch are compared with every query of their image: first the points that
 * are shared by the targets known everywhere, then those of each other target. A target has weight
 * at its own alone, so that costs of one image are those of its targets each for itself.
 *
 * <p><b>Shapes</b> points [B,P,2], labels and weights [B,N,P]
 */
final class PairPlaces {
  private static final float MIDDLE = 0.5f;

  private final int count;
  private final float[] points;
  private final float[] labels;
  private final float[] weights;

  private PairPlaces(int images, int maxTargets, int count) {
    this.count = count;
    points = new float[Math.multiplyExact(images, 2 * count)];
    Arrays.fill(points, MIDDLE);
    labels = new float[Math.multiplyExact(images, Math.multiplyExact(maxTargets, count))];
    weights = new float[labels.length];
  }

  /** Of one image: the points that are shared, and of each target those of its own. */
  private static final class Image {
    private final Supervision targets;
    private final List<Optional<Places>> own = new ArrayList<>();
    private final float[] shared;

    Image(Supervision targets, PointSource.Uniform random, Sampling sampling) {
      this.targets = targets;
      for (int n = 0; n < targets.count(); n++) {
        own.add(targets.places(n, random));
      }
      boolean sampled = own.stream().anyMatch(Optional::isEmpty);
      shared = sampled ? random.points(sampling.required()) : new float[0];
    }

    int count() {
      return shared.length / 2
          + own.stream().flatMap(Optional::stream).mapToInt(Places::count).sum();
    }
  }

  /**
   * Those of a batch.
   *
   * @param layer number of the output
   */
  static PairPlaces of(
      List<? extends Supervision> targets,
      int maxTargets,
      int layer,
      PointSource source,
      Sampling sampling) {
    List<Image> images = new ArrayList<>();
    for (int b = 0; b < targets.size(); b++) {
      int image = b;
      images.add(
          new Image(targets.get(b), count -> source.forMatcher(layer, image, count), sampling));
    }
    int most = images.stream().mapToInt(Image::count).max().orElse(0);
    PairPlaces out = new PairPlaces(targets.size(), maxTargets, Math.max(1, most));
    for (int b = 0; b < targets.size(); b++) {
      out.fill(b, images.get(b), maxTargets);
    }
    return out;
  }

  private void fill(int b, Image image, int maxTargets) {
    int shared = image.shared.length / 2;
    System.arraycopy(image.shared, 0, points, 2 * b * count, 2 * shared);
    int next = shared;
    for (int n = 0; n < image.own.size(); n++) {
      int row = (b * maxTargets + n) * count;
      if (image.own.get(n).isPresent()) {
        Places own = image.own.get(n).get();
        System.arraycopy(own.points(), 0, points, 2 * (b * count + next), 2 * own.count());
        System.arraycopy(own.labels(), 0, labels, row + next, own.count());
        System.arraycopy(own.weights(), 0, weights, row + next, own.count());
        next += own.count();
      } else {
        image.targets.labels(n, 0, image.shared, 0, shared, labels, row);
        image.targets.weights(n, 0, image.shared, 0, shared, weights, row);
      }
    }
  }

  /** P. */
  int count() {
    return count;
  }

  float[] points() {
    return points;
  }

  float[] labels() {
    return labels;
  }

  float[] weights() {
    return weights;
  }
}
