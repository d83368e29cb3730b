package org.maskwright.trainer.cli;

import org.maskwright.trainer.Versions;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class VersionLines implements IVersionProvider {
  @Override
  public String[] getVersion() {
    Versions versions = Versions.current();
    return new String[] {
      "maskwright " + versions.maskwright(),
      "torch      " + versions.pytorch() + " (org.bytedeco:pytorch)",
      "nd4j       " + versions.nd4j(),
      "javacpp    " + versions.javacpp(),
      "java       "
          + System.getProperty("java.runtime.version")
          + " ("
          + System.getProperty("java.vendor")
          + ")",
      "os         "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.version")
          + " "
          + System.getProperty("os.arch"),
    };
  }
}
