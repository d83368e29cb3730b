package org.maskwright.trainer.annotate;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.maskwright.datasets.scenes.ScenesConfig;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.http.ServerSettings;

/** Draws the pictures of docs/annotate.md: scenes, of which a person has labelled some. */
final class AnnotateScreenshots {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 740;
  private static final ScenesConfig SCENES = new ScenesConfig(11, 12, 0, 512, 384, 5);
  private static final int LABELLED = 4;
  private static final int PROPOSED = 1; // of the list that begins with the least certain

  private AnnotateScreenshots() {}

  /**
   * Writes the pictures.
   *
   * @param args an empty folder for the scenes, where the pictures go, and a model of scenes, such
   *     as the quickstart's checkpoints/best
   */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    Path out = Files.createDirectories(Path.of(args[1]));
    try (AnnotateWalk walk = new AnnotateWalk(folder, SCENES, 1)) {
      walk.label(0, LABELLED);
    }
    try (AnnotateServer server =
            AnnotateServer.start(
                AnnotateWishes.of(folder).withModel(Path.of(args[2])),
                ServerSettings.local(),
                () -> Engine.open(EngineOptions.DEFAULT.withThreads(1)),
                Throwable::printStackTrace);
        Browser browser = Browser.start()) {
      Browser.Tab tab = browser.open(server.link(), WIDTH, HEIGHT);
      tab.until("document.getElementById('model-note').textContent.startsWith('Proposals by')");
      labelled(tab);
      shoot(tab, out.resolve("draw.png"));
      tab.evaluate(
          "(() => { const e = document.getElementById('order'); e.value = 'uncertain';"
              + " e.onchange(); })()");
      open(tab, PROPOSED);
      tab.until("document.querySelectorAll('#proposals li').length > 0");
      tab.key("j");
      shoot(tab, out.resolve("proposals.png"));
      tab.close();
      Browser.Tab german = browser.open(URI.create(server.link() + "&lang=de"), WIDTH, HEIGHT);
      german.until("document.querySelector('#tools').innerText.includes('Radierer')");
      labelled(german);
      german.key("p");
      for (double[] corner : new double[][] {{480, 200}, {560, 170}, {640, 230}, {600, 330}}) {
        german.click(corner[0], corner[1]);
      }
      german.mouse("mouseMoved", 520, 340, "none", 0);
      shoot(german, out.resolve("german.png"));
      german.close();
    }
  }

  private static void open(Browser.Tab tab, int number) {
    tab.evaluate(
        "document.querySelector('#pictures li:nth-child(%d) button').click()".formatted(number));
  }

  /** Opens the second picture and chooses its first object. */
  private static void labelled(Browser.Tab tab) {
    open(tab, 2);
    tab.until("document.querySelectorAll('#objects li').length > 0");
    tab.key("v");
    tab.key("j");
  }

  private static void shoot(Browser.Tab tab, Path file) throws IOException {
    tab.evaluate("new Promise(done => setTimeout(done, 500))");
    Files.write(file, tab.screenshot());
  }
}
