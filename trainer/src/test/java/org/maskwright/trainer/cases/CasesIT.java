package org.maskwright.trainer.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every input of ../shared/cases gives the behaviour that cases.txt asks for. Skipped where the
 * inputs are absent. As a program it prints the table.
 */
class CasesIT {
  @TempDir Path scratch;

  static List<CaseTable.Case> cases() {
    return CaseTable.read();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyCaseEndsAsTheTableSays(CaseTable.Case c) throws Exception {
    Assumptions.assumeTrue(c.covered().isEmpty(), "by " + c.covered());
    Optional<Path> root = CaseRunner.root();
    Assumptions.assumeTrue(
        root.isPresent() && Files.isDirectory(root.get().resolve(c.folder())), "no input for " + c);
    CaseRunner.Result result = new CaseRunner(root.get()).run(c, scratch);
    result.wrongFor(c).ifPresent(wrong -> fail(c + ": " + wrong + "\n" + result.output()));
  }

  @Test
  void everyFolderOfCasesHasAnEntry() throws IOException {
    Optional<Path> root = CaseRunner.root();
    Assumptions.assumeTrue(root.isPresent(), "no cases");
    Set<String> folders = new TreeSet<>();
    for (String group : List.of("evaluation", "hostile", "training", "layouts")) {
      try (Stream<Path> list = Files.list(root.get().resolve(group))) {
        list.forEach(p -> folders.add(group + "/" + p.getFileName()));
      }
    }
    Set<String> entries =
        cases().stream().map(CaseTable.Case::folder).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(folders, entries);
  }

  /** Prints the table; words of the command line choose cases by their names' beginnings. */
  public static void main(String[] args) throws Exception {
    Path root = CaseRunner.root().orElse(null);
    if (root == null) {
      System.out.println("no cases: set -Dmaskwright.shared=FOLDER");
      return;
    }
    int wrong = 0;
    System.out.println("| case | run | exit | said | verdict |\n|---|---|---|---|---|");
    for (CaseTable.Case c : cases()) {
      if (args.length > 0 && Stream.of(args).noneMatch(c.toString()::startsWith)) {
        continue;
      }
      wrong += row(root, c) ? 0 : 1;
    }
    System.out.printf("%n%d wrong%n", wrong);
    System.exit(wrong == 0 ? 0 : 1);
  }

  private static boolean row(Path root, CaseTable.Case c) throws Exception {
    if (!c.covered().isEmpty()) {
      System.out.printf("| %s | %s | | | by that test |%n", c, c.covered());
      return true;
    }
    Path scratch = Files.createTempDirectory("maskwright-case");
    CaseRunner.Result result = new CaseRunner(root).run(c, scratch);
    Optional<String> wrong = result.wrongFor(c);
    String said = result.firstLine().replace(root.toString(), "").replace(scratch.toString(), "");
    System.out.printf(
        "| %s | %s | %d | %s | %s |%n",
        c,
        String.join(" ", c.run().subList(0, Math.min(2, c.run().size()))),
        result.code(),
        said.length() > 110 ? said.substring(0, 110) + "..." : said,
        wrong.map(w -> "WRONG: " + w).orElse("right"));
    return wrong.isEmpty();
  }
}
