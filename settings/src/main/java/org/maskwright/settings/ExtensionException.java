package org.maskwright.settings;

import java.util.function.Supplier;

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

  /**
   * What some work of a class gives; what it throws is thrown as it is if the class is Maskwright's
   * own.
   *
   * @param what it is, such as {@code loss term loss_edge}
   * @throws ExtensionException naming it and its class if it is not and throws
   */
  public static <T> T naming(String what, Class<?> type, Supplier<T> work) {
    try {
      return work.get();
    } catch (ExtensionException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      if (Registry.isOurs(type)) {
        throw e;
      }
      throw thrownBy(what, type, e);
    }
  }

  /** That something of a class threw. */
  public static ExtensionException thrownBy(String what, Class<?> type, Throwable e) {
    return new ExtensionException("%s (%s) threw %s".formatted(what, type.getName(), e), e);
  }
}
