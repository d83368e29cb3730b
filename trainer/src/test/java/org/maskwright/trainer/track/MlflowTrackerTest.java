package org.maskwright.trainer.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.MlflowSettings;

/** What reaches a server that speaks as much of MLflow as a run needs. */
class MlflowTrackerTest {
  /** A request as it came. */
  private record Call(String method, String path, String body, String authorization) {}

  @TempDir private Path temp;

  private final List<Call> calls = Collections.synchronizedList(new ArrayList<>());
  private final List<String> said = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger failures = new AtomicInteger(); // requests still to be refused
  private final CountDownLatch answers = new CountDownLatch(1);
  private volatile int failure = 503;
  private volatile String artifacts = "mlflow-artifacts:/7/abc/artifacts";
  private boolean silent; // until the test ends
  private HttpServer server;

  private String serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    answers.countDown();
    if (server != null) {
      server.stop(0);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String path = exchange.getRequestURI().getPath();
    if (silent) {
      try {
        answers.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (failures.get() > 0) {
      failures.decrementAndGet();
      reply(exchange, failure, "{\"error_code\":\"BUSY\",\"message\":\"not now\"}");
      return;
    }
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    calls.add(new Call(exchange.getRequestMethod(), path, body, authorization));
    if (path.endsWith("get-by-name")) {
      reply(exchange, 404, "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\"}");
    } else if (path.endsWith("experiments/create")) {
      reply(exchange, 200, "{\"experiment_id\":\"7\"}");
    } else if (path.endsWith("runs/create") || path.endsWith("runs/get")) {
      reply(
          exchange,
          200,
          "{\"run\":{\"info\":{\"tags\":[\"x\"],\"run_id\":\"abc\",\"artifact_uri\":\""
              + artifacts
              + "\"}}}");
    } else {
      reply(exchange, 200, "{}");
    }
  }

  private static void reply(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private TrackedRun run(RunFolder folder, Map<String, String> settings, String uri) {
    return new TrackedRun(
        folder,
        settings,
        Map.of("maskwright.version", "1"),
        new MlflowSettings(Optional.of(uri), "cells", Optional.empty()),
        said::add);
  }

  private RunFolder folder() {
    Path path = temp.resolve("run");
    return Files.exists(path) ? RunFolder.resume(path) : RunFolder.create(path, "");
  }

  private List<Call> calls(Predicate<Call> which) {
    return List.copyOf(calls).stream().filter(which).toList();
  }

  private List<Call> batches(String field) {
    return calls(c -> c.path().endsWith("log-batch") && c.body().contains("\"" + field + "\":["));
  }

  private static int count(String text, String what) {
    return (int) Pattern.compile(Pattern.quote(what)).matcher(text).results().count();
  }

  private Tracker.Ending ending(String... names) throws IOException {
    List<Tracker.Artifact> files = new ArrayList<>();
    for (String name : names) {
      Path file = temp.resolve(name.replace('/', '-'));
      Files.writeString(file, "content of " + name);
      files.add(new Tracker.Artifact(name, file));
    }
    return new Tracker.Ending(false, files);
  }

  @Test
  void aRunIsMadeWithItsSettingsNumbersFilesAndEnd() throws IOException {
    String uri = serve();
    try (RunFolder folder = folder()) {
      try (MlflowTracker tracker =
          new MlflowTracker(run(folder, Map.of("train.steps", "5"), uri), uri, Map.of())) {
        tracker.numbers("train", 20, Map.of("loss", 1.5));
        tracker.numbers("eval", 20, new TreeMap<>(Map.of("AP", 12.0, "APl", Double.NaN)));
        tracker.ended(ending("report.html", "model/model.conf"));
      }
    }
    assertEquals(List.of(), said);
    Call made = calls(c -> c.path().endsWith("runs/create")).get(0);
    assertTrue(made.body().contains("\"experiment_id\":\"7\",\"run_name\":\"run\""), made.body());
    assertTrue(
        batches("params").get(0).body().contains("{\"key\":\"train.steps\",\"value\":\"5\"}"));
    assertTrue(batches("tags").get(0).body().contains("maskwright.version"));
    String numbers = String.join("", batches("metrics").stream().map(Call::body).toList());
    assertTrue(numbers.contains("{\"key\":\"train/loss\",\"value\":1.5,\"timestamp\":"), numbers);
    assertTrue(numbers.contains("\"step\":20"), numbers);
    assertFalse(numbers.contains("APl"), "nothing was measured");
    assertEquals(
        List.of(
            "/api/2.0/mlflow-artifacts/artifacts/7/abc/artifacts/report.html",
            "/api/2.0/mlflow-artifacts/artifacts/7/abc/artifacts/model/model.conf"),
        calls(c -> c.method().equals("PUT")).stream().map(Call::path).toList());
    assertEquals("content of report.html", calls(c -> c.method().equals("PUT")).get(0).body());
    Call last = calls.get(calls.size() - 1);
    assertTrue(last.path().endsWith("runs/update") && last.body().contains("FINISHED"), "" + last);
  }

  @Test
  void requestsKeepTheLimitsOfTheInterface() throws IOException {
    String uri = serve();
    Map<String, String> settings = new LinkedHashMap<>();
    for (int i = 0; i < 250; i++) {
      settings.put("key" + i + "\"<\u00e9>", "v".repeat(10_000));
    }
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = 0; i < 700; i++) {
      values.put("m" + i, 1.0);
    }
    try (RunFolder folder = folder()) {
      try (MlflowTracker tracker = new MlflowTracker(run(folder, settings, uri), uri, Map.of())) {
        for (int step = 1; step <= 4; step++) {
          tracker.numbers("train", step, values);
        }
        tracker.ended(ending());
      }
    }
    List<Integer> params = batches("params").stream().map(c -> count(c.body(), "\"key\"")).toList();
    assertEquals(List.of(100, 100, 50), params);
    assertFalse(batches("params").get(0).body().contains("v".repeat(501)));
    assertTrue(batches("params").get(0).body().contains("key0____"), "of letters that it takes");
    List<Integer> sent = batches("metrics").stream().map(c -> count(c.body(), "\"key\"")).toList();
    assertEquals(2800, sent.stream().mapToInt(n -> n).sum());
    assertTrue(sent.stream().allMatch(n -> n <= 1000), sent::toString);
  }

  @Test
  void aResumedRunGoesOnInTheSameRun() throws IOException {
    String uri = serve();
    for (int part = 0; part < 2; part++) {
      try (RunFolder folder = folder()) {
        try (MlflowTracker tracker = new MlflowTracker(run(folder, Map.of(), uri), uri, Map.of())) {
          tracker.numbers("train", part, Map.of("loss", 1.0));
          tracker.ended(new Tracker.Ending(part == 0, List.of()));
        }
      }
    }
    assertEquals(1, calls(c -> c.path().endsWith("runs/create")).size());
    List<String> ends =
        calls(c -> c.path().endsWith("runs/update")).stream().map(Call::body).toList();
    assertTrue(ends.get(0).contains("KILLED"), ends::toString);
    assertTrue(ends.get(1).contains("RUNNING"), ends::toString);
    assertTrue(ends.get(2).contains("FINISHED"), ends::toString);
  }

  @Test
  void whatAnOverloadedServerRefusesIsSentAgainAndWarnedOfOnce() throws Exception {
    failures.set(2);
    String uri = serve();
    try (RunFolder folder = folder()) {
      try (MlflowTracker tracker = new MlflowTracker(run(folder, Map.of(), uri), uri, Map.of())) {
        tracker.numbers("train", 1, Map.of("loss", 1.0));
        while (batches("metrics").isEmpty()) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
        tracker.ended(ending());
      }
    }
    assertEquals(1, said.size(), said::toString);
    assertTrue(said.get(0).contains("not now"), said::toString);
    assertEquals(1, batches("metrics").size());
  }

  @Test
  void aServerThatIsAwayIsSaidAndNothingWaitsForIt() throws IOException {
    String uri;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      uri = "http://127.0.0.1:" + free.getLocalPort();
    }
    try (RunFolder folder = folder()) {
      try (MlflowTracker tracker = new MlflowTracker(run(folder, Map.of(), uri), uri, Map.of())) {
        for (int step = 0; step < 3 * MlflowTracker.QUEUE; step++) {
          tracker.numbers("train", step, Map.of("loss", 1.0));
        }
        tracker.ended(ending("report.html"));
      }
    }
    assertEquals(2, said.size(), said::toString);
    assertTrue(said.get(0).contains("training goes on"), said::toString);
    String all = 3 * MlflowTracker.QUEUE + " numbers and 1 files did not reach " + uri;
    assertTrue(said.get(1).contains(all), said::toString);
  }

  @Test
  void aServerThatNeverAnswersTakesNoMoreThanTheQueue() throws IOException {
    silent = true;
    String uri = serve();
    try (RunFolder folder = folder()) {
      try (MlflowTracker tracker = new MlflowTracker(run(folder, Map.of(), uri), uri, Map.of())) {
        for (int step = 0; step < MlflowTracker.QUEUE + 5; step++) {
          tracker.numbers("train", step, Map.of("loss", 1.0));
        }
        tracker.ended(new Tracker.Ending(true, List.of())); // which waits the shortest
      }
    }
    String last = said.get(said.size() - 1);
    assertTrue(last.contains(MlflowTracker.QUEUE + 5 + " numbers"), said::toString);
  }

  @Test
  void filesThatOnlyTheServerReachesAreSaidToBeMissing() throws IOException {
    artifacts = "s3://bucket/7/abc/artifacts";
    String uri = serve();
    try (RunFolder folder = folder()) {
      try (MlflowTracker tracker = new MlflowTracker(run(folder, Map.of(), uri), uri, Map.of())) {
        tracker.ended(ending("report.html", "loss.png"));
      }
    }
    String last = said.get(said.size() - 1);
    assertTrue(last.contains("0 numbers and 2 files did not reach"), said::toString);
    assertTrue(last.contains("s3://bucket"), said::toString);
    assertTrue(calls.get(calls.size() - 1).body().contains("FINISHED"));
  }

  @Test
  void credentialsGoIntoTheHeaderAndIntoNoFile() throws IOException {
    String uri = serve();
    Map<String, String> environment =
        Map.of("MLFLOW_TRACKING_USERNAME", "ann", "MLFLOW_TRACKING_PASSWORD", "s3cret:word");
    try (RunFolder folder = folder()) {
      try (MlflowTracker tracker =
          new MlflowTracker(run(folder, Map.of(), uri), uri, environment)) {
        tracker.ended(ending());
      }
      assertFalse(Files.readString(folder.mlflow()).contains("s3cret"));
    }
    String pair =
        Base64.getEncoder().encodeToString("ann:s3cret:word".getBytes(StandardCharsets.UTF_8));
    calls.forEach(c -> assertEquals("Basic " + pair, c.authorization()));
    calls.clear();
    try (RunFolder folder = folder()) {
      try (MlflowTracker tracker =
          new MlflowTracker(
              run(folder, Map.of(), uri), uri, Map.of("MLFLOW_TRACKING_TOKEN", "t0k"))) {
        tracker.ended(ending());
      }
    }
    calls.forEach(c -> assertEquals("Bearer t0k", c.authorization()));
  }

  @Test
  void aTextIsFoundByItsPathAlone() throws IOException {
    String json =
        "{\"a\":[1,{\"run_id\":\"no\"}],\"run_id\":\"no\",\"run\":{\"x\":{},\"info\":{\"run_id\":\"yes\"}}}";
    assertEquals("yes", MlflowClient.text(json, "run", "info", "run_id"));
  }
}
