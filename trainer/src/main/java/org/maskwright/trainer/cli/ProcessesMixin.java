package org.maskwright.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.trainer.launch.LaunchEnvironment;
import org.maskwright.trainer.launch.LocalProcesses;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code --processes} of the commands that several processes share. */
final class ProcessesMixin {
  private static final String NAME = "--processes";
  private static final int MOST = 1024;

  @Option(
      names = NAME,
      paramLabel = "N",
      description = "Share the work among so many processes on this machine (docs/distributed.md).")
  private Integer processes;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * The places of the processes that are this command's: one, which this process takes, or several,
   * which it is to {@link #launch}.
   */
  List<Rendezvous> places() {
    if (processes != null) {
      OptionRange.between(spec, NAME, 1, MOST, processes);
    }
    return LaunchEnvironment.places(System.getenv(), processes == null ? 0 : processes);
  }

  /** The words of this command without the option. */
  List<String> words() {
    List<String> out = new ArrayList<>();
    List<String> given = spec.commandLine().getParseResult().originalArgs();
    for (int i = 0; i < given.size(); i++) {
      if (given.get(i).equals(NAME)) {
        i++; // its number
      } else if (!given.get(i).startsWith(NAME + "=")) {
        out.add(given.get(i));
      }
    }
    return out;
  }

  /**
   * Runs a command in processes of their own and waits for all.
   *
   * @return its exit code
   */
  int launch(List<Rendezvous> places, List<String> words) {
    try (Interruption interruption = new Interruption()) {
      LocalProcesses all =
          new LocalProcesses(
              Maskwright.class.getName(), spec.commandLine().getOut(), spec.commandLine().getErr());
      return all.run(places, words, interruption::requested);
    }
  }
}
