package org.maskwright.engine.tensor;

import java.util.Map;
import java.util.TreeMap;

/**
 * The named random streams of an engine (init, points, dropout, ...): made on first use, saved and
 * rewound together.
 */
public final class RandomStreams {
  private final long seed;
  private final Map<String, RandomStream> streams = new TreeMap<>();

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
