package org.maskwright.engine.array;

/**
 * A backend cannot do what was asked: device absent, library missing, native failure; out of memory
 * is a {@link DeviceMemoryException}.
 */
public class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what was expected, what came and what to do. */
  public EngineException(String message) {
    super(message);
  }

  /** With the native error as the cause. */
  public EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
