package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.format.PredictionFormats;
import org.maskwright.trainer.video.TrackFormats;

/** Options of {@code predict --video}. */
class VideoOptionsTest {
  @TempDir private Path temp;

  private String refused(String... more) {
    StringWriter err = new StringWriter();
    List<String> args = new ArrayList<>(List.of("predict", "model", "--out", temp.toString()));
    args.addAll(List.of(more));
    int code =
        Maskwright.run(
            new PrintWriter(new StringWriter()), new PrintWriter(err), args.toArray(String[]::new));
    assertEquals(2, code, err::toString);
    return err.toString();
  }

  @Test
  void optionsThatDoNotFitAreRefused() {
    assertTrue(refused().contains("expected photographs (IMAGE), or videos (--video VIDEO)"));
    assertTrue(refused("a.jpg", "--video", "a.mp4").contains("expected photographs (IMAGE), or"));
    assertTrue(refused("a.jpg", "--fps", "5").contains("--fps: only with --video"));
    assertTrue(refused("a.jpg", "--overlay", "none").contains("--overlay: only with --video"));
    assertTrue(refused("--video", "a.mp4", "--fps", "0").contains("--fps: expected above 0"));
    assertTrue(refused("--video", "a.mp4", "--overlay", "film").contains("--overlay"));
    assertTrue(refused("--video", "a.mp4", "--simplify", "1").contains("--simplify: not with"));
    assertTrue(refused("--video", "a.mp4", "--format", "coco").contains("youtube-vis, mots"));
  }

  @Test
  void theHelpNamesEveryFormat() {
    StringWriter out = new StringWriter();
    Maskwright.run(new PrintWriter(out), new PrintWriter(new StringWriter()), "predict", "--help");
    PredictionFormats.names().forEach(name -> assertTrue(out.toString().contains(name), name));
    TrackFormats.names().forEach(name -> assertTrue(out.toString().contains(name), name));
  }
}
