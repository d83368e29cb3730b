package org.maskwright.datasets.catalog;

import java.util.List;
import java.util.Optional;

/**
 * What a check found.
 *
 * @param images images looked at
 * @param segments segments of readable annotations
 * @param findings everything worth saying, in the order of the images
 * @param stats what was counted; empty if the data set cannot be opened
 */
public record CheckReport(
    int images, long segments, List<Finding> findings, Optional<DatasetStats> stats) {
  /** How bad it is. */
  public enum Severity {
    /** Training would stop, or learn something wrong, or a score would come out wrong. */
    PROBLEM,
    /** Unusual, but allowed. */
    NOTE
  }

  /** Something that was found; the message names file, image and annotation. */
  public record Finding(Severity severity, String message) {}

  public CheckReport {
    findings = List.copyOf(findings);
  }

  /** The number of findings that are problems. */
  public long problems() {
    return findings.stream().filter(f -> f.severity() == Severity.PROBLEM).count();
  }
}
