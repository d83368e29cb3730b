package org.maskwright.modelzoo.part;

import java.util.List;

/** Bounds of the settings of parts; what is beyond is a slip of the pen. */
public final class Ranges {
  /** Largest width of a layer and number of queries. */
  public static final int MAX_WIDTH = 32_768;

  /** Largest number of layers, blocks of a stage and the like. */
  public static final int MAX_COUNT = 1024;

  private Ranges() {}

  /** Of channels, tokens or queries. */
  public static void requireWidth(String name, int width) {
    require(width > 0 && width <= MAX_WIDTH, name, "1 to " + MAX_WIDTH, width);
  }

  /** Of layers, heads and other small numbers. */
  public static void requireCount(String name, int count) {
    require(count > 0 && count <= MAX_COUNT, name, "1 to " + MAX_COUNT, count);
  }

  /** Of the layers of a transformer. */
  public static void requireLayers(int layers, int heads, int feedforwardDim) {
    requireCount("layers", layers);
    requireCount("heads", heads);
    requireWidth("feedforwardDim", feedforwardDim);
  }

  /** Of a probability of dropping. */
  public static void requireRate(String name, double rate) {
    require(rate >= 0 && rate < 1, name, "a value in [0,1)", rate);
  }

  /** Of the blocks of four stages. */
  public static void requireStages(String name, List<Integer> blocks) {
    require(fourPositive(blocks), name, "four numbers from 1 to " + MAX_COUNT, blocks);
  }

  /** Whether these are four numbers from 1 to {@link #MAX_COUNT}. */
  public static boolean fourPositive(List<Integer> numbers) {
    return numbers.size() == 4 && numbers.stream().allMatch(n -> n > 0 && n <= MAX_COUNT);
  }

  /**
   * Checks a component of a record.
   *
   * @param name of the component
   * @throws IllegalArgumentException if it does not fit
   */
  public static void require(boolean fits, String name, String expected, Object got) {
    if (!fits) {
      throw new IllegalArgumentException(name + ": expected " + expected + ", got " + got);
    }
  }
}
