package org.maskwright.modelzoo.weights;

import java.nio.file.Path;

/**
 * A checkpoint that cannot be read, understood, matched to a model or written. The message says
 * what was expected, what came, where, and what to do.
 */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A fault of one file; the message starts with its path. */
  public CheckpointException(Path file, String message) {
    super(file + ": " + message);
  }

  /** A fault of one file, with the exception that revealed it; the message starts with its path. */
  public CheckpointException(Path file, String message, Throwable cause) {
    super(file + ": " + message, cause);
  }

  /** The same fault with the file's path in front, unless it is there already. */
  public CheckpointException in(Path file) {
    return getMessage().startsWith(file.toString())
        ? this
        : new CheckpointException(file, getMessage(), this);
  }
}
