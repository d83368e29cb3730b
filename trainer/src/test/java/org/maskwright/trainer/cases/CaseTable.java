package org.maskwright.trainer.cases;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads cases.txt, which says what each line means. */
final class CaseTable {
  private static final Pattern HEAD = Pattern.compile("\\[(\\S+) ?(.*)]");
  private static final Pattern ENTRY = Pattern.compile("([a-z]+)(?: ([0-9]+))?: ?(.*)");

  /**
   * Something that the output must have.
   *
   * @param code only of a run that ends with it; -1 = of any
   */
  record Says(int code, Pattern pattern) {}

  /** One run and what is right. */
  record Case(
      String folder,
      String title,
      List<String> given,
      List<String> run,
      boolean apart,
      List<Integer> ends,
      List<Says> says,
      List<Pattern> never,
      String covered) {
    @Override
    public String toString() {
      return title.isEmpty() ? folder : folder + " " + title;
    }
  }

  private CaseTable() {}

  static List<Case> read() {
    try (InputStream in = CaseTable.class.getResourceAsStream("cases.txt")) {
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Case> parse(List<String> lines) {
    List<Case> out = new ArrayList<>();
    int at = 0;
    while (at < lines.size()) {
      Matcher head = HEAD.matcher(lines.get(at));
      if (!head.matches()) {
        if (!lines.get(at).isBlank() && !lines.get(at).startsWith("#")) {
          throw new IllegalArgumentException("line " + (at + 1) + ": expected [FOLDER TITLE]");
        }
        at++;
        continue;
      }
      int end = at + 1;
      while (end < lines.size() && !lines.get(end).isBlank()) {
        end++;
      }
      out.add(block(head.group(1), head.group(2), lines.subList(at + 1, end)));
      at = end;
    }
    return out;
  }

  private static Case block(String folder, String title, List<String> lines) {
    List<String> given = new ArrayList<>();
    List<String> run = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    List<Says> says = new ArrayList<>();
    List<Pattern> never = new ArrayList<>();
    boolean apart = false;
    String covered = "";
    for (String line : lines) {
      Matcher entry = ENTRY.matcher(line);
      if (!entry.matches()) {
        throw new IllegalArgumentException(folder + ": expected KEY: VALUE, got " + line);
      }
      String value = entry.group(3);
      switch (entry.group(1)) {
        case "given" -> given.add(value);
        case "run" -> run.addAll(List.of(value.split(" ", -1)));
        case "apart" -> apart = true;
        case "ends" -> List.of(value.split(" ", -1)).forEach(c -> ends.add(Integer.valueOf(c)));
        case "says" ->
            says.add(
                new Says(
                    entry.group(2) == null ? -1 : Integer.parseInt(entry.group(2)),
                    pattern(value)));
        case "never" -> never.add(pattern(value));
        case "covered" -> covered = value;
        default -> throw new IllegalArgumentException(folder + ": unknown key in " + line);
      }
    }
    if (covered.isEmpty() && (run.isEmpty() || ends.isEmpty())) {
      throw new IllegalArgumentException(folder + ": expected run and ends, or covered");
    }
    return new Case(folder, title, given, run, apart, ends, says, never, covered);
  }

  private static Pattern pattern(String text) {
    return Pattern.compile(text, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
  }
}
