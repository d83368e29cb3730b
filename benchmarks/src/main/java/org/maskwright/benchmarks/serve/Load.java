package org.maskwright.benchmarks.serve;

import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Clients that ask a server one picture after the other, each on a connection of its own: requests
 * a second, median and 99th percentile of the time of a request, and the server's memory.
 *
 * <p>Arguments: the server's address, its token, a folder of pictures, numbers of clients with
 * commas between, requests of each number, requests of a long run of the last number (0: none), and
 * connections that send a byte a second all the while.
 */
public final class Load {
  private static final int WARM_UP = 20;
  private static final int MARKS = 10;
  private static final int BUSY = 503;
  private static final int OK = 200;
  private static final Pattern RESIDENT =
      Pattern.compile("(?m)^process_resident_memory_bytes (\\d+)");
  private static final Pattern HEAP = Pattern.compile("(?m)^jvm_memory_heap_used_bytes (\\d+)");

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final URI server;
  private final String token;
  private final List<byte[]> pictures = new ArrayList<>();

  private Load(URI server, String token, Path folder) throws IOException {
    this.server = server;
    this.token = token;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        pictures.add(Files.readAllBytes(file));
      }
    }
  }

  /** Prints a row for each number of clients, and one for each mark of the long run. */
  public static void main(String[] args) throws Exception {
    Load load = new Load(URI.create(args[0]), args[1], Path.of(args[2]));
    List<Integer> clients = Arrays.stream(args[3].split(",")).map(Integer::valueOf).toList();
    int requests = Integer.parseInt(args[4]);
    int all = Integer.parseInt(args[5]);
    load.slow(Integer.parseInt(args[6]));
    load.run(clients.get(0), WARM_UP);
    load.out.println(
        "| clients | requests a second | median ms | p99 ms | asked again | RSS MiB |");
    load.out.println("|---|---|---|---|---|---|");
    for (int n : clients) {
      load.row(String.valueOf(n), load.run(n, requests));
    }
    int last = clients.get(clients.size() - 1);
    for (int mark = 1; mark <= MARKS && all > 0; mark++) {
      Times times = load.run(last, all / MARKS);
      load.row("%d, request %d".formatted(last, mark * (all / MARKS)), times);
    }
  }

  /** Times of requests in milliseconds, rising. */
  private record Times(List<Double> millis, double seconds, int again) {}

  private Times run(int clients, int requests) throws Exception {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger again = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      long start = System.nanoTime();
      List<Future<List<Double>>> futures = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        futures.add(threads.submit(() -> client(next, requests, again)));
      }
      List<Double> millis = new ArrayList<>();
      for (Future<List<Double>> future : futures) {
        millis.addAll(future.get());
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Times(millis.stream().sorted().toList(), seconds, again.get());
    } finally {
      threads.shutdownNow(); // where one has failed, the others end too
    }
  }

  private List<Double> client(AtomicInteger next, int requests, AtomicInteger again)
      throws IOException, InterruptedException {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    List<Double> millis = new ArrayList<>();
    for (int i = next.getAndIncrement(); i < requests; i = next.getAndIncrement()) {
      HttpRequest request =
          asked("v1/predict")
              .POST(BodyPublishers.ofByteArray(pictures.get(i % pictures.size())))
              .build();
      long start = System.nanoTime();
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      while (answer.statusCode() == BUSY) {
        again.incrementAndGet();
        TimeUnit.SECONDS.sleep(
            Integer.parseInt(answer.headers().firstValue("Retry-After").orElse("1")));
        answer = http.send(request, BodyHandlers.ofString());
      }
      if (answer.statusCode() != OK) {
        throw new IOException(answer.statusCode() + " " + answer.body());
      }
      millis.add((System.nanoTime() - start) / 1e6);
    }
    return millis;
  }

  private HttpRequest.Builder asked(String path) {
    return HttpRequest.newBuilder(server.resolve(path)).header("Authorization", "Bearer " + token);
  }

  private void row(String clients, Times times) throws Exception {
    List<Double> millis = times.millis();
    String metrics =
        HttpClient.newHttpClient().send(asked("metrics").build(), BodyHandlers.ofString()).body();
    out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.0f | %.0f | %d | %d (heap %d) |%n",
        clients,
        millis.size() / times.seconds(),
        millis.get(millis.size() / 2),
        millis.get((int) (0.99 * (millis.size() - 1))),
        times.again(),
        mib(RESIDENT, metrics),
        mib(HEAP, metrics));
  }

  private static long mib(Pattern pattern, String metrics) {
    Matcher matcher = pattern.matcher(metrics);
    return matcher.find() ? Long.parseLong(matcher.group(1)) >> 20 : 0;
  }

  /** Connections that each send a byte of a request a second, and come again when they are cut. */
  private void slow(int count) {
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(this::trickle, "slow-" + i);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void trickle() {
    String request = "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n";
    while (true) {
      try (Socket socket = new Socket(server.getHost(), server.getPort())) {
        for (int i = 0; ; i++) {
          socket.getOutputStream().write(request.charAt(i % request.length()));
          TimeUnit.SECONDS.sleep(1);
        }
      } catch (IOException e) { // cut off
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
