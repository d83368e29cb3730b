package org.maskwright.trainer.annotate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.http.ServerSettings;
import org.maskwright.trainer.launch.SameJava;
import org.maskwright.trainer.prompt.TinySam;

/** The page in a browser. Skipped where there is no Chromium; CHROMIUM names one. */
class AnnotatePageIT {
  private static final int WIDTH = 120;
  private static final int HEIGHT = 80;
  private static final int MARGIN = 16; // around a fitted picture, both sides together

  private static Browser browser;

  @TempDir Path dir;
  private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private AnnotateServer server;
  private Client client;
  private Browser.Tab tab;

  @BeforeAll
  static void start() throws IOException {
    assumeTrue(
        Browser.program().isPresent(),
        "no Chromium on the PATH: the page is not tested; install one, or name one in CHROMIUM");
    browser = Browser.start();
  }

  @AfterAll
  static void end() throws IOException {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void pictures() throws IOException {
    for (String name : List.of("a.png", "b.png", "c.png")) {
      BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setColor(new Color(90, 140, 90));
      graphics.fillRect(0, 0, WIDTH, HEIGHT);
      graphics.setColor(new Color(200, 80, 60));
      graphics.fillOval(20, 15, 40, 40);
      graphics.dispose();
      ImageIO.write(image, "png", dir.resolve(name).toFile());
    }
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    assertEquals(List.of(), List.copyOf(faults));
  }

  private void serve(AnnotateWishes wishes) throws IOException {
    server =
        AnnotateServer.start(
            wishes,
            ServerSettings.local(),
            () -> Engine.open(EngineOptions.DEFAULT.withSeed(3).withThreads(1)),
            faults::add);
    open(server.link());
  }

  private void open(URI link) {
    client = new Client(link);
    tab = browser.open(link, 1200, 760);
    opened(tab, "a.png");
  }

  private static void opened(Browser.Tab in, String name) {
    in.until(
        "document.querySelector('#pictures .chosen .name')?.textContent === '%s'".formatted(name));
  }

  private void saved() {
    tab.until("document.getElementById('saved').textContent === 'saved'");
  }

  /** Places of the fitted picture as places of the tab. */
  private static double[] places(Browser.Tab in, double... xy) {
    double[] canvas =
        in.evaluate(
                "(() => { const b = document.getElementById('canvas').getBoundingClientRect();"
                    + " return [b.x, b.y, b.width, b.height]; })()")
            .orElseThrow()
            .numbers();
    double zoom = Math.min((canvas[2] - MARGIN) / WIDTH, (canvas[3] - MARGIN) / HEIGHT);
    double left = canvas[0] + (canvas[2] - WIDTH * zoom) / 2;
    double top = canvas[1] + (canvas[3] - HEIGHT * zoom) / 2;
    double[] out = new double[xy.length];
    for (int i = 0; i < xy.length; i += 2) {
      out[i] = left + xy[i] * zoom;
      out[i + 1] = top + xy[i + 1] * zoom;
    }
    return out;
  }

  private void drag(double... xy) {
    tab.drag(places(tab, xy));
  }

  private void polygon(double... xy) {
    tab.key("p");
    for (int i = 0; i < xy.length; i += 2) {
      drag(xy[i], xy[i + 1]);
    }
    tab.key("Enter");
  }

  private List<JsonTree> objects(int picture) {
    return client.get("api/pictures/" + picture).get("objects").elements();
  }

  private Rle mask(JsonTree object) {
    return Rle.ofString(HEIGHT, WIDTH, object.get("rle").get("counts").text());
  }

  private static void assertNear(Box expected, Box got) {
    double most =
        Math.max(
            Math.max(Math.abs(expected.x() - got.x()), Math.abs(expected.y() - got.y())),
            Math.max(
                Math.abs(expected.width() - got.width()),
                Math.abs(expected.height() - got.height())));
    assertTrue(most <= 2, "expected about " + expected + ", got " + got);
  }

  @Test
  void aPolygonIsDrawnSavedAndThereAfterALoad() throws IOException {
    serve(AnnotateWishes.of(dir, "cat", "dog"));
    polygon(10, 10, 60, 10, 60, 50, 10, 50);
    saved();
    JsonTree drawn = objects(0).get(0);
    assertNear(new Box(10, 10, 50, 40), mask(drawn).box());
    assertEquals(8, drawn.get("polygons").elements().get(0).numbers().length);
    tab.reload();
    opened(tab, "a.png");
    tab.until("document.querySelectorAll('#objects li').length === 1");
    tab.close();
  }

  @Test
  void brushEraserSplitMergeClassUndoAndDelete() throws IOException {
    serve(AnnotateWishes.of(dir, "cat", "dog"));
    tab.key("2");
    tab.key("b");
    drag(20, 20, 100, 20);
    saved();
    JsonTree brushed = objects(0).get(0);
    assertEquals(2, brushed.get("category").integer());
    assertNear(new Box(12, 12, 96, 16), mask(brushed).box());
    tab.key("e");
    drag(60, 5, 60, 40); // cuts it in two
    saved();
    long cut = mask(objects(0).get(0)).area();
    assertTrue(cut < mask(brushed).area());
    tab.key("t");
    saved();
    assertEquals(2, objects(0).size());
    assertEquals(cut, objects(0).stream().mapToLong(o -> mask(o).area()).sum());
    tab.key("m");
    saved();
    assertEquals(1, objects(0).size());
    tab.key("1");
    saved();
    assertEquals(1, objects(0).get(0).get("category").integer());
    tab.key("Delete");
    saved();
    assertEquals(0, objects(0).size());
    for (int i = 0; i < 5; i++) {
      tab.key("Ctrl+z");
    }
    saved();
    assertEquals(mask(brushed), mask(objects(0).get(0)));
    assertEquals(brushed.get("id").integer(), objects(0).get(0).get("id").integer(), "ids stay");
    tab.key("Ctrl+y");
    saved();
    assertEquals(cut, mask(objects(0).get(0)).area());
    tab.close();
  }

  @Test
  void keysAloneDoEverything() throws IOException {
    serve(AnnotateWishes.of(dir, "cat", "dog"));
    tab.key("p");
    tab.key("ArrowLeft");
    tab.key(" ");
    for (int i = 0; i < 12; i++) {
      tab.key("ArrowRight");
    }
    tab.key(" ");
    for (int i = 0; i < 12; i++) {
      tab.key("ArrowDown");
    }
    tab.key(" ");
    tab.key("Enter"); // ends the polygon
    saved();
    assertEquals(1, objects(0).size());
    tab.key("Enter"); // done, next
    opened(tab, "b.png");
    assertTrue(client.get("api/pictures/0").get("done").isTrue());
    tab.key("Shift+N");
    opened(tab, "a.png");
    tab.key("d");
    saved();
    assertTrue(!client.get("api/pictures/0").get("done").isTrue());
    tab.key("j");
    tab.key("Backspace");
    saved();
    assertEquals(0, objects(0).size());
    tab.key("?");
    tab.until("document.getElementById('help').open");
    tab.close();
  }

  @Test
  void aCornerOfAPolygonIsDragged() throws IOException {
    serve(AnnotateWishes.of(dir, "cat", "dog"));
    polygon(10, 10, 60, 10, 60, 50, 10, 50);
    tab.key("v");
    drag(60, 50, 80, 65, 100, 70);
    saved();
    assertNear(new Box(10, 10, 90, 60), mask(objects(0).get(0)).box());
    tab.close();
  }

  @Test
  void ofTwoTabsOneReadsUntilItTakesOver() throws IOException {
    serve(AnnotateWishes.of(dir, "cat", "dog"));
    Browser.Tab second = browser.open(server.link(), 1200, 760);
    opened(second, "a.png");
    second.until("!document.getElementById('banner').hidden");
    assertTrue(second.text("#banner").contains("another tab"), second.text("#banner"));
    second.click("#banner button");
    second.until("document.getElementById('banner').hidden");
    tab.until("document.getElementById('saved').textContent === 'read only'");
    second.key("p");
    for (double[] corner :
        List.of(new double[] {10, 10}, new double[] {60, 10}, new double[] {30, 60})) {
      second.drag(places(second, corner));
    }
    second.key("Enter");
    second.until("document.querySelectorAll('#objects li').length === 1");
    second.until("document.getElementById('saved').textContent === 'saved'");
    second.close();
    // the lease of a tab that is gone ends, and the first goes on from what was saved
    tab.until("document.querySelectorAll('#objects li').length === 1");
    saved();
    tab.close();
  }

  @Test
  void clicksAndBoxesGiveMasks() throws IOException {
    Path model = dir.resolve(".model");
    TinySam.write(model);
    serve(AnnotateWishes.of(dir, "cat", "dog").withPromptModel(model));
    tab.key("c");
    drag(40, 35);
    tab.until("document.getElementById('hint').textContent.includes('quality')");
    tab.key("Enter");
    saved();
    assertEquals(1, objects(0).size());
    tab.key("x");
    drag(20, 15, 50, 40, 60, 55);
    tab.until("document.getElementById('hint').textContent.includes('quality')");
    tab.key("Escape");
    assertEquals(1, objects(0).size());
    String prompt = "api/pictures/0/prompt";
    for (String bad :
        List.of(
            "{\"points\": []}",
            "{\"points\": [[500, 1, 1]]}",
            "{\"points\": [[-1, 1, 1]]}",
            "{\"points\": [[1, 1]]}",
            "{\"points\": [[1, 1, 2]]}",
            "{\"points\": [], \"box\": [5, 5, 5, 9]}",
            "{\"points\": [], \"box\": [5, 5, 900, 9]}",
            "{\"points\": [" + "[1, 1, 1],".repeat(1024) + "[1, 1, 1]]}")) {
      Client.Said said = client.ask("POST", prompt, bad);
      assertEquals(400, said.status(), bad);
      assertTrue(said.detail().contains("expected"), said.detail());
    }
    tab.close();
  }

  private Process child(int port) throws IOException {
    return new ProcessBuilder(
            SameJava.command(
                AnnotateChild.class.getName(),
                List.of(),
                List.of(dir.toString(), String.valueOf(port), "token")))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static URI said(Process process) throws IOException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    return URI.create(out.readLine());
  }

  @Test
  void nothingIsLostWhenTheServerIsKilled() throws Exception {
    List<Process> started = new ArrayList<>();
    try {
      started.add(child(0));
      URI link = said(started.get(0));
      open(link);
      polygon(10, 10, 60, 10, 60, 50, 10, 50);
      saved();
      started.get(0).toHandle().destroyForcibly(); // SIGKILL
      started.get(0).waitFor();
      polygon(70, 10, 110, 10, 110, 50, 70, 50); // drawn while nobody answers
      tab.until("document.getElementById('saved').textContent === 'NOT SAVED'");
      assertTrue(Files.readString(dir.resolve("annotations.json")).contains("\"id\":1,"));
      started.add(child(link.getPort()));
      said(started.get(1));
      saved(); // the page goes on from what the new server has
      assertEquals(2, objects(0).size());
      tab.close();
    } finally {
      started.forEach(Process::destroyForcibly);
    }
  }

  @Test
  void thePageSpeaksGerman() throws IOException {
    serve(AnnotateWishes.of(dir, "cat", "dog"));
    Browser.Tab german = browser.open(URI.create(server.link() + "&lang=de"), 1200, 760);
    german.until("document.querySelector('#tools').innerText.includes('Radierer')");
    assertEquals("de", german.evaluate("document.documentElement.lang").orElseThrow().text());
    german.close();
    tab.close();
  }
}
