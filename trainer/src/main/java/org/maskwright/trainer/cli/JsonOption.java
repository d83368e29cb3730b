package org.maskwright.trainer.cli;

import picocli.CommandLine.Option;

/** {@code --json} of every command that has a result; a mix-in. */
final class JsonOption {
  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  boolean isSet() {
    return json;
  }
}
