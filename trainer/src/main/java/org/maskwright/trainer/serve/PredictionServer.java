package org.maskwright.trainer.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.http.Answer;
import org.maskwright.trainer.http.HttpException;
import org.maskwright.trainer.http.LocalServer;
import org.maskwright.trainer.http.Metrics;
import org.maskwright.trainer.http.Request;
import org.maskwright.trainer.http.Route;
import org.maskwright.trainer.http.ServerSettings;
import org.maskwright.trainer.run.PredictionWishes;
import org.maskwright.trainer.run.ResidentMemory;

/**
 * A model's predictions over HTTP, or of one that takes prompts its answers to them. What it
 * answers is described by {@code /openapi.json}; what it says of a picture is what {@code predict}
 * writes of the file.
 *
 * <pre>{@code
 * try (PredictionServer server =
 *     PredictionServer.start(
 *         Path.of("runs/mine/checkpoints/best"),
 *         PredictionWishes.NONE,
 *         () -> Engine.open(EngineOptions.DEFAULT),
 *         ServerSettings.local(),
 *         ServiceSettings.DEFAULT,
 *         Throwable::printStackTrace)) {
 *   server.awaitLoaded();
 *   System.out.println(server.http().link("/v1/model"));
 *   ...
 * }
 * }</pre>
 *
 * <p><b>Threads</b> safe. <b>Lifecycle</b> it answers {@code /healthz} at once, {@code /readyz}
 * with 200 from when the model is loaded until it is closed. Closing it finishes what runs.
 */
public final class PredictionServer implements AutoCloseable {
  private static final String OPENAPI = "openapi.json";

  private final Served served;
  private final LocalServer server;

  private PredictionServer(Served served, LocalServer server) {
    this.served = served;
    this.server = server;
  }

  /**
   * Starts to listen, and to load the model.
   *
   * @param model a model folder, or a file of ONNX
   * @param wishes what is asked where a request says nothing else; none of a model that takes
   *     prompts
   * @param engine opens what computes; called by the model's own thread, which closes it
   * @param faults told of errors that are ours, by several threads at once
   * @throws IllegalArgumentException if wishes do not fit the model
   * @throws org.maskwright.trainer.config.ConfigException if it is a model that answers by examples
   * @throws org.maskwright.modelzoo.weights.CheckpointException if the folder is none of a model
   * @throws IOException if the address cannot be bound; says what to do
   */
  public static PredictionServer start(
      Path model,
      PredictionWishes wishes,
      Supplier<Engine> engine,
      ServerSettings http,
      ServiceSettings service,
      Consumer<Throwable> faults)
      throws IOException {
    Metrics metrics = new Metrics();
    memory(metrics);
    Served served = Served.of(model, wishes, engine, http, service, metrics);
    LocalServer server = LocalServer.start(http, routes(served, metrics), metrics, faults);
    served.queue().start();
    return new PredictionServer(served, server);
  }

  /** All of them, as {@code openapi.json} describes them. */
  static List<Route> routes(Served served, Metrics metrics) {
    return List.of(
        Route.of("POST", "/v1/predict", request -> served.predict().handle(request)),
        Route.of("POST", "/v1/prompt", request -> served.prompt().handle(request)),
        Route.of("GET", "/v1/model", request -> Answer.json(served.description())),
        Route.of("GET", "/metrics", request -> Answer.text(Metrics.TYPE, metrics.text())),
        Route.open("GET", "/healthz", request -> health(served.queue())),
        Route.open("GET", "/readyz", request -> readiness(request, served.queue())),
        Route.open("GET", "/" + OPENAPI, request -> Answer.bytes("application/json", openApi())));
  }

  private static Answer health(ModelQueue<?, ?, ?> queue) {
    if (!queue.isAlive()) {
      throw new HttpException(500, "the thread of the model has ended; restart the server");
    }
    return status("ok");
  }

  private static Answer readiness(Request request, ModelQueue<?, ?, ?> queue) {
    if (request.isServerClosing()) {
      throw HttpException.busy("the server is being stopped", 1);
    }
    queue.model();
    return status("ready");
  }

  private static Answer status(String status) {
    return Answer.json(JsonContent.object(json -> json.writeStringField("status", status)));
  }

  /** The description of the interface. */
  static byte[] openApi() {
    try (InputStream in = PredictionServer.class.getResourceAsStream(OPENAPI)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(OPENAPI + ": missing from the trainer's jar", e);
    }
  }

  private static void memory(Metrics metrics) {
    metrics.gauge(
        "process_resident_memory_bytes",
        "Java heap and native memory together; 0 where the system does not tell.",
        () -> ResidentMemory.bytes().orElse(0));
    metrics.gauge(
        "jvm_memory_heap_used_bytes",
        "Java heap in use, garbage included.",
        () -> ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    metrics.gauge(
        "jvm_threads", "Live threads.", () -> ManagementFactory.getThreadMXBean().getThreadCount());
    metrics.gauge(
        "process_start_time_seconds",
        "Of the process, since 1970.",
        () -> ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
  }

  /**
   * Waits until the model is loaded.
   *
   * @throws RuntimeException if it cannot be: what loading it threw
   */
  public void awaitLoaded() throws InterruptedException {
    served.queue().awaitLoaded();
  }

  /** Where it listens. */
  public LocalServer http() {
    return server;
  }

  /** Path and query of a first question about a picture, with X and Y to be filled in. */
  public String example() {
    return served.example();
  }

  /** Takes no more pictures, answers those that it has, and frees the model. */
  @Override
  public void close() {
    server.close();
    served.queue().close();
  }
}
