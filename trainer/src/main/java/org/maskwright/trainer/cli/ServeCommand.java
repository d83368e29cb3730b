package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.maskwright.trainer.http.ServerSettings;
import org.maskwright.trainer.run.PredictionWishes;
import org.maskwright.trainer.serve.PredictionServer;
import org.maskwright.trainer.serve.ServiceSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright serve}: a model's predictions over HTTP. */
@Command(
    name = "serve",
    description = {
      "Answer pictures over HTTP with what a model sees in them: POST the bytes of a photograph to"
          + " /v1/predict, get the segments as JSON; of a model that answers prompts (Segment"
          + " Anything) to /v1/prompt?points=X,Y, get masks. /openapi.json describes all of it.",
      "It answers this machine alone unless --bind says otherwise, and who has the token. Ctrl-C or"
          + " SIGTERM ends it when what runs is answered."
    })
final class ServeCommand implements Callable<Integer> {
  private static final String LOOPBACK = "127.0.0.1";
  private static final long POLL_MILLIS = 50;
  private static final int MIB_BITS = 20;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "A model folder, such as a run's checkpoints/best, or an exported .onnx file.")
  private Path model;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8080",
      description = "Port to listen on; 0 = any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--bind",
      paramLabel = "ADDR",
      defaultValue = LOOPBACK,
      description =
          "Address to listen on; 0.0.0.0 = all of this machine's, for others to reach it (default:"
              + " ${DEFAULT-VALUE}).")
  private String bind;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description =
          "A name by which it may be asked, besides localhost and addresses. Several times for"
              + " several.")
  private List<String> hosts = List.of();

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "The token that requests must have (default: a new one, which is printed).")
  private Optional<String> token = Optional.empty();

  @Option(names = "--no-token", description = "Answer without a token.")
  private boolean noToken;

  @Option(
      names = "--queue",
      paramLabel = "N",
      defaultValue = "64",
      description =
          "Pictures that may wait for the model; who comes then gets 503 and Retry-After (default:"
              + " ${DEFAULT-VALUE}).")
  private int queue;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "8",
      description =
          "Pictures of one input size that wait are run together, at most so many; 1 = each alone,"
              + " with the very digits of predict (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--batch-wait",
      paramLabel = "MS",
      defaultValue = "0",
      description =
          "Milliseconds that a picture waits for others to be run with (default:"
              + " ${DEFAULT-VALUE}).")
  private long batchWait;

  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      defaultValue = "25000000",
      description =
          "Pixels of a picture at most, by its header (default: ${DEFAULT-VALUE}, which is 5000 x"
              + " 5000).")
  private long maxPixels;

  @Option(
      names = "--max-body",
      paramLabel = "MIB",
      defaultValue = "32",
      description = "Size of a picture's file at most, in MiB (default: ${DEFAULT-VALUE}).")
  private int maxBody;

  @Option(
      names = "--keep",
      paramLabel = "MIB",
      defaultValue = "256",
      description =
          "Of a model that answers prompts: memory for encoded pictures, in MiB, so that later"
              + " prompts about them take milliseconds; those that were asked about last stay"
              + " (default: ${DEFAULT-VALUE}).")
  private int keep;

  @Option(
      names = "--timeout",
      paramLabel = "S",
      defaultValue = "60",
      description =
          "Seconds within which a request has to be sent, and after that answered (default:"
              + " ${DEFAULT-VALUE}).")
  private int timeout;

  @Mixin private WordsMixin words;
  @Mixin private EngineMixin engine;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ServerSettings http = OptionWish.of(spec, this::http);
    ServiceSettings service =
        OptionWish.of(
            spec,
            () ->
                new ServiceSettings(
                    maxPixels,
                    queue,
                    batch,
                    Duration.ofMillis(batchWait),
                    (long) keep << MIB_BITS));
    PredictionWishes wishes =
        words.spoken().map(PredictionWishes.NONE::withWords).orElse(PredictionWishes.NONE);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    engine.options(); // says now what is wrong with them
    try (Interruption interruption = new Interruption();
        PredictionServer server =
            PredictionServer.start(
                model, wishes, engine::open, http, service, fault -> report(fault, err))) {
      err.printf("loading %s ...%n", model);
      server.awaitLoaded();
      json.report(
          out,
          () -> {
            out.printf("serving %s on %s%n", model, server.http().uri());
            http.token().ifPresent(t -> out.printf("token: %s%n", t));
          },
          () ->
              JsonLines.object(
                  g -> {
                    g.writeStringField("model", model.toString());
                    g.writeStringField("url", server.http().uri().toString());
                    if (http.token().isPresent()) {
                      g.writeStringField("token", http.token().get());
                    }
                  }));
      out.flush();
      err.printf(
          "try: curl %s--data-binary @photo.jpg '%s'%n",
          http.token().isPresent() ? "-H 'Authorization: Bearer TOKEN' " : "",
          server.http().uri().resolve(server.example()));
      if (noToken && !bind.equals(LOOPBACK)) {
        err.printf("note: whoever reaches %s is answered; --token TOKEN asks for one%n", bind);
      }
      while (!interruption.requested()) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
      err.println("stopping: what runs is answered first");
    }
    return ExitCode.OK.code();
  }

  /** With the stack trace: who is to find the fault has nothing else of the request. */
  private static synchronized void report(Throwable fault, PrintWriter err) {
    fault.printStackTrace(err);
    err.flush();
  }

  private ServerSettings http() {
    if (noToken && token.isPresent()) {
      throw new IllegalArgumentException("token: not with --no-token; leave one of them out");
    }
    Optional<String> wanted =
        noToken ? Optional.empty() : token.or(() -> Optional.of(ServerSettings.newToken()));
    return ServerSettings.local()
        .at(bind, port)
        .withHosts(hosts)
        .withToken(wanted)
        .withLimits((long) maxBody << MIB_BITS, Duration.ofSeconds(timeout));
  }
}
