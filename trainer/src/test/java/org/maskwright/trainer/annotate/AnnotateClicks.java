package org.maskwright.trainer.annotate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.http.ServerSettings;

/** How long a user waits for a mask: the figures of docs/annotate.md. */
final class AnnotateClicks {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 740;
  private static final int CLICKS = 40;

  /** From the press of the mouse to the frame that has the mask, in milliseconds of the page. */
  private static final String CLOCK =
      """
      (() => {
        window.waits = [];
        let pressed = 0;
        document.getElementById("canvas").addEventListener("pointerdown", () => (pressed = performance.now()), true);
        new MutationObserver(() => {
          const asked = pressed;
          if (!asked || !document.getElementById("hint").textContent.includes("quality")) return;
          pressed = 0;
          requestAnimationFrame(() => setTimeout(() => window.waits.push(performance.now() - asked)));
        }).observe(document.getElementById("hint"), { childList: true, characterData: true, subtree: true });
      })()
      """;

  private AnnotateClicks() {}

  /**
   * Clicks on the first picture of a folder and says how long masks took.
   *
   * @param args the folder, and a model folder that takes prompts
   */
  public static void main(String[] args) throws IOException {
    try (AnnotateServer server =
            AnnotateServer.start(
                AnnotateWishes.of(Path.of(args[0])).withPromptModel(Path.of(args[1])),
                ServerSettings.local(),
                () -> Engine.open(EngineOptions.DEFAULT),
                Throwable::printStackTrace);
        Browser browser = Browser.start()) {
      Browser.Tab tab = browser.open(server.link(), WIDTH, HEIGHT);
      tab.until("document.querySelector('#pictures .chosen') !== null");
      tab.evaluate(CLOCK);
      tab.key("c");
      double[] waits = new double[CLICKS + 1]; // the first waits for the embedding
      for (int click = 0; click <= CLICKS; click++) {
        tab.click(WIDTH / 2.0 - 100 + 5 * click, HEIGHT / 2.0 - 60 + 3 * click);
        tab.until("window.waits.length === " + (click + 1));
        waits[click] = tab.evaluate("window.waits[%d]".formatted(click)).orElseThrow().number();
        tab.key("Escape");
      }
      double first = waits[0];
      double[] later = Arrays.copyOfRange(waits, 1, waits.length);
      Arrays.sort(later);
      System.out.printf(
          Locale.ROOT,
          "first click, with the embedding: %.0f ms; %d later ones: median %.0f ms, at most %.0f ms%n",
          first,
          CLICKS,
          later[CLICKS / 2],
          later[CLICKS - 1]);
      tab.close();
    }
  }
}
