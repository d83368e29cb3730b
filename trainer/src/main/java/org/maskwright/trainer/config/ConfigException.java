package org.maskwright.trainer.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A configuration that cannot be used. Holds every problem that was found, so that a user repairs a
 * file in one go.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * @throws IllegalArgumentException if {@code problems} is empty
   */
  public ConfigException(List<Problem> problems) {
    super(describe(problems));
    this.problems = List.copyOf(problems);
  }

  /** One problem that belongs to no line of a file. */
  public ConfigException(String message) {
    this(List.of(new Problem("", "", message)));
  }

  /** As {@link #ConfigException(String)}, for what another exception found. */
  public ConfigException(String message, Throwable cause) {
    this(message);
    initCause(cause);
  }

  /** The problems, in the order in which they were found. */
  public List<Problem> problems() {
    return problems;
  }

  private static String describe(List<Problem> problems) {
    if (problems.isEmpty()) {
      throw new IllegalArgumentException("a ConfigException needs at least one problem");
    }
    if (problems.size() == 1) {
      return problems.get(0).toString();
    }
    return problems.stream()
        .map(p -> "  " + p)
        .collect(
            Collectors.joining("\n", problems.size() + " problems in the configuration:\n", ""));
  }

  /**
   * One problem.
   *
   * @param origin where the value was written, such as {@code configs/quickstart.conf:12} or {@code
   *     --set}; empty if nowhere
   * @param path the full key, such as {@code optimizer.learning-rate}; empty if about the whole
   *     file
   * @param message what was expected, what came, and what to do
   */
  public record Problem(String origin, String path, String message) {
    @Override
    public String toString() {
      String at = origin.isEmpty() ? "" : origin + ": ";
      String key = path.isEmpty() ? "" : path + ": ";
      return at + key + message;
    }
  }
}
