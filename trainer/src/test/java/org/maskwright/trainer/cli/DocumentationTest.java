package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import picocli.CommandLine;

/** What README.md, docs and the configuration files tell a user to type, and the links between. */
class DocumentationTest {
  private static final Path HOME = DocumentedCommand.HOME;
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern INLINE_CODE = Pattern.compile("`[^`]*`");
  private static final Pattern WORD_OPTION = Pattern.compile("--[a-z][a-z-]*");

  /** Commands that take a moment and change nothing but a folder named by --out. */
  private static final List<List<String>> CHEAP =
      List.of(
          List.of("inspect", "model"),
          List.of("inspect", "models"),
          List.of("config", "show"),
          List.of("config", "check"),
          List.of("config", "reference"),
          List.of("data", "scenes"));

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  static List<DocumentedCommand> ours() throws IOException {
    return DocumentedCommand.all().stream().filter(c -> c.runs("./maskwright")).toList();
  }

  static List<DocumentedCommand> maven() throws IOException {
    // Of another project: its sources are built with it.
    return DocumentedCommand.all().stream()
        .filter(c -> c.runs("mvn") && !c.toString().contains("libnd4j"))
        .toList();
  }

  static List<DocumentedCommand> scripts() throws IOException {
    return DocumentedCommand.all().stream()
        .filter(c -> c.runs("python") || c.words().get(0).endsWith(".sh"))
        .toList();
  }

  static List<DocumentedCommand> cheap() throws IOException {
    return ours().stream()
        .filter(c -> CHEAP.stream().anyMatch(start -> startsWith(c.arguments(), start)))
        .toList();
  }

  private static boolean startsWith(List<String> words, List<String> start) {
    return words.size() >= start.size() && words.subList(0, start.size()).equals(start);
  }

  private CommandLine parser() {
    return Maskwright.commandLine(new PrintWriter(out), new PrintWriter(err));
  }

  private int run(List<String> words) {
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), words.toArray(String[]::new));
  }

  @Test
  void thereAreCommandsToCheck() throws IOException {
    assertTrue(ours().size() > 100, "of ours: " + ours().size());
    assertTrue(maven().size() > 3, "of Maven: " + maven());
    assertTrue(scripts().size() > 5, "scripts: " + scripts());
    assertTrue(cheap().size() > 6, "run for real: " + cheap());
  }

  @ParameterizedTest
  @MethodSource("ours")
  void everyCommandOfTheDocumentationParses(DocumentedCommand command) {
    List<String> words =
        command.arguments().stream()
            .filter(w -> !w.equals("..."))
            .map(w -> w.equals("COMMAND") ? "train" : w) // stands for any
            .map(w -> w.equals("N") || w.equals("S") ? "7" : w) // stand for numbers
            .toList();
    assertDoesNotThrow(() -> parser().parseArgs(words.toArray(String[]::new)));
  }

  @ParameterizedTest
  @MethodSource("ours")
  void everyConfigurationThatTheDocumentationNamesBindsWithItsOverrides(DocumentedCommand command) {
    for (String word : command.arguments()) {
      if (word.startsWith("configs/") && !word.contains("*")) {
        Path file = HOME.resolve(word);
        assertTrue(Files.isRegularFile(file), "no such file: " + word);
        Optional<String> model =
            command.values("--model").stream().filter(m -> !m.equals("MODEL")).findFirst();
        ConfigFile.load(file, model, command.values("--set")).bind(RunSettings.class);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cheap")
  void cheapCommandsOfTheDocumentationRunAsTheyStand(
      DocumentedCommand command, @TempDir Path folder) throws IOException {
    List<String> words = new ArrayList<>();
    for (String word : command.arguments()) {
      words.add(
          switch (word) {
            case "FILE", "EXPERIMENT" -> HOME.resolve("configs/quickstart.conf").toString();
            case "MODEL" -> "mask2former-tiny";
            case "NAME" -> "mask2former-tiny";
            case "N" -> "2";
            case "S" -> "7";
            default -> word.startsWith("configs/") ? HOME.resolve(word).toString() : word;
          });
    }
    for (String option : List.of("--out", "--sheet")) {
      int at = words.indexOf(option) + 1;
      if (at > 0) {
        words.set(at, folder.resolve("given-" + Path.of(words.get(at)).getFileName()).toString());
      }
    }
    if (words.contains("scenes")) { // few and small ones; a repeated option is refused
      for (String few : List.of("--images", "--val")) {
        int at = words.indexOf(few) + 1;
        if (at > 0) {
          words.set(at, "2");
        } else {
          words.addAll(List.of(few, "2"));
        }
      }
    }
    assertEquals(0, run(words), () -> words + "\n" + err);
    assertFalse(out.toString().isBlank(), words.toString());
  }

  @Test
  void everyCommandHasHelp() {
    assertHelp(parser(), List.of());
  }

  private void assertHelp(CommandLine command, List<String> path) {
    List<String> words = new ArrayList<>(path);
    words.add("--help");
    assertEquals(0, run(words), () -> words + "\n" + err);
    command
        .getSubcommands()
        .forEach(
            (name, sub) -> {
              List<String> deeper = new ArrayList<>(path);
              deeper.add(name);
              assertHelp(sub, deeper);
            });
  }

  @ParameterizedTest
  @MethodSource("maven")
  void everyMavenCommandNamesModulesProfilesAndTestsThatExist(DocumentedCommand command)
      throws IOException {
    for (String module : command.values("-pl")) {
      for (String name : module.split(",", -1)) {
        assertTrue(Files.isRegularFile(HOME.resolve(name).resolve("pom.xml")), "module " + name);
      }
    }
    String poms = contents("pom.xml");
    for (String word : command.words()) {
      if (word.startsWith("-P") && !word.equals("-P...")) {
        assertTrue(poms.contains("<id>" + word.substring(2) + "</id>"), "profile " + word);
      }
    }
    for (String pattern : command.values("-Dtest")) {
      PathMatcher tests = FileSystems.getDefault().getPathMatcher("glob:" + pattern + ".java");
      assertTrue(tree().anyMatch(f -> tests.matches(f.getFileName())), "tests " + pattern);
    }
    for (String group : command.values("-Dgroups")) {
      assertTrue(contents(".java").contains("@Tag(\"" + group + "\")"), "group " + group);
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void everyScriptOfTheDocumentationExistsAndKnowsItsOptions(DocumentedCommand command)
      throws IOException {
    String name = command.runs("python") ? command.words().get(1) : command.words().get(0);
    Path script = HOME.resolve(name);
    assertTrue(Files.isRegularFile(script), "no such script: " + name);
    StringBuilder text = new StringBuilder(Files.readString(script));
    try (Stream<Path> beside = Files.list(script.getParent())) {
      for (Path file : beside.filter(f -> f.toString().endsWith(".py")).toList()) {
        text.append(Files.readString(file)); // a shell script hands its options on
      }
    }
    Set<String> known =
        WORD_OPTION.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
    for (String word : command.arguments()) {
      assertTrue(!word.startsWith("--") || known.contains(word), name + " knows no " + word);
    }
  }

  @Test
  void everyLinkBetweenPagesLeadsSomewhere() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : DocumentedCommand.pages()) {
      String text = INLINE_CODE.matcher(Files.readString(page)).replaceAll("");
      for (MatchResult link : LINK.matcher(text).results().toList()) {
        if (!link.group(1).contains("://") && !exists(page, link.group(1))) {
          dead.add(page.getFileName() + ": " + link.group(1));
        }
      }
    }
    assertEquals(List.of(), dead);
  }

  private static boolean exists(Path page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? page : page.getParent().resolve(parts[0]);
    if (!Files.exists(target)) {
      return false;
    }
    return parts.length == 1
        || Files.readAllLines(target).stream()
            .filter(line -> line.startsWith("#"))
            .anyMatch(line -> anchor(line).equals(parts[1]));
  }

  /** As GitHub makes it of a heading. */
  private static String anchor(String heading) {
    return heading
        .replaceFirst("^#+ ", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .replace(' ', '-');
  }

  /** Sources and build files of all modules. */
  private static Stream<Path> tree() throws IOException {
    List<Path> all = new ArrayList<>(List.of(HOME.resolve("pom.xml")));
    for (String module :
        Arrays.asList(
            "engine", "datasets", "model-zoo", "onnx", "dl4j", "ffmpeg", "trainer", "benchmarks")) {
      try (Stream<Path> files = Files.walk(HOME.resolve(module))) {
        files
            .filter(f -> f.endsWith("pom.xml") || f.toString().matches(".*(Test|IT)\\.java"))
            .filter(f -> !f.toString().contains("target"))
            .forEach(all::add);
      }
    }
    return all.stream();
  }

  private static String contents(String ending) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path file : tree().filter(f -> f.toString().endsWith(ending)).toList()) {
      text.append(Files.readString(file));
    }
    return text.toString();
  }
}
