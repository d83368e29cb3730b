package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.maskwright.datasets.FileNames;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root of the command line: the list of commands, and what happens to their errors. */
@Command(
    name = "maskwright",
    versionProvider = VersionLines.class,
    description =
        "Universal segmentation training on the JVM: one mask-classification model, one loss and"
            + " one trainer for semantic, instance and panoptic segmentation.",
    synopsisHeading = "Usage: ",
    synopsisSubcommandLabel = "COMMAND",
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    footer = {
      "",
      "Start here:  ${COMMAND-NAME} train configs/quickstart.conf",
      "Environment: MASKWRIGHT_OPTS holds extra JVM options, for example -Xmx8g."
    })
public final class Maskwright implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and end.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the versions and end.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean version;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error.")
  private boolean verbose;

  private static final List<Class<?>> COMMANDS =
      List.of(
          TrainCommand.class,
          EvalCommand.class,
          PredictCommand.class,
          AutoMaskCommand.class,
          ServeCommand.class,
          TextBankCommand.class,
          ConfigCommand.class,
          DataCommand.class,
          ScoreCommand.class,
          ExportCommand.class,
          ImportCommand.class,
          AnnotateCommand.class,
          PretrainCommand.class,
          ProbeCommand.class,
          SelectCommand.class,
          InspectCommand.class,
          DoctorCommand.class);

  @Spec private CommandSpec spec;

  private Maskwright() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    // Results hold file and class names of any script, whatever charset the console claims to have.
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(StandardError.stream(), true, StandardCharsets.UTF_8);
    int code = ExitCode.INTERNAL.code();
    try {
      code = run(out, err, args);
    } finally { // an Error too, such as of a program file that was replaced, ends the process
      Interruption.commandEnded(code);
    }
    System.exit(code);
  }

  /**
   * Runs one command.
   *
   * @param out where results go
   * @param err where logs, progress and errors go
   * @return the exit code
   */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    // Reading the annotations of a command takes picocli tens of milliseconds, of all half a
    // second.
    String first = args.length == 0 ? "" : args[0];
    List<Class<?>> named = COMMANDS.stream().filter(c -> name(c).equals(first)).toList();
    CommandLine commandLine = commandLine(named.isEmpty() ? COMMANDS : named, out, err);
    try {
      return commandLine.execute(args);
    } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
      Maskwright root = commandLine.getCommand();
      return root.report(e, commandLine); // picocli hands only exceptions to its handler
    } finally {
      out.flush();
      err.flush();
    }
  }

  /** The parser of all commands. */
  static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    return commandLine(COMMANDS, out, err);
  }

  private static CommandLine commandLine(
      List<Class<?>> commands, PrintWriter out, PrintWriter err) {
    var root = new Maskwright();
    var commandLine = new CommandLine(root).setCommandName(Program.name());
    commandLine.getCommandSpec().usageMessage().exitCodeList(ExitCode.list());
    for (Class<?> command : commands) {
      commandLine.addSubcommand(name(command), new CommandLine(command));
    }
    return commandLine
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Path.class, Maskwright::path)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Maskwright::reportUsage)
        .setExecutionExceptionHandler((error, command, parsed) -> root.report(error, command));
  }

  private static Path path(String word) {
    try {
      return Path.of(word);
    } catch (InvalidPathException e) {
      throw new TypeConversionException("'" + word + "': " + FileNames.problem(e));
    }
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private int report(Throwable error, CommandLine command) {
    PrintWriter err = command.getErr();
    String[] words = command.getCommandSpec().qualifiedName().split(" ", -1);
    ErrorTable.Outcome outcome = ErrorTable.of(error, words.length > 1 ? words[1] : "");
    err.println(command.getColorScheme().errorText("maskwright: " + outcome.message()));
    if (verbose) {
      error.printStackTrace(err);
    } else if (outcome.code() == ExitCode.INTERNAL) {
      err.println(ExitCode.INTERNAL.advice());
    }
    return outcome.code().code();
  }

  private static int reportUsage(ParameterException error, String[] args) {
    CommandLine command = error.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(command.getColorScheme().errorText("maskwright: " + error.getMessage()));
    UnmatchedArgumentException.printSuggestions(error, err);
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE.code();
  }
}
