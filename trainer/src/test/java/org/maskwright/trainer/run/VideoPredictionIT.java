package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.json.VideoJson;
import org.maskwright.datasets.json.VideoTrack;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.video.MotsText;
import org.maskwright.datasets.videometrics.PanopticVideoFiles;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.PanopticKind;
import org.maskwright.trainer.run.PredictionWishes.Threshold;
import org.maskwright.trainer.video.TrackFormats;
import org.maskwright.trainer.video.VideoPrediction;

/** What predict --video does, as a program calls it. */
class VideoPredictionIT {
  private static final int FRAMES = 4;

  @TempDir private static Path shared;
  private static Path model;
  private static List<Path> scenes;

  @TempDir private Path temp;

  @BeforeAll
  static void train() throws IOException {
    model = TinyRun.trained(shared);
    scenes = TinyRun.scenes(shared);
  }

  /** Two videos, in each of which nothing moves. */
  private Path videos() throws IOException {
    for (int v = 0; v < 2; v++) {
      Path folder = Files.createDirectories(temp.resolve("videos/v" + v));
      for (int t = 0; t < FRAMES; t++) {
        Files.copy(scenes.get(v), folder.resolve(8 + t + ".jpg")); // 8, 9, 10, 11
      }
    }
    return temp.resolve("videos");
  }

  private List<VideoPrediction.Tracked> write(PredictionWishes wishes, Path frames, Path out) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT)) {
      return VideoPrediction.of(Prediction.of(model, wishes), TrackFormats.all(), frames)
          .write(engine, OutputFolder.open(out), Prediction.Progress.NONE);
    }
  }

  @Test
  void whereNothingMovesEveryTrackIsInEveryFrame() throws IOException {
    PredictionWishes wishes =
        PredictionWishes.NONE.withKind(new InstanceKind()).withThreshold(Threshold.of(0));
    Path out = temp.resolve("out");
    List<VideoPrediction.Tracked> done = write(wishes, videos(), out);
    assertEquals(List.of("v0", "v1"), done.stream().map(VideoPrediction.Tracked::video).toList());
    List<VideoTrack> tracks = VideoJson.readResults(out.resolve("youtube-vis/results.json"));
    assertEquals(done.stream().mapToInt(VideoPrediction.Tracked::tracks).sum(), tracks.size());
    assertFalse(tracks.isEmpty());
    for (VideoTrack track : tracks) {
      assertEquals(FRAMES, track.masks().size());
      assertTrue(track.masks().stream().allMatch(track.masks().get(0)::equals), "masks differ");
    }
    assertEquals(FRAMES, MotsText.read(out.resolve("mots/v0.txt")).size());
    int most = 0;
    for (int label : LabelPng.read(out.resolve("davis/v1/11.png")).labels()) {
      most = Math.max(most, label);
    }
    assertTrue(most > 0 && most <= done.get(1).tracks(), "label " + most);
    assertTrue(Files.size(out.resolve("overlay/v0/10.png")) > 0);
    assertTrue(Files.size(out.resolve("contact-sheet-v1.png")) > 0);
    assertTrue(Files.readString(out.resolve("youtube-vis/videos.json")).contains("\"v0/10.jpg\""));
  }

  @Test
  void panopticVideosAreScoredAgainstThemselvesAsWhole() throws IOException {
    PredictionWishes wishes =
        PredictionWishes.NONE.withKind(new PanopticKind()).withThreshold(Threshold.of(0));
    Path out = temp.resolve("out");
    write(wishes, videos(), out);
    Path json = out.resolve("panoptic-video/pred.json");
    Path pngs = out.resolve("panoptic-video/pan_pred");
    PanopticVideoFiles files = new PanopticVideoFiles(json, pngs, json, pngs);
    files
        .quality(PanopticVideoFiles.WINDOWS)
        .forEach((k, quality) -> assertEquals(1, quality.all().pq(), 1e-12, k + " frames"));
    assertEquals(List.of(), files.warnings());
    assertEquals(1, files.trackingQuality().result().stq(), 1e-12);
  }

  @Test
  void aFrameOfAnotherSizeIsNamedAndNothingIsLeft() throws IOException {
    Path videos = videos();
    Path odd = videos.resolve("v1/10.jpg");
    Files.delete(odd);
    Picture.ofRgb(new byte[3 * 20 * 10], 20, 10).writePng(videos.resolve("v1/10.png"));
    Path out = temp.resolve("out");
    PredictionWishes wishes = PredictionWishes.NONE.withKind(new InstanceKind());
    DatasetException e = assertThrows(DatasetException.class, () -> write(wishes, videos, out));
    assertTrue(e.getMessage().contains("v1/10.png: a frame of 20 x 10"), e.getMessage());
    assertFalse(Files.exists(out.resolve("youtube-vis/results.json")));
    try (Stream<Path> left = Files.walk(out)) {
      assertEquals(List.of(), left.filter(file -> file.toString().endsWith(".part")).toList());
    }
  }

  @Test
  void foldersThatAreNoVideosAreRefused() throws IOException {
    Prediction prediction = Prediction.of(model, PredictionWishes.NONE);
    Path empty = Files.createDirectories(temp.resolve("empty"));
    DatasetException none =
        assertThrows(
            DatasetException.class, () -> VideoPrediction.of(prediction, List.of(), empty));
    assertTrue(none.getMessage().contains("no frame in the folder"), none.getMessage());
    Path videos = videos();
    Files.copy(scenes.get(0), videos.resolve("stray.jpg"));
    DatasetException both =
        assertThrows(
            DatasetException.class, () -> VideoPrediction.of(prediction, List.of(), videos));
    assertTrue(both.getMessage().contains("frames and folders"), both.getMessage());
    Path twice = Files.createDirectories(temp.resolve("twice"));
    Files.copy(scenes.get(0), twice.resolve("a.jpg"));
    Files.copy(scenes.get(0), twice.resolve("a.jpeg"));
    assertThrows(DatasetException.class, () -> VideoPrediction.of(prediction, List.of(), twice));
    DatasetException file =
        assertThrows(
            DatasetException.class, () -> VideoPrediction.of(prediction, List.of(), scenes.get(0)));
    assertTrue(file.getMessage().contains("ffmpeg"), file.getMessage());
  }
}
