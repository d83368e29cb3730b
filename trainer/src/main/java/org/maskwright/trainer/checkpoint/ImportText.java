package org.maskwright.trainer.checkpoint;

import java.nio.file.Path;
import java.util.List;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.weights.LoadReport;
import org.maskwright.modelzoo.weights.Provenance;

/**
 * {@code import.txt} beside imported weights: where they come from, and what became of each key.
 */
public final class ImportText {
  private static final String FILE = "import.txt";

  private ImportText() {}

  /**
   * Writes it.
   *
   * @param unusedKeys of a config.json, a line each
   */
  public static void write(
      Path folder, Provenance provenance, LoadReport report, List<String> unusedKeys) {
    OutputFile.writeDurably(
        folder.resolve(FILE), describe(provenance) + report.toText() + describe(unusedKeys));
  }

  private static String describe(List<String> unusedKeys) {
    StringBuilder text = new StringBuilder();
    text.append(unusedKeys.size()).append(" keys of config.json not used:\n");
    unusedKeys.forEach(line -> text.append("  ").append(line).append('\n'));
    return unusedKeys.isEmpty() ? "" : text.toString();
  }

  private static String describe(Provenance provenance) {
    return """
    source   %s
    sha256   %s
    format   %s
    family   %s
    author   %s
    licence  %s
    """
        .formatted(
            provenance.source(),
            provenance.sha256(),
            provenance.format(),
            provenance.family(),
            provenance.author().isEmpty() ? "not named" : provenance.author(),
            provenance.licence());
  }
}
