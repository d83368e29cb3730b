package org.maskwright.engine.process;

/**
 * This process cannot go on because of another one: that failed, ended, does not answer or does not
 * fit.
 */
public final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String kind;

  /**
   * An error without a reason of the other process's own.
   *
   * @param message which process on which machine, what of it, and what to do
   */
  public PeerException(String message) {
    this("", message);
  }

  /**
   * An error for the reason that the other process gave.
   *
   * @param kind name of the class of its error, "" if it gave none
   */
  public PeerException(String kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** Name of the class of the other process's error; "" if it gave none. */
  public String kind() {
    return kind;
  }
}
