package org.maskwright.engine.array;

/** The memory that a backend computes in has run out; the message says what to lower. */
public final class DeviceMemoryException extends EngineException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what was asked for and what to lower. */
  public DeviceMemoryException(String message) {
    super(message);
  }

  /** With the native error as the cause. */
  public DeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
