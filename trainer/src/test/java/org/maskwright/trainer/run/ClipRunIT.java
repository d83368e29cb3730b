package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.scenes.MovingShapes;
import org.maskwright.datasets.scenes.MovingShapesConfig;
import org.maskwright.trainer.cli.Maskwright;

/** Whole runs on clips. */
class ClipRunIT {
  private static final String MODEL =
      """
      task = instance
      model.decoder { type = masked-attention-video, masked-attention-video { queries = 8, layers = 2, heads = 2, feedforward-dim = 32 } }
      """;

  @TempDir private Path folder;
  private final StringWriter output = new StringWriter();

  private int run(String... args) {
    output.getBuffer().setLength(0);
    PrintWriter writer = new PrintWriter(output, true);
    return Maskwright.run(writer, writer, args);
  }

  private String videos() {
    Path data = folder.resolve("shapes");
    MovingShapes.write(data, new MovingShapesConfig(1, 6, 2, 5, 48));
    String of = "type = youtube-vis, root = \"%s\", images = \"\", annotations = \"\", split = %s";
    return MODEL
        + "data { train { %s }, val { %s } }\n"
            .formatted(of.formatted(data, "train"), of.formatted(data, "val"))
        + "eval { tasks = [track], best = track.AP }\n";
  }

  @Test
  void clipsOfVideosTrainAndAreEvaluatedByTheirTracksTheSameEachTime() throws IOException {
    String more = videos() + "data.source.clips { frames = 2, range = 3 }\n";
    Path config = TinyRun.write(folder, more);
    Path whole = folder.resolve("whole");
    assertEquals(
        0, run("train", config.toString(), "--run-dir", whole.toString()), output::toString);
    assertTrue(
        output.toString().contains("30 images, clips of 2 frames of 6 videos"), output::toString);
    assertTrue(Files.readString(whole.resolve("summary.json")).contains("track.AP50"));
    Path again = folder.resolve("again");
    assertEquals(
        0, run("train", config.toString(), "--run-dir", again.toString()), output::toString);
    assertEquals(TinyRun.losses(whole), TinyRun.losses(again), "clips are of the seed alone");
  }

  @Test
  void clipsOfPhotographsTrain() throws IOException {
    Path config =
        TinyRun.write(
            folder,
            MODEL
                + """
                data.source.clips { frames = 3, from = stills }
                train.steps = 3
                eval { tasks = [instance], best = instance.AP }
                """);
    Path dir = folder.resolve("stills");
    assertEquals(0, run("train", config.toString(), "--run-dir", dir.toString()), output::toString);
    assertTrue(output.toString().contains("6 images, clips of 3 frames of each"), output::toString);
    assertEquals(3, TinyRun.losses(dir).size());
  }

  @Test
  void clipsOfPhotographsThatAreTakenForVideosAreADataError() throws IOException {
    Path config =
        TinyRun.write(
            folder,
            MODEL
                + "data.source.clips.frames = 2\neval { tasks = [instance], best = instance.AP }\n");
    assertEquals(4, run("train", config.toString(), "--run-dir", folder.resolve("x").toString()));
    assertTrue(output.toString().contains("from = stills"), output::toString);
  }

  @Test
  void labelsOfTheLastFrameTrainToo() throws IOException {
    String more =
        videos() + "data.source.clips { frames = 2, labels = last-frame }\ntrain.steps = 2\n";
    Path config = TinyRun.write(folder, more);
    Path dir = folder.resolve("last");
    assertEquals(0, run("train", config.toString(), "--run-dir", dir.toString()), output::toString);
  }
}
