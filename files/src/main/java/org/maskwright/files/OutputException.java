package org.maskwright.files;

import java.nio.file.Path;

/**
 * A file or folder that cannot be written: the disk is full, the folder is read-only, the name is
 * taken. The message names the file, the reason and what to do.
 */
public final class OutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The message starts with the file's path. */
  public OutputException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
