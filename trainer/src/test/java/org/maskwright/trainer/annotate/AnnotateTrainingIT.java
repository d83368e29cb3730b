package org.maskwright.trainer.annotate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.datasets.scenes.ScenesConfig;

/** Labels, a training on them as a user would start it, and its proposals. */
@Timeout(600)
class AnnotateTrainingIT {
  private static final List<String> TINY =
      List.of(
          "engine.threads=1",
          "engine.device=cpu",
          "train.steps=4",
          "model.hidden-dim=32",
          "model.mask-dim=32",
          "model.backbone.resnet.width=8",
          "model.pixel-decoder.deformable.heads=2",
          "model.decoder.masked-attention.heads=2",
          "augment.lsj.height=64",
          "augment.lsj.width=64",
          "criterion.points.points=64");

  @TempDir private Path dir;

  private AnnotateWalk walk() throws Exception {
    List<String> words = new ArrayList<>();
    TINY.forEach(setting -> words.addAll(List.of("--set", setting)));
    return new AnnotateWalk(
        dir, new ScenesConfig(1, 12, 0, 64, 48, 2), 1, words.toArray(String[]::new));
  }

  @Test
  void aModelLearnsFromWhatIsDoneAndLooksAtTheRest() throws Exception {
    try (AnnotateWalk walk = walk()) {
      walk.label(0, 8);
      JsonTree trained = walk.train(60);
      assertEquals(8, trained.get("pictures").integer());
      assertEquals(4, trained.get("steps").integer());
      Path work = dir.resolve(AnnotateServer.WORK);
      assertEquals(
          8, CocoJson.readInstances(work.resolve("run-1.json")).images().size(), "of those done");
      assertTrue(Files.isDirectory(work.resolve("run-1/checkpoints/best")));
      for (JsonTree picture : walk.client().get("api/pictures").elements()) {
        boolean done = picture.get("state").text().equals("DONE");
        assertEquals(!done, picture.find("uncertainty").isPresent(), "the rest alone");
      }
    }
    try (AnnotateWalk again = reopened()) {
      assertTrue(
          again
              .client()
              .get("api/state?tab=t")
              .get("prelabels")
              .get("model")
              .text()
              .endsWith("best"),
          "the next server goes on with the newest model");
    }
  }

  private AnnotateWalk reopened() throws Exception {
    for (int i = 0; i < 12; i++) {
      Files.delete(dir.resolve("%03d.png".formatted(i))); // the walk draws them again, the same
    }
    return walk();
  }

  @Test
  void aTrainingIsCancelled() throws Exception {
    try (AnnotateWalk walk = walk()) {
      walk.label(0, 8);
      walk.client().send("POST", "api/training", "{\"minutes\": 60}");
      assertEquals(
          409,
          walk.client().ask("POST", "api/training", "{\"minutes\": 60}").status(),
          "one at a time");
      walk.client().ask("DELETE", "api/training", "");
      String state = "ENDING";
      while (state.equals("ENDING")) {
        Thread.sleep(100);
        state = walk.client().get("api/state?tab=t").get("training").get("state").text();
      }
      assertEquals("CANCELLED", state);
    }
  }
}
