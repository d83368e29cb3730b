package org.maskwright.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A command line that the documentation shows, as one of the forms its brackets stand for.
 *
 * @param where file:line
 * @param words program and arguments
 */
record DocumentedCommand(String where, List<String> words) {
  static final Path HOME = Path.of("..");

  private static final Pattern PROGRAM =
      Pattern.compile("(\\./maskwright|mvn|python|(\\./)?benchmarks/\\S+\\.sh)( .*)?");

  private static final Pattern INLINE =
      Pattern.compile("`((?:\\./maskwright|mvn|benchmarks/\\S+\\.sh)(?: [^`]*)?)`");

  private static final Pattern OPTIONAL = Pattern.compile("\\[([^\\[\\]]*)\\]");

  /** Every command of README.md, docs and the headers of configuration files. */
  static List<DocumentedCommand> all() throws IOException {
    List<DocumentedCommand> found = new ArrayList<>();
    for (Path file : pages()) {
      ofPage(file, found);
    }
    try (Stream<Path> files = Files.walk(HOME.resolve("configs"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".conf")).sorted().toList()) {
        lines(file, "# ./maskwright ", "# ".length(), found);
      }
    }
    return found;
  }

  /** README.md and the pages under docs. */
  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(HOME.resolve("README.md")));
    try (Stream<Path> files = Files.list(HOME.resolve("docs"))) {
      files.filter(f -> f.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  private static void ofPage(Path file, List<DocumentedCommand> found) throws IOException {
    List<String> lines = Files.readAllLines(file);
    boolean fenced = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String where = file.getFileName() + ":" + (i + 1);
      if (line.startsWith("```")) {
        fenced = !fenced;
      } else if (fenced || line.startsWith("    ")) {
        Matcher block = PROGRAM.matcher(line.strip());
        if (block.matches()) {
          forms(where, line.strip(), found);
        }
      } else {
        for (MatchResult inline : INLINE.matcher(line).results().toList()) {
          forms(where, inline.group(1), found);
        }
      }
    }
  }

  private static void lines(Path file, String start, int skip, List<DocumentedCommand> found)
      throws IOException {
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(start)) {
        forms(HOME.relativize(file) + ":" + (i + 1), lines.get(i).substring(skip), found);
      }
    }
  }

  /** Each form the text stands for: [x] is there or not, a|b is a or b; a comment is cut off. */
  private static void forms(String where, String text, List<DocumentedCommand> found) {
    String command = text.replaceFirst(" +#.*$", "").replaceFirst(" > \\S+$", "").strip();
    Set<String> forms = new LinkedHashSet<>();
    expand(command, forms);
    for (String form : forms) {
      List<String> words = Arrays.stream(form.split(" +")).map(w -> w.replace("'", "")).toList();
      int alternatives = words.stream().mapToInt(w -> w.split("\\|").length).max().orElse(1);
      for (int i = 0; i < alternatives; i++) {
        int pick = i;
        found.add(
            new DocumentedCommand(
                where,
                words.stream()
                    .map(w -> w.split("\\|"))
                    .map(w -> w[Math.min(pick, w.length - 1)])
                    .toList()));
      }
    }
  }

  private static void expand(String text, Set<String> forms) {
    Matcher optional = OPTIONAL.matcher(text);
    if (!optional.find()) {
      forms.add(text.strip());
      return;
    }
    expand(text.substring(0, optional.start()) + text.substring(optional.end()), forms);
    expand(
        text.substring(0, optional.start()) + optional.group(1) + text.substring(optional.end()),
        forms);
  }

  boolean runs(String program) {
    return words.get(0).equals(program);
  }

  /** The arguments after the program. */
  List<String> arguments() {
    return words.subList(1, words.size());
  }

  /** The values of every appearance of an option, in either spelling. */
  List<String> values(String option) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).equals(option) && i + 1 < words.size()) {
        values.add(words.get(i + 1));
      } else if (words.get(i).startsWith(option + "=")) {
        values.add(words.get(i).substring(option.length() + 1));
      }
    }
    return values;
  }

  @Override
  public String toString() {
    return where + " " + String.join(" ", words);
  }
}
