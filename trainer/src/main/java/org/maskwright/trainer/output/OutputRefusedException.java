package org.maskwright.trainer.output;

/** What a command would write is not written, because something of the user's is in its place. */
public final class OutputRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutputRefusedException(String problem) {
    super(problem);
  }
}
