package org.maskwright.trainer.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.http.RawClient;
import org.maskwright.trainer.launch.SameJava;
import org.maskwright.trainer.run.TinyRun;

/** {@code maskwright serve} as a process: what needs a JVM of its own. */
class ServedProcessIT {
  @TempDir private static Path shared;
  private static Path model;
  private static byte[] picture;

  private final HttpClient client = HttpClient.newHttpClient();
  private Process process;
  private URI uri;

  @BeforeAll
  static void train() throws IOException {
    model = TinyRun.trained(shared);
    picture = Files.readAllBytes(TinyRun.scenes(shared).get(0));
  }

  private void start(String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of("serve", model.toString(), "--port", "0"));
    words.addAll(List.of("--token", "secret", "--threads", "1"));
    words.addAll(List.of(options));
    List<String> jvm = List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    process =
        new ProcessBuilder(SameJava.command(Maskwright.class.getName(), jvm, words))
            .redirectError(shared.resolve("err").toFile())
            .start();
    BufferedReader out = process.inputReader();
    String first = out.readLine();
    assertTrue(first != null, () -> err());
    assertTrue(first.startsWith("serving " + model + " on http://127.0.0.1:"), first);
    assertEquals("token: secret", out.readLine());
    uri = URI.create(first.substring(first.indexOf("http://")));
  }

  private static String err() {
    try {
      return Files.readString(shared.resolve("err"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @AfterEach
  void stop() {
    process.destroyForcibly();
  }

  private CompletableFuture<HttpResponse<String>> predict() {
    HttpRequest request =
        HttpRequest.newBuilder(uri.resolve("/v1/predict?token=secret"))
            .POST(BodyPublishers.ofByteArray(picture))
            .build();
    return client.sendAsync(request, BodyHandlers.ofString());
  }

  @Test
  void whatRunsIsAnsweredBeforeTheProcessEnds() throws Exception {
    start("--batch", "2", "--batch-wait", "3000");
    CompletableFuture<HttpResponse<String>> answer = predict();
    while (!metrics().contains("maskwright_queue_pictures 1\n")) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    process.destroy(); // SIGTERM
    assertEquals(200, answer.get().statusCode(), answer.get().body());
    assertEquals(0, process.waitFor(), () -> err());
    assertTrue(err().contains("stopping: what runs is answered first"), () -> err());
  }

  private String metrics() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri.resolve("/metrics?token=secret")).build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  @Test
  void whoStopsInTheMiddleIsCutOff() throws Exception {
    start("--timeout", "15"); // a busy machine still answers in time
    List<RawClient> slow = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      slow.add(new RawClient(uri.getPort()));
      slow.get(i).send(i % 2 == 0 ? "GET /heal" : "POST /v1/predict?token=secret HTTP/1.1\r\n");
    }
    assertEquals(200, predict().get().statusCode());
    for (RawClient one : slow) {
      assertEquals("", one.answer()); // until the server closes the connection
      one.close();
    }
    assertEquals(200, predict().get().statusCode());
    while (!metrics().contains("http_requests_running 1\n")) { // this one alone
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
