package org.maskwright.trainer.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.run.MetricsLog;

/** The loss of a run's contrast, the mean of its last lines. */
public final class ContrastLoss {
  private static final int LAST = 10;

  private ContrastLoss() {}

  /**
   * Reads it.
   *
   * @param weights of a run
   * @param name of the term; empty: the first whose name has nce or contrast in it
   * @throws ConfigException if it is of no run, or the run has no such loss
   */
  public static double of(Path weights, Optional<String> name) {
    Path run =
        FrozenBackbone.configOf(weights)
            .map(Path::getParent)
            .orElseThrow(
                () ->
                    new ConfigException(
                        "%s: expected a run, whose log has the loss of its contrast; --by rotation compares any backbones"
                            .formatted(weights)));
    Path log = run.resolve("metrics.jsonl");
    List<MetricsLog.Line> lines;
    try {
      lines =
          Files.isRegularFile(log)
              ? MetricsLog.read(log).stream().filter(l -> l.kind().equals("train")).toList()
              : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(log + " cannot be read", e);
    }
    Set<String> names = new TreeSet<>();
    lines.forEach(l -> names.addAll(l.values().keySet()));
    String chosen =
        name.or(() -> names.stream().filter(n -> n.matches(".*(nce|contrast).*")).findFirst())
            .filter(names::contains)
            .orElseThrow(
                () ->
                    new ConfigException(
                        "%s: expected the loss of a contrast (--loss NAME), the log has %s"
                            .formatted(run, names)));
    return lines.subList(Math.max(0, lines.size() - LAST), lines.size()).stream()
        .filter(l -> l.values().containsKey(chosen))
        .mapToDouble(l -> l.values().get(chosen))
        .average()
        .orElse(Double.NaN);
  }
}
