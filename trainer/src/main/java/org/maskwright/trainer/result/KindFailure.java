package org.maskwright.trainer.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.maskwright.datasets.DatasetException;
import org.maskwright.files.OutputException;
import org.maskwright.settings.ExtensionException;
import org.maskwright.settings.Registry;
import org.maskwright.trainer.output.OutputRefusedException;

/** Says whose fault it is where a kind of result of others' fails. */
final class KindFailure {
  private KindFailure() {}

  /** What a kind does. */
  @FunctionalInterface
  interface Work<T> {
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
    try {
      return work.run();
    } catch (DatasetException | OutputException | OutputRefusedException e) {
      throw e;
    } catch (IOException e) {
      throw Registry.isOurs(kind.getClass()) ? new UncheckedIOException(e) : failed(kind, e);
    } catch (RuntimeException e) {
      throw Registry.isOurs(kind.getClass()) ? e : failed(kind, e);
    }
  }

  private static ExtensionException failed(ResultKind<?> kind, Exception e) {
    return ExtensionException.thrownBy("result kind " + kind.name(), kind.getClass(), e);
  }
}
