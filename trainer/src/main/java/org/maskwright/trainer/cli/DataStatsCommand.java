package org.maskwright.trainer.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.catalog.ChannelStatistics;
import org.maskwright.datasets.catalog.DataCheck;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.DatasetStats;
import org.maskwright.datasets.catalog.DatasetStats.ClassCount;
import org.maskwright.datasets.catalog.LayoutDetector;
import org.maskwright.datasets.catalog.Learnability;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code maskwright data stats}: what a folder holds. */
@Command(
    name = "stats",
    aliases = "info",
    description = "Say which layout a folder has, and how many images and segments each class has.")
final class DataStatsCommand implements Callable<Integer> {
  private static final int DIGITS = 6;

  @Mixin private DataArgument source;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<Runnable> texts = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (DataArgument.Part part : source.allParts()) {
      show(part, texts, values);
    }
    json.report(
        spec.commandLine().getOut(),
        () -> texts.forEach(Runnable::run),
        () -> String.join("\n", values));
    return ExitCode.OK.code();
  }

  private void show(DataArgument.Part part, List<Runnable> texts, List<String> values) {
    DatasetSettings settings = part.settings();
    String because = part.name().isEmpty() ? "as asked" : "data." + part.name();
    if (settings.type().equals("auto")) {
      LayoutDetector.Found found = LayoutDetector.detect(settings, part.task());
      settings = found.settings();
      because = "found by " + found.because();
    }
    Dataset dataset = DatasetOpener.open(part.settings(), part.task());
    DatasetStats stats = DatasetStats.of(dataset);
    Optional<ChannelStatistics> pixels = ChannelStatistics.of(dataset);
    Learnability learnable =
        Learnability.of(
            part.task().orElseGet(() -> DataCheck.richest(dataset)),
            stats,
            Optional.empty(),
            settings.ignore());
    List<String> notes = new ArrayList<>(dataset.notes());
    notes.addAll(learnable.warnings());
    learnable.error().ifPresent(notes::add);
    learnable.oneClass().ifPresent(notes::add);
    pixels
        .map(ChannelStatistics::constant)
        .filter(constant -> !constant.isEmpty())
        .ifPresent(
            constant ->
                notes.add("channels of one value everywhere, which tell nothing: " + constant));
    PrintWriter out = spec.commandLine().getOut();
    String type = settings.type();
    String why = because;
    texts.add(
        () -> {
          print(type, why, stats, out);
          pixels.ifPresent(p -> print(p, out));
          notes.forEach(note -> out.println("note: " + note));
        });
    values.add(toJson(type, stats, pixels, notes));
  }

  private static void print(String type, String because, DatasetStats stats, PrintWriter out) {
    out.printf("%s, %s%n", type, because);
    out.printf(
        "%d images, %d of them annotated; %d segments, %d of them crowds; %d classes%n",
        stats.images(),
        stats.imagesWithSegments(),
        stats.segments(),
        stats.crowds(),
        stats.classes().size());
    DatasetStats.Pixels pixels = stats.pixels();
    out.printf(
        "%6s  %-28s %-6s %10s %8s %8s %8s%n",
        "id", "class", "", "segments", "crowds", "images", "pixels");
    stats.classes().stream()
        .filter(c -> c.segments() > 0)
        .sorted(Comparator.comparingLong(ClassCount::segments).reversed())
        .forEach(
            c ->
                out.printf(
                    Locale.ROOT,
                    "%6d  %-28s %-6s %10d %8d %8d %6.2f %%%n",
                    c.category().id(),
                    c.category().name(),
                    c.category().thing() ? "thing" : "stuff",
                    c.segments(),
                    c.crowds(),
                    c.images(),
                    100 * pixels.share(c)));
    if (pixels.unlabelled() > 0) {
      out.printf(Locale.ROOT, "void: %.2f %% of the pixels%n", 100 * pixels.unlabelledShare());
    }
  }

  /** As lines of a configuration. */
  private static void print(ChannelStatistics pixels, PrintWriter out) {
    out.printf(
        "pixels of %d images, in units of 0 to 255; to train with them as they are:%n",
        pixels.images());
    out.printf("  data.channels = %d%n", pixels.channels().count());
    out.printf("  data.normalization.mean = %s%n", numbers(pixels.normalization().mean()));
    out.printf("  data.normalization.std = %s%n", numbers(pixels.normalization().std()));
  }

  /** With five digits, of small numbers too. */
  private static List<String> numbers(List<Float> values) {
    return values.stream()
        .map(v -> new BigDecimal(v).round(new MathContext(DIGITS)).toPlainString())
        .toList();
  }

  private static void numbers(JsonGenerator generator, String name, List<Float> values)
      throws IOException {
    generator.writeArrayFieldStart(name);
    for (float value : values) {
      generator.writeNumber(value);
    }
    generator.writeEndArray();
  }

  private static String toJson(
      String type, DatasetStats stats, Optional<ChannelStatistics> pixels, List<String> notes) {
    return JsonLines.object(
        generator -> {
          generator.writeStringField("type", type);
          generator.writeNumberField("images", stats.images());
          generator.writeNumberField("imagesWithSegments", stats.imagesWithSegments());
          generator.writeNumberField("segments", stats.segments());
          generator.writeNumberField("crowds", stats.crowds());
          generator.writeNumberField("voidShare", stats.pixels().unlabelledShare());
          if (pixels.isPresent()) {
            numbers(generator, "mean", pixels.get().normalization().mean());
            numbers(generator, "std", pixels.get().normalization().std());
          }
          generator.writeArrayFieldStart("notes");
          for (String note : notes) {
            generator.writeString(note);
          }
          generator.writeEndArray();
          generator.writeArrayFieldStart("classes");
          for (ClassCount c : stats.classes()) {
            generator.writeStartObject();
            generator.writeNumberField("id", c.category().id());
            generator.writeStringField("name", c.category().name());
            generator.writeBooleanField("thing", c.category().thing());
            generator.writeNumberField("segments", c.segments());
            generator.writeNumberField("crowds", c.crowds());
            generator.writeNumberField("images", c.images());
            generator.writeNumberField("pixelShare", stats.pixels().share(c));
            generator.writeEndObject();
          }
          generator.writeEndArray();
        });
  }
}
