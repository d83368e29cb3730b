package org.maskwright.trainer.annotate;

import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.json.JsonTree;

/**
 * A headless Chromium with tabs, driven by its own protocol (chromedevtools.github.io). What a page
 * logs as an error, and what it asks of any server but one, fails the test.
 */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");

  private final Process process;
  private final Path profile;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonTree>> answers = new ConcurrentHashMap<>();
  private final Map<String, Tab> tabs = new ConcurrentHashMap<>();
  private final StringBuilder received = new StringBuilder();

  private Browser(Process process, Path profile, URI address) {
    this.process = process;
    this.profile = profile;
    this.socket =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address, new Listener()).join();
  }

  /** The program, if this machine has one; CHROMIUM names another. */
  static Optional<String> program() {
    String named = System.getenv("CHROMIUM");
    if (named != null) {
      return Optional.of(named);
    }
    return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  static Browser start() throws IOException {
    Path profile = Files.createTempDirectory("maskwright-browser");
    Process process =
        new ProcessBuilder(
                program().orElseThrow(),
                "--headless=new",
                "--no-sandbox", // which needs what containers often lack; it sees our page alone
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--lang=en",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader said = process.errorReader(StandardCharsets.UTF_8);
    String line = said.readLine();
    while (line != null && !line.startsWith("DevTools listening on ")) {
      line = said.readLine();
    }
    if (line == null) {
      throw new IOException("Chromium ended before it listened");
    }
    Thread rest = new Thread(() -> said.lines().forEach(noise -> {}));
    rest.setDaemon(true);
    rest.start();
    return new Browser(
        process, profile, URI.create(line.substring("DevTools listening on ".length()).strip()));
  }

  private final class Listener implements WebSocket.Listener {
    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      received.append(data);
      if (last) {
        JsonTree message = JsonTree.of(received.toString().getBytes(StandardCharsets.UTF_8));
        received.setLength(0);
        if (message.find("id").isPresent()) {
          answers.remove(message.get("id").integer()).complete(message);
        } else {
          message
              .find("sessionId")
              .map(id -> tabs.get(id.text()))
              .ifPresent(tab -> tab.event(message.get("method").text(), message.get("params")));
        }
      }
      from.request(1);
      return null;
    }
  }

  private JsonTree call(Optional<String> session, String method, JsonContent params) {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonTree> answer = new CompletableFuture<>();
    answers.put(id, answer);
    String text =
        JsonContent.object(
                json -> {
                  json.writeNumberField("id", id);
                  json.writeStringField("method", method);
                  if (session.isPresent()) {
                    json.writeStringField("sessionId", session.get());
                  }
                  json.writeObjectFieldStart("params");
                  params.writeTo(json);
                  json.writeEndObject();
                })
            .text();
    synchronized (socket) {
      socket.sendText(text, true).join();
    }
    JsonTree got = answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    got.find("error").ifPresent(e -> refused(method, e.get("message").text()));
    return got.get("result");
  }

  private static void refused(String method, String why) {
    if (why.contains("navigated") || why.contains("context was destroyed")) {
      throw new PageLeftException(method + ": " + why);
    }
    fail(method + ": " + why);
  }

  /** The page was left for another, or loaded anew, before it answered. */
  private static final class PageLeftException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PageLeftException(String message) {
      super(message);
    }
  }

  private JsonTree call(String method, JsonContent params) {
    return call(Optional.empty(), method, params);
  }

  /** A tab of a size in pixels. */
  Tab open(URI page, int width, int height) {
    String target =
        call("Target.createTarget", json -> json.writeStringField("url", "about:blank"))
            .get("targetId")
            .text();
    String session =
        call(
                "Target.attachToTarget",
                json -> {
                  json.writeStringField("targetId", target);
                  json.writeBooleanField("flatten", true);
                })
            .get("sessionId")
            .text();
    Tab tab = new Tab(session, target, page);
    tabs.put(session, tab);
    for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
      tab.call(domain + ".enable", json -> {});
    }
    tab.call(
        "Emulation.setDeviceMetricsOverride",
        json -> {
          json.writeNumberField("width", width);
          json.writeNumberField("height", height);
          json.writeNumberField("deviceScaleFactor", 1);
          json.writeBooleanField("mobile", false);
        });
    tab.go(page);
    return tab;
  }

  /** A tab with the page. */
  final class Tab {
    private final String session;
    private final String target;
    private final URI page;
    private final StringBuilder wrong = new StringBuilder();

    private Tab(String session, String target, URI page) {
      this.session = session;
      this.target = target;
      this.page = page;
    }

    private JsonTree call(String method, JsonContent params) {
      return Browser.this.call(Optional.of(session), method, params);
    }

    private synchronized void event(String method, JsonTree params) {
      if (method.equals("Runtime.exceptionThrown")) {
        JsonTree details = params.get("exceptionDetails");
        wrong
            .append("\nexception: ")
            .append(
                details
                    .find("exception")
                    .flatMap(e -> e.find("description"))
                    .orElse(details.get("text"))
                    .text());
      } else if (method.equals("Network.requestWillBeSent")) {
        String url = params.get("request").get("url").text();
        String own = page.getScheme() + "://" + page.getAuthority() + "/";
        if (!url.startsWith(own) && !url.startsWith("blob:") && !url.startsWith("data:")) {
          wrong.append("\nasked of another server: ").append(url);
        }
      } else if (method.equals("Page.javascriptDialogOpening")) {
        // Answered on another thread: this one reads the answers.
        Thread answer =
            new Thread(
                () ->
                    call(
                        "Page.handleJavaScriptDialog",
                        json -> json.writeBooleanField("accept", true)));
        answer.setDaemon(true);
        answer.start();
      }
    }

    /** Fails if the page did something that it should not. */
    synchronized void requireNothingWrong() {
      if (wrong.length() > 0) {
        fail(wrong.toString());
      }
    }

    void go(URI to) {
      call("Page.navigate", json -> json.writeStringField("url", to.toString()));
      until("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    void reload() {
      evaluate("window.beforeReload = true");
      call("Page.reload", json -> {});
      until("document.readyState === 'complete' && !window.beforeReload");
    }

    /** The value of an expression, awaited; undefined is empty. */
    Optional<JsonTree> evaluate(String expression) {
      JsonTree result =
          call(
              "Runtime.evaluate",
              json -> {
                json.writeStringField("expression", expression);
                json.writeBooleanField("awaitPromise", true);
                json.writeBooleanField("returnByValue", true);
              });
      result
          .find("exceptionDetails")
          .ifPresent(e -> fail(expression + ": " + e.get("exception").get("description").text()));
      return result.get("result").find("value");
    }

    /** Waits until an expression is true; a page that is just being left does not say. */
    void until(String expression) {
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() < end) {
        if (isTrue(expression)) {
          return;
        }
        pause();
      }
      requireNothingWrong();
      fail(expression + ": not so after " + PATIENCE + "; the page says: " + text("body"));
    }

    private boolean isTrue(String expression) {
      try {
        return evaluate(expression).filter(JsonTree::isTrue).isPresent();
      } catch (PageLeftException e) {
        return false;
      }
    }

    private void pause() {
      try {
        TimeUnit.MILLISECONDS.sleep(30);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    String text(String selector) {
      return evaluate("document.querySelector('%s').innerText".formatted(selector))
          .map(JsonTree::text)
          .orElse("");
    }

    void mouse(String type, double x, double y, String button, int clicks) {
      call(
          "Input.dispatchMouseEvent",
          json -> {
            json.writeStringField("type", type);
            json.writeNumberField("x", x);
            json.writeNumberField("y", y);
            json.writeStringField("button", button);
            json.writeNumberField(
                "buttons", type.equals("mouseReleased") || button.equals("none") ? 0 : 1);
            json.writeNumberField("clickCount", clicks);
          });
    }

    /** Presses the mouse, goes along places (x, y of each) and lets it go. */
    void drag(double... places) {
      mouse("mouseMoved", places[0], places[1], "none", 0);
      mouse("mousePressed", places[0], places[1], "left", 1);
      for (int i = 2; i < places.length; i += 2) {
        mouse("mouseMoved", places[i], places[i + 1], "left", 0);
      }
      mouse("mouseReleased", places[places.length - 2], places[places.length - 1], "left", 1);
    }

    void click(double x, double y) {
      drag(x, y);
    }

    /** Clicks an element. */
    void click(String selector) {
      evaluate(
          "document.querySelector('%s').scrollIntoView({block: 'nearest'})".formatted(selector));
      JsonTree box =
          evaluate(
                  "(() => { const b = document.querySelector('%s').getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
                      .formatted(selector))
              .orElseThrow();
      click(box.numbers()[0], box.numbers()[1]);
    }

    /** Presses a key, such as {@code p}, {@code Enter} or {@code Ctrl+z}. */
    void key(String name) {
      boolean control = name.startsWith("Ctrl+");
      boolean shift = name.startsWith("Shift+");
      String key = name.replaceFirst("^(Ctrl|Shift)\\+", "");
      boolean types = key.length() == 1 && !control;
      for (String type : List.of(types ? "keyDown" : "rawKeyDown", "keyUp")) {
        call(
            "Input.dispatchKeyEvent",
            json -> {
              json.writeStringField("type", type);
              json.writeStringField("key", key);
              json.writeNumberField("modifiers", control ? 2 : shift ? 8 : 0);
              if (types && type.equals("keyDown")) {
                text(json, key);
              }
              if (key.equals("Enter")) {
                json.writeNumberField("windowsVirtualKeyCode", 13);
              }
            });
      }
    }

    private void text(JsonGenerator json, String key) throws IOException {
      json.writeStringField("text", key);
    }

    byte[] screenshot() {
      return Base64.getDecoder()
          .decode(
              call("Page.captureScreenshot", json -> json.writeStringField("format", "png"))
                  .get("data")
                  .text());
    }

    void close() {
      requireNothingWrong();
      Browser.this.call("Target.closeTarget", json -> json.writeStringField("targetId", target));
    }
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(profile)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (java.io.UncheckedIOException | java.nio.file.FileSystemException e) {
      // a helper of the browser is still ending; the system's temporary folder is emptied some day
    }
  }
}
