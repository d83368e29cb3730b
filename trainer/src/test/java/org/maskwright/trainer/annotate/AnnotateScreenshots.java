package org.maskwright.trainer.annotate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.http.ServerSettings;

/** Draws the pictures of docs/annotate.md, of a folder that {@link AnnotateWalk} has labelled. */
final class AnnotateScreenshots {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 740;

  private AnnotateScreenshots() {}

  /**
   * Writes the pictures.
   *
   * @param args the folder of a walk, and where the pictures go
   */
  public static void main(String[] args) throws IOException {
    Path out = Path.of(args[1]);
    Files.createDirectories(out);
    try (AnnotateServer server =
            AnnotateServer.start(
                AnnotateWishes.of(Path.of(args[0])),
                ServerSettings.local(),
                () -> Engine.open(EngineOptions.DEFAULT),
                Throwable::printStackTrace);
        Browser browser = Browser.start()) {
      Browser.Tab tab = browser.open(server.link(), WIDTH, HEIGHT);
      tab.until("document.querySelectorAll('#proposals li').length > 0");
      tab.until("document.getElementById('model-note').textContent.startsWith('Proposals by')");
      tab.evaluate(
          "(() => { const e = document.getElementById('order'); e.value = 'uncertain';"
              + " e.onchange(); })()");
      tab.key("j");
      shoot(tab, out.resolve("proposals.png"));
      tab.evaluate(
          "(() => { const e = document.getElementById('order'); e.value = 'name'; e.onchange();"
              + " })()");
      tab.evaluate("document.querySelector('#pictures li:nth-child(3) button').click()");
      tab.until("document.querySelectorAll('#objects li').length > 0");
      tab.key("b");
      tab.key("j");
      tab.mouse("mouseMoved", WIDTH / 2.0, HEIGHT / 2.0, "none", 0);
      shoot(tab, out.resolve("draw.png"));
      tab.key("?");
      shoot(tab, out.resolve("keys.png"));
      tab.close();
    }
  }

  private static void shoot(Browser.Tab tab, Path file) throws IOException {
    tab.evaluate("new Promise(done => setTimeout(done, 500))");
    Files.write(file, tab.screenshot());
  }
}
