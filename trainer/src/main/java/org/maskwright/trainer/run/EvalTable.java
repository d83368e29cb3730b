package org.maskwright.trainer.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.EvalReports;
import org.maskwright.trainer.result.Metric;

/** The metrics of an evaluation as lines for people. */
public final class EvalTable {
  private EvalTable() {}

  /** One line a kind of result of each data set, which are named where there are several. */
  public static List<String> lines(long step, EvalReports reports) {
    List<String> out = new ArrayList<>();
    reports
        .byName()
        .forEach((name, report) -> out.addAll(lines(step, reports.before(name, " "), report)));
    return out;
  }

  private static List<String> lines(long step, String before, EvalReport report) {
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
                    "eval step=%d %s%-8s%s (%d images, %.1f s)",
                    step,
                    before,
                    kind,
                    text,
                    report.images(),
                    report.seconds())));
    return out;
  }
}
