package org.maskwright.trainer.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.result.Metric;

/** The metrics of an evaluation as lines for people. */
public final class EvalTable {
  private EvalTable() {}

  /** One line a kind of result. */
  public static List<String> lines(long step, EvalReport report) {
    Map<String, StringBuilder> byKind = new LinkedHashMap<>();
    report
        .metrics()
        .forEach(
            (name, value) -> {
              int dot = name.indexOf('.');
              byKind
                  .computeIfAbsent(name.substring(0, dot), k -> new StringBuilder())
                  .append(' ')
                  .append(name, dot + 1, name.length())
                  .append('=')
                  .append(Metric.text(value));
            });
    List<String> out = new ArrayList<>();
    byKind.forEach(
        (kind, text) ->
            out.add(
                String.format(
                    Locale.ROOT,
                    "eval step=%d %-8s%s (%d images, %.1f s)",
                    step,
                    kind,
                    text,
                    report.images(),
                    report.seconds())));
    return out;
  }
}
