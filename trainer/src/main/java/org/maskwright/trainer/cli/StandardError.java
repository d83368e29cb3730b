package org.maskwright.trainer.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;

/**
 * Where messages go: the standard error that the launcher was given. Native libraries write lines
 * of their own to number 2, past Java; the launcher has a filter there and hands the real one on
 * under the number that it says in {@code maskwright.stderr}.
 */
final class StandardError {
  private StandardError() {}

  /** The stream; {@code System.err} where the launcher said nothing, or Java does not allow it. */
  static OutputStream stream() {
    int number = Integer.getInteger("maskwright.stderr", 0);
    if (number > 0) {
      try {
        Constructor<FileDescriptor> of = FileDescriptor.class.getDeclaredConstructor(int.class);
        of.setAccessible(true); // Java has no other way to write to an inherited stream
        return new FileOutputStream(of.newInstance(number));
      } catch (ReflectiveOperationException | RuntimeException e) {
        return System.err; // through the filter, which lets our lines pass
      }
    }
    return System.err;
  }
}
