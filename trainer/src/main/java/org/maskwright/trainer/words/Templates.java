package org.maskwright.trainer.words;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.TextFile;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.settings.Names;

/** Lists of sentences with a place for a word: those of the papers by name, or a file's. */
public final class Templates {
  /** Names of the lists, the shortest first; their sources are in their first lines. */
  public static final List<String> NAMES = List.of("name", "photo", "vild", "imagenet");

  /** The list that is taken where nobody asks for another. */
  public static final String USUAL = "vild";

  /** Under which a bank's provenance says whose templates it was made with. */
  public static final String PROVENANCE = "templates";

  private Templates() {}

  /**
   * The templates of a name, or of a file with one a line; lines that begin with {@code #} and
   * blank ones are nothing.
   *
   * @throws DatasetException if it is neither, or the file has none or a wrong one
   */
  public static List<String> read(String nameOrFile) {
    if (NAMES.contains(nameOrFile)) {
      return said(published(nameOrFile));
    }
    Path file = Path.of(nameOrFile);
    if (!Files.exists(file)) {
      throw DatasetException.ofFile(
          file,
          "expected a file of templates, or one of %s%s"
              .formatted(String.join(", ", NAMES), Names.meant(nameOrFile, NAMES)));
    }
    List<String> templates = said(TextFile.read(file).lines());
    try {
      TextBank.requireTemplates(templates);
    } catch (IllegalArgumentException e) {
      throw DatasetException.ofFile(file, e.getMessage(), e);
    }
    return templates;
  }

  private static List<String> published(String name) {
    try (InputStream in = Templates.class.getResourceAsStream("templates-" + name + ".txt");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return lines.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> said(List<String> lines) {
    return lines.stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
  }
}
