package org.maskwright.trainer.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocalServerTest {
  private static final String TOKEN = "secret";
  private static final String HERE = "Host: 127.0.0.1";
  private static final String BEARER = "Authorization: Bearer " + TOKEN;
  private static final int MOST_BYTES = 1 << 20;
  private static final int CONNECTIONS = 64;
  private static final int WAIT_SECONDS = 60;

  private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final Metrics metrics = new Metrics();
  private LocalServer server;

  @BeforeEach
  void start() throws IOException {
    StaticFiles files = new StaticFiles(LocalServerTest.class, "page");
    List<Route> routes =
        List.of(
            Route.open("GET", "/open", r -> Answer.text("text/plain", "open")),
            Route.open("GET", "/static/{file}", r -> files.get(r.name("file"))),
            Route.of("GET", "/things/{name}", r -> Answer.text("text/plain", r.name("name"))),
            Route.of(
                "GET", "/number", r -> Answer.text("text/plain", "" + r.query().number("n", 0, 1))),
            Route.of("POST", "/length", r -> Answer.text("text/plain", "" + r.body().length)),
            Route.of("POST", "/nothing", r -> Answer.nothing()),
            Route.of("GET", "/large", r -> Answer.bytes("text/plain", new byte[16 << 20])),
            Route.of("GET", "/wait", this::waiting),
            Route.of(
                "GET",
                "/fault",
                r -> {
                  throw new IllegalStateException("ours");
                }));
    server =
        LocalServer.start(
            ServerSettings.local()
                .withToken(Optional.of(TOKEN))
                .withHosts(List.of("Segments.example"))
                .withLimits(MOST_BYTES, Duration.ofSeconds(WAIT_SECONDS))
                .withAll(CONNECTIONS, 4 * MOST_BYTES),
            routes,
            metrics,
            faults::add);
  }

  @AfterEach
  void stop() {
    released.countDown();
    server.close();
    assertEquals(List.of(), List.copyOf(faults));
  }

  private Answer waiting(Request request) {
    entered.countDown();
    try {
      released.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return Answer.text("text/plain", "waited");
  }

  private String ask(String line, String... headers) throws IOException {
    return RawClient.ask(server.port(), line, headers);
  }

  private void assertStatus(int status, String answer) {
    assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    if (status >= 400) {
      assertTrue(answer.contains("application/problem+json"), answer);
      assertTrue(answer.contains("{\"status\":" + status + ",\"title\":\""), answer);
    }
  }

  @Test
  void routesAreFoundByMethodAndPath() throws Exception {
    assertTrue(ask("GET /things/a%20b%2Fc%C3%A9", HERE, BEARER).endsWith("a b/cé"));
    assertStatus(404, ask("GET /things/", HERE, BEARER));
    assertStatus(404, ask("GET /things/a/b", HERE, BEARER));
    String wrong = ask("DELETE /length", HERE, BEARER);
    assertStatus(405, wrong);
    assertTrue(wrong.contains("Allow: POST"), wrong);
    assertStatus(204, RawClient.askWith(server.port(), "POST /nothing", "", HERE, BEARER));
    HttpRequest head =
        HttpRequest.newBuilder(server.link("/things/abc"))
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> answer = HttpClient.newHttpClient().send(head, BodyHandlers.ofString());
    assertEquals("3", answer.headers().firstValue("Content-Length").orElseThrow());
    assertEquals("", answer.body());
  }

  @Test
  void withoutTheTokenNothingIsSaid() throws IOException {
    assertStatus(200, ask("GET /open", HERE));
    assertStatus(200, ask("GET /things/a?token=" + TOKEN, HERE));
    assertStatus(200, ask("GET /things/a", HERE, "authorization: bearer " + TOKEN));
    String none = ask("GET /things/a", HERE);
    assertStatus(401, none);
    assertTrue(none.toLowerCase(Locale.ROOT).contains("www-authenticate: bearer"), none);
    assertStatus(401, ask("GET /things/a?token=other", HERE));
    assertStatus(401, ask("GET /things/a?token=" + TOKEN, HERE, "Authorization: Bearer other"));
    assertStatus(401, ask("GET /no-such-path", HERE));
    assertStatus(401, ask("POST /things/a", HERE));
  }

  @Test
  void namesOfOthersThatResolveToThisMachineAreRefused() throws IOException {
    for (String host :
        List.of(
            "127.0.0.1:80",
            "localhost",
            "LOCALHOST:9",
            "[::1]:5",
            "10.1.2.3",
            "segments.EXAMPLE:1")) {
      assertStatus(200, ask("GET /open", "Host: " + host));
    }
    for (String host :
        List.of("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80")) {
      assertStatus(403, ask("GET /open", "Host: " + host));
    }
    for (String host : List.of("", "a b", "127.0.0.1:x", "user@localhost")) {
      assertStatus(400, ask("GET /open", "Host: " + host));
    }
    assertStatus(400, ask("GET /open"));
    assertStatus(400, ask("GET /open", HERE, "Host: localhost"));
    assertStatus(400, ask("GET http://evil.example/open", HERE));
    assertStatus(400, ask("GET //evil.example/open", HERE));
  }

  @Test
  void pagesOfOtherSitesAreRefused() throws IOException {
    assertStatus(200, ask("GET /open", HERE, "Origin: http://127.0.0.1"));
    assertStatus(200, ask("GET /open", "Host: localhost:7", "Origin: https://localhost:7"));
    for (String origin : List.of("http://evil.example", "null", "http://127.0.0.1:99", "file://")) {
      assertStatus(403, ask("GET /open", HERE, "Origin: " + origin));
    }
    assertStatus(
        403, ask("GET /open", HERE, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"));
    assertStatus(
        200, ask("GET /open", HERE, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"));
    assertStatus(
        200, ask("GET /open", HERE, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors"));
  }

  @Test
  void noNameLeadsOutOfTheFolderOfStaticFiles() throws IOException {
    String page = ask("GET /static/index.html", HERE);
    assertStatus(200, page);
    assertTrue(page.contains("text/html") && page.contains("default-src 'self'"), page);
    for (String path :
        List.of(
            "../LocalServerTest.class",
            "..%2FLocalServerTest.class",
            "%2e%2e/LocalServerTest.class",
            "..%5cLocalServerTest.class",
            "%2fetc%2fpasswd",
            "....//index.html",
            ".hidden.html",
            "index.html%20",
            "index.class",
            "none.html")) {
      assertStatus(404, ask("GET /static/" + path, HERE, BEARER));
    }
    for (String path : List.of("index.html%00", "%ff%fe.html", "caf\u00e9.html")) {
      assertStatus(400, ask("GET /static/" + path, HERE, BEARER));
    }
  }

  @Test
  void queriesAreChecked() throws IOException {
    assertTrue(ask("GET /number?n=0.5", HERE, BEARER).endsWith("Optional[0.5]"));
    assertTrue(ask("GET /number", HERE, BEARER).endsWith("Optional.empty"));
    for (String query : List.of("n=2", "n=x", "n=NaN", "n=", "n=0&n=1", "n=%e9")) {
      assertStatus(400, ask("GET /number?" + query, HERE, BEARER));
    }
  }

  @Test
  void bodiesHaveALimit() throws IOException {
    int port = server.port();
    String whole = "a".repeat(MOST_BYTES);
    String length = "Content-Length: ";
    assertTrue(
        RawClient.askWith(port, "POST /length", whole, HERE, BEARER, length + MOST_BYTES)
            .endsWith("" + MOST_BYTES));
    assertTrue(
        RawClient.askWith(port, "POST /length", "", HERE, BEARER, length + 0).endsWith("\r\n0"));
    String chunked = "%x\r\n%s\r\n".formatted(MOST_BYTES, whole);
    String inChunks = "Transfer-Encoding: chunked";
    assertTrue(
        RawClient.askWith(port, "POST /length", chunked + "0\r\n\r\n", HERE, BEARER, inChunks)
            .endsWith("" + MOST_BYTES));
    assertStatus(
        413,
        RawClient.askWith(
            port, "POST /length", chunked + "1\r\na\r\n0\r\n\r\n", HERE, BEARER, inChunks));
    assertStatus(
        413,
        RawClient.askWith(
            port, "POST /length", whole + "a", HERE, BEARER, length + (MOST_BYTES + 1)));
    assertStatus(
        413, RawClient.askWith(port, "POST /length", "", HERE, BEARER, length + Long.MAX_VALUE));
    assertStatus(
        415,
        RawClient.askWith(
            port, "POST /length", "a", HERE, BEARER, length + 1, "Content-Encoding: gzip"));
  }

  @Test
  void memoryForBodiesIsSharedAndGivenBack() throws Exception {
    List<RawClient> halves = new ArrayList<>();
    String length = "Content-Length: " + MOST_BYTES;
    String body = "a".repeat(MOST_BYTES);
    for (int i = 0; i < 4; i++) { // each sends all but a byte, and has taken all its memory
      RawClient client = new RawClient(server.port());
      halves.add(client);
      client.send(String.join("\r\n", "POST /length HTTP/1.1", HERE, BEARER, length, "", ""));
      client.send(body.substring(1));
    }
    awaitMetric("http_requests_bytes " + 4 * MOST_BYTES);
    String busy = RawClient.askWith(server.port(), "POST /length", body, HERE, BEARER, length);
    assertStatus(503, busy);
    assertTrue(busy.contains("Retry-after: 1"), busy);
    for (RawClient client : halves) {
      assertStatus(200, client.send("a").answer());
      client.close();
    }
    awaitMetric("http_requests_bytes 0");
    assertStatus(200, RawClient.askWith(server.port(), "POST /length", body, HERE, BEARER, length));
  }

  private void awaitMetric(String line) throws InterruptedException {
    for (int i = 0; i < WAIT_SECONDS * 100 && !metrics.text().contains(line + "\n"); i++) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertTrue(metrics.text().contains(line + "\n"), metrics.text());
  }

  @Test
  void faultsAreToldToTheLogAndNotToTheClient() throws IOException {
    String answer = ask("GET /fault", HERE, BEARER);
    assertStatus(500, answer);
    assertFalse(answer.contains("ours"), answer);
    assertEquals("ours", faults.remove().getMessage());
  }

  @Test
  void slowClientsStopNobody() throws Exception {
    List<RawClient> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        RawClient client = new RawClient(server.port());
        slow.add(client);
        // Some stop in the request line, some in a header, some in the body.
        client.send(
            switch (i % 3) {
              case 0 -> "GET /op";
              case 1 -> "GET /open HTTP/1.1\r\nHo";
              default ->
                  "POST /length HTTP/1.1\r\n"
                      + HERE
                      + "\r\n"
                      + BEARER
                      + "\r\nContent-Length: 9\r\n\r\na";
            });
      }
      for (int i = 0; i < 20; i++) {
        slow.get(i).send("e"); // a byte now and then
        assertStatus(200, ask("GET /open", HERE));
      }
    } finally {
      for (RawClient client : slow) {
        client.close();
      }
    }
  }

  @Test
  void brokenConnectionsStopNobody() throws Exception {
    String head = HERE + "\r\n" + BEARER + "\r\n";
    for (int i = 0; i < 40; i++) { // more than there may be connections
      RawClient half = new RawClient(server.port());
      half.send("POST /length HTTP/1.1\r\n" + head + "Content-Length: 100000\r\n\r\nhalf").reset();
      RawClient unread = new RawClient(server.port());
      unread.send("GET /large HTTP/1.1\r\n" + head + "\r\n").reset();
      RawClient nonsense = new RawClient(server.port());
      nonsense.send("\u0016\u0003\u0001\u0002\u0000\r\n\r\n").reset(); // as TLS begins
    }
    awaitMetric("http_requests_running 0");
    awaitMetric("http_requests_bytes 0");
    List<RawClient> others = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS / 2; i++) { // their places are free again
      others.add(new RawClient(server.port()).send("GET /open HTTP/1.1\r\n" + HERE + "\r\n\r\n"));
    }
    for (RawClient other : others) {
      assertStatus(200, other.answer());
      other.close();
    }
  }

  @Test
  void whatRunsIsFinishedBeforeItEnds() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(server.link("/wait"))
            .timeout(Duration.ofSeconds(WAIT_SECONDS))
            .build();
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(request, BodyHandlers.ofString());
    entered.await();
    CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
    while (!server.isClosing()) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    assertStatus(503, ask("GET /things/a", HERE, BEARER));
    assertFalse(closed.isDone());
    released.countDown();
    assertEquals("waited", answer.get().body());
    closed.get();
    URI uri = server.uri();
    assertThrows(ConnectException.class, () -> RawClient.ask(uri.getPort(), "GET /open", HERE));
  }

  @Test
  void whoIsStillSendingDoesNotHoldTheEnd() throws Exception {
    try (RawClient half = new RawClient(server.port())) {
      String length = "Content-Length: " + MOST_BYTES;
      half.send(String.join("\r\n", "POST /length HTTP/1.1", HERE, BEARER, length, "", "half"));
      awaitMetric("http_requests_running 1");
      awaitMetric("http_requests_bytes " + (1 << 16));
      server.close();
      assertEquals("", half.answer());
    }
  }

  @Test
  void metricsCountByRouteAndStatus() throws IOException {
    ask("GET /things/a", HERE, BEARER);
    ask("GET /things/b", HERE, BEARER);
    ask("GET /things/b", HERE);
    ask("BREW /things/b", HERE, BEARER);
    String text = metricsAtRest();
    for (String line :
        List.of(
            "http_requests_total{route=\"/things/{name}\",method=\"GET\",status=\"200\"} 2",
            "http_requests_total{route=\"none\",method=\"GET\",status=\"401\"} 1",
            "http_requests_total{route=\"none\",method=\"other\",status=\"405\"} 1",
            "http_request_duration_seconds_bucket{route=\"/things/{name}\",le=\"+Inf\"} 2",
            "http_request_duration_seconds_count{route=\"/things/{name}\"} 2")) {
      assertTrue(text.contains(line + "\n"), line + " in\n" + text);
    }
  }

  /** A client has its answer before the server counts it. */
  private String metricsAtRest() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    String text = metrics.text();
    while (!text.contains("http_requests_running 0\n") && System.nanoTime() < end) {
      Thread.onSpinWait();
      text = metrics.text();
    }
    return text;
  }

  @Test
  void aPortInUseIsSaid() {
    ServerSettings taken = ServerSettings.local().at("127.0.0.1", server.port());
    IOException e =
        assertThrows(
            IOException.class,
            () -> LocalServer.start(taken, List.of(), new Metrics(), faults::add));
    assertTrue(e.getMessage().contains("--port " + server.port()), e.getMessage());
    assertTrue(e.getMessage().contains("take another port"), e.getMessage());
  }
}
