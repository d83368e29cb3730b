package org.maskwright.trainer.cli;

import org.maskwright.datasets.DatasetException;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.TrainingDivergedException;
import org.maskwright.trainer.config.ConfigException;

/** What the process ends with, for scripts to act on. Listed in {@code --help}. */
enum ExitCode {
  OK(0),
  INTERNAL(1),
  USAGE(2),
  CONFIG(3),
  DATA(4),
  DIVERGED(5),
  CHECKPOINT(6);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** The code for an error; {@link #INTERNAL} for one that no user could have caused. */
  static ExitCode of(Throwable error) {
    if (error instanceof ConfigException) {
      return CONFIG;
    }
    if (error instanceof DatasetException) {
      return DATA;
    }
    if (error instanceof CheckpointException) {
      return CHECKPOINT;
    }
    if (error instanceof TrainingDivergedException) {
      return DIVERGED;
    }
    return INTERNAL;
  }
}
