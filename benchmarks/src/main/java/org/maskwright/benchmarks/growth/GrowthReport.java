package org.maskwright.benchmarks.growth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.maskwright.datasets.picture.Chart;

/** Writes growth.json (every round), growth.md (medians) and a chart for each axis and unit. */
final class GrowthReport {
  /**
   * What was measured.
   *
   * @param base the sizes that did not vary
   */
  record About(String model, int rounds, int cores, String base) {}

  private static final double HEADROOM = 1.06;

  private GrowthReport() {}

  static void write(Path out, About about, List<GrowthAxis> axes) throws IOException {
    json(out.resolve("growth.json"), about, axes);
    StringBuilder table = new StringBuilder();
    for (GrowthAxis axis : axes) {
      table(table, axis);
      chart(out, axis, "ms", about);
      chart(out, axis, "MiB", about);
    }
    Files.writeString(out.resolve("growth.md"), table);
  }

  private static void table(StringBuilder text, GrowthAxis axis) {
    text.append("| ").append(axis.label()).append(" |");
    for (int point : axis.points()) {
      text.append(' ').append(point).append(" |");
    }
    text.append(" exponent |\n|---|").append("---|".repeat(axis.points().length + 1)).append('\n');
    for (String measure : axis.measures()) {
      text.append("| ").append(measure).append(" |");
      for (double value : axis.medians(measure)) {
        String form = value < 10 ? " %.1f |" : " %.0f |";
        text.append(String.format(Locale.ROOT, form, value));
      }
      text.append(String.format(Locale.ROOT, " %.2f |%n", axis.exponent(measure)));
    }
    text.append('\n');
  }

  private static void chart(Path out, GrowthAxis axis, String unit, About about)
      throws IOException {
    List<String> measures = axis.measures().stream().filter(m -> m.endsWith(" " + unit)).toList();
    double[] x = Arrays.stream(axis.points()).asDoubleStream().toArray();
    String title =
        switch (axis.name()) {
          case "images" -> "COCO annotations";
          case "processes" -> about.model() + " on " + about.cores() + " cores";
          default -> about.model() + ", otherwise " + about.base();
        };
    Chart chart = new Chart(title, axis.label(), unit.equals("ms") ? "milliseconds" : unit);
    double high = 0;
    for (String measure : measures) {
      double[] y = axis.medians(measure);
      chart.line(measure.substring(0, measure.indexOf(',')), x, y);
      high = Math.max(high, Arrays.stream(y).max().orElse(0));
    }
    String suffix = unit.equals("ms") ? "" : "-memory";
    chart.yRange(0, HEADROOM * high).draw().writePng(out.resolve(axis.name() + suffix + ".png"));
  }

  private static void json(Path file, About about, List<GrowthAxis> axes) throws IOException {
    try (Writer writer = Files.newBufferedWriter(file);
        JsonGenerator g = new JsonFactory().createGenerator(writer)) {
      g.useDefaultPrettyPrinter();
      g.writeStartObject();
      g.writeStringField("model", about.model());
      g.writeStringField("base", about.base());
      g.writeNumberField("rounds", about.rounds());
      g.writeNumberField("cores", about.cores());
      g.writeStringField("java", System.getProperty("java.vm.version"));
      g.writeObjectFieldStart("axes");
      for (GrowthAxis axis : axes) {
        g.writeObjectFieldStart(axis.name());
        for (String measure : axis.measures()) {
          g.writeObjectFieldStart(measure);
          for (int point : axis.points()) {
            g.writeArrayFieldStart(Integer.toString(point));
            for (double value : axis.values(measure, point)) {
              g.writeNumber(Math.round(value * 100) / 100.0);
            }
            g.writeEndArray();
          }
          g.writeEndObject();
        }
        g.writeEndObject();
      }
      g.writeEndObject();
      g.writeEndObject();
    }
  }
}
