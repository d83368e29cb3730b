package org.maskwright.settings;

/**
 * Something that was added by registration cannot be used: its name is taken, its settings are no
 * record, or it threw. The message names its class.
 */
public final class ExtensionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong and what to do. */
  public ExtensionException(String message) {
    super(message);
  }

  /** What is wrong and what to do, with the error behind it. */
  public ExtensionException(String message, Throwable cause) {
    super(message, cause);
  }
}
