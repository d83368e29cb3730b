package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DatasetException;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.format.PredictionFormats;
import org.maskwright.trainer.loop.TrainingProcesses;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.output.OutputRefusedException;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.run.PredictionWishes.Threshold;

/** What predict does, as a program calls it. */
class PredictionIT {
  @TempDir private static Path shared;
  private static Path model;
  private static List<Path> scenes;

  @TempDir private Path temp;

  @BeforeAll
  static void train() throws IOException {
    model = TinyRun.trained(shared);
    scenes = TinyRun.scenes(shared);
  }

  /** Copies of scenes, of which those at the end are cut off. */
  private Path photographs(int whole, int broken) throws IOException {
    Path folder = Files.createDirectories(temp.resolve("photos"));
    for (int i = 0; i < whole + broken; i++) {
      byte[] bytes = Files.readAllBytes(scenes.get(i));
      Path file = folder.resolve("p" + i + ".jpg");
      Files.write(file, i < whole ? bytes : Arrays.copyOf(bytes, 100));
    }
    return folder;
  }

  private Prediction.Written write(
      PredictionWishes wishes, Path photographs, Path out, Prediction.Progress progress) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT)) {
      return Prediction.of(model, wishes)
          .write(engine, Photographs.find(List.of(photographs)), OutputFolder.open(out), progress);
    }
  }

  @Test
  void brokenPhotographsAreToldAndTheOthersWritten() throws IOException {
    List<String> told = new ArrayList<>();
    PredictionWishes wishes =
        PredictionWishes.NONE
            .withKind(new InstanceKind())
            .withThreshold(Threshold.of(0))
            .withFormats(List.of(PredictionFormats.get("coco"), PredictionFormats.get("yolo")));
    Path out = temp.resolve("out");
    Prediction.Written written =
        write(
            wishes,
            photographs(2, 1),
            out,
            new Prediction.Progress() {
              @Override
              public void photograph(int done, int of, Photograph photograph) {
                told.add(done + "/" + of + " " + photograph.name());
              }
            });
    assertEquals(List.of(out.resolve("p0.png"), out.resolve("p1.png")), written.pictures());
    assertEquals(List.of("1/3 p0.jpg", "2/3 p1.jpg", "3/3 p2.jpg"), told);
    assertEquals(1, written.broken().size());
    assertTrue(written.broken().get(0).getMessage().contains("p2.jpg"));
    DatasetException e = assertThrows(DatasetException.class, written::requireAll);
    assertTrue(e.getMessage().startsWith("1 of 3 photographs cannot be read:"), e.getMessage());
    String json = Files.readString(out.resolve("p0.json"));
    assertTrue(json.contains("\"task\" : \"instance\""), json);
    assertTrue(Files.exists(out.resolve("coco/instances.json")));
    assertTrue(Files.exists(out.resolve("yolo/labels/train/p1.txt")));
    assertFalse(Files.exists(out.resolve("p2.json")));
  }

  @Test
  void whereNothingCanBeReadNothingIsWritten() throws IOException {
    PredictionWishes wishes =
        PredictionWishes.NONE.withFormats(List.of(PredictionFormats.get("coco")));
    Path out = temp.resolve("out");
    Path photographs = photographs(0, 2);
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () -> write(wishes, photographs, out, Prediction.Progress.NONE));
    assertTrue(e.getMessage().startsWith("2 of 2 photographs cannot be read:"), e.getMessage());
    assertFalse(Files.exists(out.resolve("coco/instances.json")));
  }

  @Test
  void ofSeveralProcessesTheFirstWritesWhatOneWrites() throws Exception {
    PredictionWishes wishes =
        PredictionWishes.NONE
            .withKind(new InstanceKind())
            .withThreshold(Threshold.of(0))
            .withFormats(List.of(PredictionFormats.get("coco")));
    List<Photograph> photographs = Photographs.find(List.of(photographs(2, 1)));
    Path alone = temp.resolve("alone");
    try (Engine engine = engine(ProcessGroup.alone())) {
      Prediction.of(model, wishes)
          .write(engine, photographs, OutputFolder.open(alone), Prediction.Progress.NONE);
    }
    Path out = temp.resolve("out");
    List<Callable<Object>> processes = new ArrayList<>();
    for (Rendezvous place : TrainingProcesses.places(2)) {
      processes.add(
          () ->
              GroupMember.run(
                  place, Duration.ofMinutes(1), group -> predict(group, wishes, photographs, out)));
    }
    List<Object> ends = TrainingProcesses.ends(processes);
    assertEquals("none", ends.get(1));
    Prediction.Written written = assertInstanceOf(Prediction.Written.class, ends.get(0));
    assertEquals(List.of(out.resolve("p0.png"), out.resolve("p1.png")), written.pictures());
    assertEquals(1, written.broken().size());
    assertTrue(written.broken().get(0).getMessage().contains("p2.jpg"));
    for (String name : List.of("p0.png", "p0.json", "p1.png", "p1.json", "coco/instances.json")) {
      assertArrayEquals(
          Files.readAllBytes(alone.resolve(name)), Files.readAllBytes(out.resolve(name)), name);
    }
  }

  private static Engine engine(ProcessGroup group) {
    return GroupMember.open(EngineOptions.DEFAULT.withThreads(1), group, ProcessGroup.alone());
  }

  private static Object predict(
      ProcessGroup group, PredictionWishes wishes, List<Photograph> photographs, Path out) {
    Prediction prediction = Prediction.of(model, wishes);
    try (Engine engine = engine(group)) {
      if (group.rank() > 0) {
        prediction.help(engine, photographs);
        return "none";
      }
      return prediction.write(
          engine, photographs, OutputFolder.open(out), Prediction.Progress.NONE);
    }
  }

  @Test
  void aFileOfTheUsersStopsItBeforeTheWork() throws IOException {
    Path out = Files.createDirectories(temp.resolve("out"));
    Files.writeString(out.resolve("p1.json"), "mine");
    Path photographs = photographs(2, 0);
    assertThrows(
        OutputRefusedException.class,
        () -> write(PredictionWishes.NONE, photographs, out, Prediction.Progress.NONE));
    assertFalse(Files.exists(out.resolve("p0.png")));
    assertEquals("mine", Files.readString(out.resolve("p1.json")));
  }

  @Test
  void wishesOutOfTheirRangeAreRefusedByName() {
    assertRefused("threshold: expected a score in [0,1], got 1.5", () -> Threshold.of(1.5));
    PredictionWishes overlapping = PredictionWishes.NONE.withTile("sixteen");
    assertRefused("size: expected off, auto", () -> Prediction.of(model, overlapping));
  }

  private static void assertRefused(String message, Executable action) {
    String said = assertThrows(IllegalArgumentException.class, action).getMessage();
    assertTrue(said.startsWith(message), said);
  }
}
