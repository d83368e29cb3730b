package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Stack;
import java.util.function.Supplier;
import org.maskwright.files.OutputFile;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/**
 * {@code --json} of every command; a mix-in. Alone it prints the result as JSON on standard output
 * in place of text; {@code --json=FILE} writes it to a file, beside the text.
 */
final class JsonOption {
  private static final String STANDARD_OUTPUT = "<standard output>";

  @Option(
      names = "--json",
      arity = "0..1",
      paramLabel = "FILE",
      fallbackValue = STANDARD_OUTPUT,
      preprocessor = Attached.class,
      description =
          "Print the result as JSON on standard output in place of text; --json=FILE writes it to a"
              + " file beside the text.")
  private String target;

  /** Whether standard output is for JSON alone. */
  boolean replacesText() {
    return STANDARD_OUTPUT.equals(target);
  }

  /** Says the result in the form that was asked for. */
  void report(PrintWriter out, Runnable text, Supplier<String> json) {
    if (replacesText()) {
      out.println(json.get());
      return;
    }
    text.run();
    if (target != null) {
      OutputFile.write(Path.of(target), json.get() + System.lineSeparator());
    }
  }

  /** As {@link #report}, of a text that ends its own lines. */
  void print(CommandSpec spec, String text, String json) {
    PrintWriter out = spec.commandLine().getOut();
    report(
        out,
        () -> {
          out.print(text);
          out.flush();
        },
        () -> json);
  }

  /**
   * A value that stands apart, as in {@code --json FILE}, is the option's only where a command has
   * no arguments of its own: elsewhere it would be one of those.
   */
  static final class Attached implements IParameterPreprocessor {
    @Override
    @SuppressWarnings("JdkObsolete") // picocli's interface
    public boolean preprocess(
        Stack<String> arguments, CommandSpec command, ArgSpec option, Map<String, Object> info) {
      boolean apart = " ".equals(info.get("separator"));
      boolean mine =
          command.positionalParameters().isEmpty()
              && !arguments.isEmpty()
              && !arguments.peek().startsWith("-");
      if (apart && !mine) {
        arguments.push(STANDARD_OUTPUT);
      }
      return false; // picocli goes on as ever
    }
  }
}
