package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.maskwright.datasets.Normalization;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadReport;
import org.maskwright.settings.Registry;
import org.maskwright.trainer.checkpoint.BackboneFile;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.config.SettingsWriter;

/**
 * What {@code maskwright import} says of a backbone.
 *
 * @param source the file
 * @param out the folder that was made
 * @param backbone its architecture
 * @param report what became of each key
 */
record BackboneReport(
    Path source, Path out, ImportedWeights weights, BackboneConfig backbone, LoadReport report) {
  private String kind() {
    return Registry.of(BackbonePart.class).of(backbone).name();
  }

  /** The first model of the zoo that has it. */
  private Optional<String> model() {
    return Variants.names().stream()
        .filter(name -> Variants.get(name).backbone().equals(backbone))
        .findFirst();
  }

  /** The options that give an experiment this backbone: what is not as it is usual. */
  private String settings() {
    String type = "model.backbone.type=" + kind();
    BackboneConfig usual =
        ConfigFile.defaults(List.of(type)).bind(RunSettings.class).model().backbone();
    Map<String, String> values = SettingsWriter.flat((Record) usual);
    StringBuilder options = new StringBuilder(" --set " + type);
    SettingsWriter.flat((Record) backbone)
        .forEach(
            (key, value) -> {
              if (!value.equals(values.get(key))) {
                options.append(" --set model.backbone.%s.%s=%s".formatted(kind(), key, value));
              }
            });
    return options.toString();
  }

  private Normalization pixels() {
    return BackboneFile.normalization(weights.family());
  }

  void print(PrintWriter lines) {
    lines.printf(
        "%s: %s, %s%n", source, weights.provenance().family(), weights.provenance().format());
    lines.printf(
        "backbone: %s; %d tensors loaded, %d start fresh, %d not needed (listed in import.txt)%n",
        kind(), report.loaded().size(), report.reinitialised().size(), report.ignored().size());
    Normalization p = pixels();
    lines.printf(
        "images are normalised with mean %s and std %s, of 0 to 255%n",
        spaced(p.mean()), spaced(p.std()));
    lines.printf("licence: %s%n", weights.provenance().licence());
    lines.printf(
        "to train from it: ./maskwright train EXPERIMENT%s --set init.backbone=%s%n",
        model().map(name -> " --model " + name).orElseGet(this::settings), out);
    lines.println(out);
  }

  private static String spaced(List<Float> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  String toJson() {
    return JsonLines.object(
        g -> {
          g.writeStringField("folder", out.toString());
          g.writeStringField("family", weights.provenance().family());
          g.writeStringField("format", weights.provenance().format());
          g.writeStringField("licence", weights.provenance().licence());
          g.writeStringField("backbone", kind());
          if (model().isPresent()) {
            g.writeStringField("model", model().get());
          }
          g.writeNumberField("loaded", report.loaded().size());
          JsonLines.strings(
              g,
              "reinitialised",
              report.reinitialised().stream().map(LoadReport.MisShaped::key).toList());
          JsonLines.strings(g, "ignored", report.ignored());
        });
  }
}
