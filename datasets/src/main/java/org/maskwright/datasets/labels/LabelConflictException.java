package org.maskwright.datasets.labels;

/**
 * Labels have been changed since they were read, by another tab, process or program. Nothing was
 * written; the message says what to do.
 */
public final class LabelConflictException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What was changed, and what to do. */
  public LabelConflictException(String message) {
    super(message);
  }
}
