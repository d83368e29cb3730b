package org.maskwright.trainer.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A server of some routes, by the JDK's own HTTP server. Meant for this machine, or for a network
 * behind something that speaks TLS.
 *
 * <p>Every request is checked by {@link Guard}: where it comes from, and whether it has the token.
 * Errors have one form ({@link HttpException}). A request has {@link ServerSettings#timeout} to be
 * sent and as long to be answered, its body and what is made of it a common budget of memory; a
 * connection that is slower is closed. One thread each at most, so that who is slow makes nobody
 * wait before all {@link ServerSettings#maxConnections} are slow at once.
 *
 * <pre>{@code
 * List<Route> routes =
 *     List.of(
 *         Route.open("GET", "/static/{file}", r -> files.get(r.name("file"))),
 *         Route.of("POST", "/v1/things/{id}", r -> keep(r.name("id"), r.body())));
 * try (LocalServer server =
 *     LocalServer.start(ServerSettings.local(), routes, new Metrics(), Throwable::printStackTrace)) {
 *   System.out.println(server.link("/static/index.html"));
 *   ...
 * }
 * }</pre>
 *
 * <p><b>Threads</b> safe. <b>Lifecycle</b> answers from {@link #start} on until it is closed.
 */
public final class LocalServer implements AutoCloseable {
  private static final double[] SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60
  };

  private static final int BACKLOG = 128;
  private static final long IDLE_THREAD_SECONDS = 30;
  private static final int RETRY_SECONDS = 5;
  private static final int CLIENT_GONE = 499; // of metrics alone, as nginx has it
  private static final String NO_ROUTE = "none";

  /**
   * Scripts, styles and pictures of a page come from this server, and it is in no other's frame.
   */
  private static final String CONTENT_POLICY =
      "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none';"
          + " form-action 'self'; frame-ancestors 'none'";

  private final ServerSettings settings;
  private final List<Route> routes;
  private final Consumer<Throwable> faults;
  private final Guard guard;
  private final MemoryBudget memory;
  private final HttpServer server;
  private final ThreadPoolExecutor threads;
  private final Metrics.Counter requests;
  private final Metrics.Histogram seconds;
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger receiving =
      new AtomicInteger(); // of those, the ones still being sent
  private volatile boolean closing;

  private LocalServer(
      ServerSettings settings, List<Route> routes, Metrics metrics, Consumer<Throwable> faults)
      throws IOException {
    this.settings = settings;
    this.routes = List.copyOf(routes);
    this.faults = faults;
    this.guard = new Guard(settings.token(), settings.hosts());
    this.memory = new MemoryBudget(settings.memoryBytes());
    JdkLimits.set(settings);
    this.server = bound(settings);
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            0,
            settings.maxConnections(),
            IDLE_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(), // no thread left: the connection is closed
            task -> {
              Thread thread = new Thread(task, "http-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    this.requests =
        metrics.counter("http_requests_total", "Requests answered.", "route", "method", "status");
    this.seconds =
        metrics.histogram(
            "http_request_duration_seconds",
            "From the head of a request to the last byte of its answer.",
            SECONDS,
            "route");
    metrics.gauge("http_requests_running", "Requests under way.", running::get);
    metrics.gauge("http_requests_bytes", "Memory held of what was sent.", memory::takenBytes);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
  }

  /**
   * Starts a server.
   *
   * @param routes no two of the same method and path; where several fit, the first
   * @param metrics gets those of the server
   * @param faults told of what no handler should have thrown, by several threads at once
   * @throws IOException if the address cannot be bound; says what to do
   */
  public static LocalServer start(
      ServerSettings settings, List<Route> routes, Metrics metrics, Consumer<Throwable> faults)
      throws IOException {
    LocalServer server = new LocalServer(settings, routes, metrics, faults);
    server.server.start();
    return server;
  }

  private static HttpServer bound(ServerSettings settings) throws BindException {
    InetAddress address;
    try {
      address = InetAddress.getByName(settings.bind());
    } catch (UnknownHostException e) {
      throw refused(
          "--bind %s: no such address; take 127.0.0.1, or 0.0.0.0 for all of this machine's"
              .formatted(settings.bind()),
          e);
    }
    try {
      return HttpServer.create(new InetSocketAddress(address, settings.port()), BACKLOG);
    } catch (IOException e) {
      throw refused(
          "--bind %s --port %d: %s; take another port, or 0 for any that is free"
              .formatted(settings.bind(), settings.port(), e.getMessage()),
          e);
    }
  }

  private static BindException refused(String message, IOException cause) {
    BindException out = new BindException(message);
    out.initCause(cause);
    return out;
  }

  /** The port that it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Where it is reached from this machine, with a slash at the end. */
  public URI uri() {
    InetAddress address = server.getAddress().getAddress();
    String host =
        address.isAnyLocalAddress()
            ? "localhost"
            : address instanceof Inet6Address
                ? "[" + address.getHostAddress().replaceFirst("%.*", "") + "]"
                : address.getHostAddress();
    return URI.create("http://" + host + ":" + port() + "/");
  }

  /** A link to a path with the token, to be opened in a browser. */
  public URI link(String path) {
    String query = settings.token().map(token -> "?" + Guard.TOKEN + "=" + token).orElse("");
    return uri().resolve(path + query);
  }

  /** Whether it answers only what was asked before. */
  public boolean isClosing() {
    return closing;
  }

  /**
   * Answers one. What goes wrong with the connection is thrown on, and the exchange not closed
   * here: else the JDK's server goes on counting the connection among those that are open.
   */
  private void handle(HttpExchange exchange) throws IOException {
    running.incrementAndGet();
    long start = System.nanoTime();
    String route = NO_ROUTE;
    int status = CLIENT_GONE;
    try (MemoryBudget.Lease lease = memory.lease()) {
      Answer answer;
      try {
        Found found = find(exchange);
        route = found.route().path();
        Request request =
            new Request(
                exchange,
                found.names(),
                found.query(),
                settings,
                lease,
                start,
                this::isClosing,
                receiving);
        answer = found.route().handler().handle(request);
      } catch (HttpException e) {
        answer = e.answer();
      } catch (RuntimeException | Error e) {
        answer = fault(e);
      }
      status = answer.status();
      send(exchange, answer);
    } catch (RuntimeException e) { // the answer is half sent: all that can be said is its end
      faults.accept(e);
      throw e;
    } finally {
      requests.add(route, method(exchange), String.valueOf(status));
      seconds.observe((System.nanoTime() - start) / 1e9, route);
      running.decrementAndGet();
    }
  }

  /** Of metrics: a client may send any word. */
  private String method(HttpExchange exchange) {
    String method = exchange.getRequestMethod();
    return routes.stream().anyMatch(r -> r.takes(method)) ? method : "other";
  }

  private Answer fault(Throwable error) {
    faults.accept(error);
    return error instanceof OutOfMemoryError
        ? HttpException.busy("out of memory; send a smaller picture, or ask again", RETRY_SECONDS)
            .answer()
        : new HttpException(
                500, "internal error: a fault of Maskwright's; the log of the server says more")
            .answer();
  }

  /** A route and what a request says of it. */
  private record Found(Route route, Map<String, String> names, Query query) {}

  private Found find(HttpExchange exchange) {
    Headers headers = exchange.getRequestHeaders();
    guard.requireHere(headers);
    URI uri = exchange.getRequestURI();
    String path = uri.getRawPath();
    if (path == null || !path.startsWith("/") || uri.getRawAuthority() != null) {
      throw HttpException.badRequest("URL: expected a path that begins with one /, got " + uri);
    }
    Query query = Query.of(uri.getRawQuery());
    TreeSet<String> others = new TreeSet<>();
    for (Route route : routes) {
      Optional<Map<String, String>> names = route.match(path);
      if (names.isPresent() && route.takes(exchange.getRequestMethod())) {
        if (!route.open()) {
          guard.requireToken(headers, query);
        }
        if (closing && !route.open()) {
          throw HttpException.busy("the server is being stopped", RETRY_SECONDS);
        }
        return new Found(route, names.get(), query);
      }
      names.ifPresent(n -> others.add(route.method()));
    }
    guard.requireToken(headers, query); // what there is, is nobody else's business
    if (others.isEmpty()) {
      throw HttpException.notFound("no such path: " + path);
    }
    String allowed = String.join(", ", others);
    throw new HttpException(
            405, "%s: expected %s, got %s".formatted(path, allowed, exchange.getRequestMethod()))
        .with("Allow", allowed);
  }

  private void send(HttpExchange exchange, Answer answer) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer"); // a link may hold the token
    headers.set("Content-Security-Policy", CONTENT_POLICY);
    answer.headers().forEach(headers::set);
    if (closing) {
      headers.set("Connection", "close");
    }
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head) {
      headers.set("Content-Length", String.valueOf(answer.length()));
    }
    if (head || answer.length() == 0) {
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(answer.status(), answer.length());
    OutputStream out = exchange.getResponseBody();
    answer.body().writeTo(out);
    out.flush(); // before what is left of the request is read
    out.close();
  }

  /**
   * Takes no more requests and answers those that have come whole, at most as long as one may take.
   */
  @Override
  public void close() {
    closing = true;
    long end = System.nanoTime() + settings.timeout().toNanos();
    try {
      while (running.get() > receiving.get() && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.stop(0);
    threads.shutdownNow();
  }
}
