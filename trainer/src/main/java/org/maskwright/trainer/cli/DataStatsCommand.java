package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.maskwright.datasets.Dataset;
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
    PrintWriter out = spec.commandLine().getOut();
    String type = settings.type();
    String why = because;
    texts.add(
        () -> {
          print(type, why, stats, out);
          notes.forEach(note -> out.println("note: " + note));
        });
    values.add(toJson(type, stats, notes));
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

  private static String toJson(String type, DatasetStats stats, List<String> notes) {
    return JsonLines.object(
        generator -> {
          generator.writeStringField("type", type);
          generator.writeNumberField("images", stats.images());
          generator.writeNumberField("imagesWithSegments", stats.imagesWithSegments());
          generator.writeNumberField("segments", stats.segments());
          generator.writeNumberField("crowds", stats.crowds());
          generator.writeNumberField("voidShare", stats.pixels().unlabelledShare());
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
