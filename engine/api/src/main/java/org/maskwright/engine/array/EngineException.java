package org.maskwright.engine.array;

/**
 * A backend cannot do what was asked: device absent, library missing, native failure, out of
 * memory.
 */
public final class EngineException extends RuntimeException {
  /** With a message that says what was expected, what came and what to do. */
  public EngineException(String message) {
    super(message);
  }

  /** With the native error as the cause. */
  public EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
