package org.maskwright.trainer.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.maskwright.datasets.DatasetException;
import org.maskwright.files.OutputException;
import org.maskwright.settings.ExtensionException;
import org.maskwright.settings.Registry;
import org.maskwright.trainer.output.OutputRefusedException;

/** Says whose fault it is where a kind of result, or a format of results, of others' fails. */
public final class KindFailure {
  private KindFailure() {}

  /** What a kind does. */
  @FunctionalInterface
  public interface Work<T> {
    /** Gives what it makes. */
    T run() throws IOException;
  }

  static String name(ResultKind<?> kind) {
    return "result kind " + kind.name() + " (" + kind.getClass().getName() + ")";
  }

  /**
   * Runs it.
   *
   * @throws ExtensionException naming the kind, if it is not Maskwright's own and throws what is
   *     not about a user's data or files
   */
  static <T> T named(ResultKind<?> kind, Work<T> work) {
    return named("result kind " + kind.name(), kind.getClass(), work);
  }

  /** What a kind writes. */
  @FunctionalInterface
  interface Writing {
    void run() throws IOException;
  }

  /**
   * As {@link #named(ResultKind, Work)}, of what is written to a file.
   *
   * @throws IOException of a kind of Maskwright's own, if the file cannot be written
   */
  static void written(ResultKind<?> kind, Writing writing) throws IOException {
    if (Registry.isOurs(kind.getClass())) {
      writing.run();
      return;
    }
    named(
        kind,
        () -> {
          writing.run();
          return null;
        });
  }

  /**
   * As {@link #named(ResultKind, Work)}, of anything that others may register.
   *
   * @param what it is, such as {@code prediction format xml}
   * @param type its class
   */
  public static <T> T named(String what, Class<?> type, Work<T> work) {
    try {
      return work.run();
    } catch (DatasetException | OutputException | OutputRefusedException e) {
      throw e;
    } catch (IOException e) {
      throw Registry.isOurs(type)
          ? new UncheckedIOException(e)
          : ExtensionException.thrownBy(what, type, e);
    } catch (RuntimeException e) {
      throw Registry.isOurs(type) ? e : ExtensionException.thrownBy(what, type, e);
    }
  }
}
