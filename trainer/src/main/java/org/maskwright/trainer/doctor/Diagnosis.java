package org.maskwright.trainer.doctor;

import java.util.List;

/**
 * What was found.
 *
 * @param facts in the order in which to print them; those of a section stand together
 * @param findings in the order of the checks
 * @param seconds how long all took
 */
public record Diagnosis(List<Fact> facts, List<Finding> findings, double seconds) {
  /** Keeps the lists. */
  public Diagnosis {
    facts = List.copyOf(facts);
    findings = List.copyOf(findings);
  }

  /** How many findings have a verdict. */
  public long count(Finding.Verdict verdict) {
    return findings.stream().filter(f -> f.verdict() == verdict).count();
  }

  /** Whether nothing is wrong. */
  public boolean isRight() {
    return count(Finding.Verdict.WRONG) == 0;
  }
}
