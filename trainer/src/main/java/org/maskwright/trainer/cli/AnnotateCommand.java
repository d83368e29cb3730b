package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.maskwright.trainer.annotate.AnnotateServer;
import org.maskwright.trainer.annotate.AnnotateWishes;
import org.maskwright.trainer.http.ServerSettings;
import org.maskwright.trainer.run.Console;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright annotate}: a local page to draw labels on. */
@Command(
    name = "annotate",
    description = {
      "Label the pictures of a folder on a local page: polygon and brush, masks from clicks and"
          + " boxes, proposals of a model, training on what is labelled.",
      "Labels are saved at once, as COCO JSON. The page answers on this machine alone; Ctrl-C ends"
          + " it."
    })
final class AnnotateCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 200;
  private static final long BODY_BYTES = 64L << 20;

  /** An export copies all pictures. */
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  @Parameters(
      paramLabel = "DIR",
      description = "Folder of pictures, with those in its sub-folders.")
  private Path folder;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "File of the labels (default: annotations.json in DIR).")
  private Optional<Path> labels = Optional.empty();

  @Option(
      names = "--classes",
      split = ",",
      paramLabel = "NAME",
      description = "Classes, with commas between; the page can add more.")
  private List<String> classes = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description =
          "Folder of a model whose results are proposed (default: the newest that was trained on"
              + " the page).")
  private Optional<Path> model = Optional.empty();

  @Option(
      names = "--prompt-model",
      paramLabel = "MODEL",
      description =
          "Folder of a model that answers prompts, such as Segment Anything: masks from clicks and"
              + " boxes.")
  private Optional<Path> promptModel = Optional.empty();

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "0",
      description = "Port of the page; 0 = any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(names = "--no-open", description = "Do not open a browser.")
  private boolean noOpen;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override a value of trainings; may be repeated.")
  private List<String> overrides = new ArrayList<>();

  @Mixin private EngineMixin engine;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    OptionRange.between(spec, "--port", 0, 65_535, port);
    if (classes.stream().anyMatch(String::isBlank)) {
      throw new ParameterException(
          spec.commandLine(), "--classes: expected names with commas between, got " + classes);
    }
    engine.options(); // refused before anything starts
    AnnotateWishes wishes =
        new AnnotateWishes(
            folder,
            labels.orElse(folder.resolve(AnnotateWishes.LABELS)),
            classes.stream().map(String::strip).distinct().toList(),
            model,
            promptModel,
            trainWords());
    try (Interruption interruption = new Interruption();
        Console console = Terminal.console(spec);
        AnnotateServer server =
            AnnotateServer.start(
                wishes,
                ServerSettings.local().at("127.0.0.1", port).withLimits(BODY_BYTES, TIMEOUT),
                engine::open,
                fault -> console.line("annotate: %s", fault))) {
      tell(server, wishes.labels());
      if (!noOpen) {
        open(server.link());
      }
      while (!interruption.requested()) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.OK.code();
  }

  private void tell(AnnotateServer server, Path file) {
    PrintWriter out = spec.commandLine().getOut();
    json.report(
        out,
        () -> {
          out.printf("%d pictures, labels in %s%n", server.pictures(), file);
          if (server.elsewhere() > 0) {
            out.printf(
                "note: %d pictures of that file are not in %s; their labels stay in it%n",
                server.elsewhere(), folder);
          }
          out.printf("%s%n", server.link());
        },
        () ->
            JsonLines.object(
                g -> {
                  g.writeNumberField("pictures", server.pictures());
                  g.writeNumberField("elsewhere", server.elsewhere());
                  g.writeStringField("labels", file.toString());
                  g.writeStringField("url", server.link().toString());
                }));
    out.flush();
  }

  private List<String> trainWords() {
    List<String> words = new ArrayList<>();
    List<String> all = new ArrayList<>(overrides);
    all.addAll(engine.overrides());
    for (String override : all) {
      words.add("--set");
      words.add(override);
    }
    return words;
  }

  /** By the desktop's own program; where there is none the address is on the screen. */
  private static void open(URI page) {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    List<String> command =
        system.contains("mac")
            ? List.of("open", page.toString())
            : system.contains("win")
                ? List.of("rundll32", "url.dll,FileProtocolHandler", page.toString())
                : List.of("xdg-open", page.toString());
    try {
      new ProcessBuilder(command)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      // no such program: the user follows the address
    }
  }
}
