package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.maskwright.trainer.doctor.Diagnosis;
import org.maskwright.trainer.doctor.Fact;
import org.maskwright.trainer.doctor.Finding;

/** A diagnosis for people, in lines of 80 columns where no single word is longer. */
final class DoctorText {
  private static final int COLUMNS = 80;
  private static final int FACT_INDENT = 25;
  private static final int ADVICE_INDENT = 8;

  private DoctorText() {}

  /** A finding in one line, without advice. */
  static String line(Finding finding) {
    String took =
        finding.seconds() < 0.05 ? "" : String.format(Locale.ROOT, " (%.1f s)", finding.seconds());
    return "%-5s  %-7s  %s: %s%s"
        .formatted(
            word(finding.verdict()), finding.subject(), finding.check(), finding.message(), took);
  }

  private static String word(Finding.Verdict verdict) {
    return switch (verdict) {
      case OK -> "ok";
      case NOTE -> "note";
      case WRONG -> "WRONG";
    };
  }

  /** A finding as it is made, with what to do. */
  static void print(Finding finding, PrintWriter out) {
    wrap(out, line(finding), ADVICE_INDENT);
    if (!finding.advice().isEmpty()) {
      wrap(out, " ".repeat(ADVICE_INDENT - 1) + "-> " + finding.advice(), ADVICE_INDENT + 2);
    }
    out.flush();
  }

  /** The facts, and the sum of what was found. */
  static void print(Diagnosis diagnosis, PrintWriter out) {
    String section = "";
    for (Fact fact : diagnosis.facts()) {
      if (!fact.section().equals(section)) {
        section = fact.section();
        out.println();
        out.println(section);
      }
      wrap(out, "  %-22s %s".formatted(fact.name(), fact.value()), FACT_INDENT);
    }
    out.println();
    long wrong = diagnosis.count(Finding.Verdict.WRONG);
    String sum =
        wrong == 0
            ? "All %d checks are right".formatted(diagnosis.findings().size())
            : "%d of %d checks failed".formatted(wrong, diagnosis.findings().size());
    out.printf(Locale.ROOT, "%s, in %.0f s.%n", sum, diagnosis.seconds());
  }

  /** Prints words in lines, the second and the following ones indented. */
  private static void wrap(PrintWriter out, String text, int indent) {
    String rest = text;
    while (rest.length() > COLUMNS) {
      int at = rest.lastIndexOf(' ', COLUMNS);
      if (at <= indent) {
        at = rest.indexOf(' ', COLUMNS);
      }
      if (at < 0) {
        break;
      }
      out.println(rest.substring(0, at).stripTrailing());
      rest = " ".repeat(indent) + rest.substring(at + 1).stripLeading();
    }
    out.println(rest.stripTrailing());
  }
}
