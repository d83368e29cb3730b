package org.maskwright.engine.tensor;

import java.util.Map;
import java.util.TreeMap;
import org.maskwright.engine.runtime.Parallel;

/**
 * The named random streams of an engine (init, points, dropout, ...): made on first use, saved and
 * rewound together.
 *
 * <p>What is random for an image in a training step ({@link #perImage}) does not come from a
 * stream's next numbers but from the seed, the step and the image's number in it: the image gets
 * the same numbers whatever part of the step it is computed in.
 */
public final class RandomStreams {
  private static final String PER_IMAGE = "per-image-";

  private final long seed;
  private final Map<String, RandomStream> streams = new TreeMap<>();
  private long step;
  private long firstImage;

  RandomStreams(long seed) {
    this.seed = seed;
  }

  /** The seed that all streams come from. */
  public long seed() {
    return seed;
  }

  /** The stream of a name. */
  public RandomStream get(String name) {
    return streams.computeIfAbsent(name, n -> RandomStream.of(seed, n));
  }

  /**
   * Says which images the next forward pass is of: number {@code first} of a step and those that
   * follow it.
   *
   * @param step counted over the run
   * @param first how many images of the step are computed before, or elsewhere
   */
  public void startImages(long step, long first) {
    this.step = step;
    this.firstImage = first;
    streams.forEach(
        (name, stream) -> {
          if (name.startsWith(PER_IMAGE)) {
            stream.rewind(0);
          }
        });
  }

  /**
   * Uniform numbers in [0,1) for each image of a forward pass: [images,count]. Those of an image
   * depend on the seed, the name, the step and number that {@link #startImages} gave the image, and
   * on how many were drawn for it since.
   */
  public float[] perImage(String name, int images, int count) {
    float[] out = new float[Math.multiplyExact(images, count)];
    RandomStream drawn = get(PER_IMAGE + name);
    RandomStream ofStep = drawn.fork(step);
    Parallel.forEach(
        images,
        b -> {
          RandomStream own = ofStep.fork(firstImage + b).at(drawn.position());
          for (int i = b * count; i < (b + 1) * count; i++) {
            out[i] = own.nextFloat();
          }
        });
    drawn.rewind(drawn.position() + count);
    return out;
  }

  /** Positions of all streams used so far, by name. */
  public Map<String, Long> save() {
    Map<String, Long> out = new TreeMap<>();
    streams.forEach((name, stream) -> out.put(name, stream.position()));
    return out;
  }

  /** Moves every stream to a saved position; streams that were not saved go back to their start. */
  public void rewind(Map<String, Long> saved) {
    streams.forEach((name, stream) -> stream.rewind(saved.getOrDefault(name, 0L)));
    saved.forEach((name, position) -> get(name).rewind(position));
  }
}
