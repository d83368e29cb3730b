package org.maskwright.engine.array;

import java.util.Locale;

/**
 * Where an engine computes.
 *
 * @param kind processor family
 * @param index ordinal among devices of that kind, 0 for the CPU
 */
public record Device(Kind kind, int index) {
  /** Processor family. */
  public enum Kind {
    /** Host processor. */
    CPU,
    /** NVIDIA GPU. */
    CUDA
  }

  /** The host processor. */
  public static final Device CPU = new Device(Kind.CPU, 0);

  /** Checks the ordinal. */
  public Device {
    if (index < 0 || (kind == Kind.CPU && index != 0)) {
      throw new IllegalArgumentException(
          "device: expected cpu or cuda[:i] with i >= 0, got " + kind + ":" + index);
    }
  }

  /**
   * Parses {@code cpu}, {@code cuda} or {@code cuda:i}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Device parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.equals("cpu")) {
      return CPU;
    }
    if (lower.equals("cuda")) {
      return new Device(Kind.CUDA, 0);
    }
    if (lower.matches("cuda:\\d{1,4}")) {
      return new Device(Kind.CUDA, Integer.parseInt(lower.substring(5)));
    }
    throw new IllegalArgumentException(
        "device: expected auto, cpu, cuda or cuda:<index>, got '" + text + "'");
  }

  @Override
  public String toString() {
    return kind == Kind.CPU ? "cpu" : "cuda:" + index;
  }
}
