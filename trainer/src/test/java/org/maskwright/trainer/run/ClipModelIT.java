package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.json.VideoJson;
import org.maskwright.datasets.json.VideoTrack;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.VideoWindows;
import org.maskwright.trainer.run.Prediction.FrameWishes;
import org.maskwright.trainer.run.PredictionWishes.Threshold;
import org.maskwright.trainer.video.TrackFormats;
import org.maskwright.trainer.video.TrackKind;
import org.maskwright.trainer.video.VideoPrediction;

/** A model of clips: started from one of photographs, evaluated by its tracks, run on videos. */
class ClipModelIT {
  private static final int SIDE = 64;
  private static final int FRAMES = 5;

  @TempDir private static Path shared;
  private static Path photographs; // models
  private static Path clips;

  @TempDir private Path temp;

  @BeforeAll
  static void train() throws IOException {
    photographs = TinyRun.trained(shared);
    videos(shared.resolve("videos/train"));
    videos(shared.resolve("videos/val"));
    String more =
        """
        data {
          train { type = youtube-vis, root = "%s", split = train, images = "", annotations = "" }
          val { type = youtube-vis, root = "%s", split = val, images = "", annotations = "" }
        }
        model.decoder { type = masked-attention-video, masked-attention-video { queries = 8, layers = 2, heads = 2, feedforward-dim = 32 } }
        init.model = "%s"
        task = instance
        train { steps = 2, checkpoint-every = 2 }
        eval { tasks = [track], best = track.AP, video { frames = 3, overlap = 1 } }
        """
            .formatted(shared.resolve("videos"), shared.resolve("videos"), photographs);
    Path config = TinyRun.write(shared, more);
    Path run = shared.resolve("clips");
    try (Console silent = new Console(new PrintWriter(Writer.nullWriter()), false)) {
      TrainingRun.start(run, ConfigFile.load(config, List.of()), silent, List.of(), () -> false);
    }
    clips = run.resolve("checkpoints/last");
  }

  /** Two videos of two squares that move, as YouTube-VIS. */
  private static void videos(Path folder) throws IOException {
    StringBuilder videos = new StringBuilder();
    StringBuilder tracks = new StringBuilder();
    for (int v = 1; v <= 2; v++) {
      List<String> names = new ArrayList<>();
      List<List<String>> masks = List.of(new ArrayList<>(), new ArrayList<>());
      for (int t = 0; t < FRAMES; t++) {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        for (int n = 0; n < 2; n++) {
          byte[] mask = new byte[SIDE * SIDE];
          for (int y = 8 + 24 * n; y < 24 + 24 * n; y++) {
            for (int x = 4 + 6 * t * v; x < 20 + 6 * t * v; x++) {
              mask[y * SIDE + x] = 1;
              rgb[3 * (y * SIDE + x) + n] = (byte) 220;
            }
          }
          masks
              .get(n)
              .add(
                  "{\"size\":[%d,%d],\"counts\":\"%s\"}"
                      .formatted(
                          SIDE,
                          SIDE,
                          Rle.ofBitmap(mask, SIDE, SIDE)
                              .toCompressedString()
                              .replace("\\", "\\\\")));
        }
        String name = "v%d/%d.png".formatted(v, t);
        names.add('"' + name + '"');
        Path file = folder.resolve("JPEGImages").resolve(name);
        Files.createDirectories(file.getParent());
        Picture.ofRgb(rgb, SIDE, SIDE).writePng(file);
      }
      videos
          .append(v == 1 ? "" : ",")
          .append(
              "{\"id\":%d,\"width\":%d,\"height\":%d,\"length\":%d,\"file_names\":%s}"
                  .formatted(v, SIDE, SIDE, FRAMES, names));
      for (int n = 0; n < 2; n++) {
        tracks
            .append(v == 1 && n == 0 ? "" : ",")
            .append(
                "{\"id\":%d,\"video_id\":%d,\"category_id\":1,\"iscrowd\":0,\"segmentations\":%s}"
                    .formatted(2 * v + n, v, masks.get(n)));
      }
    }
    Files.writeString(
        folder.resolve("instances.json"),
        "{\"videos\":[%s],\"annotations\":[%s],\"categories\":[{\"id\":1,\"name\":\"square\"}]}"
            .formatted(videos, tracks));
  }

  private List<VideoPrediction.Tracked> write(Path model, FrameWishes frames, Path out) {
    PredictionWishes wishes =
        PredictionWishes.NONE.withKind(new InstanceKind()).withThreshold(Threshold.of(0));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(1))) {
      return VideoPrediction.of(
              Prediction.of(model, wishes),
              frames,
              TrackFormats.all(),
              shared.resolve("videos/val/JPEGImages"))
          .write(engine, OutputFolder.open(out), Prediction.Progress.NONE);
    }
  }

  private static FrameWishes windows(int frames, int overlap) {
    return new FrameWishes(Optional.of(new VideoWindows(frames, overlap)), false);
  }

  @Test
  void trainingKeepsTheMetricsOfTracks() throws IOException {
    List<MetricsLog.Line> evaluated =
        MetricsLog.read(shared.resolve("clips/metrics.jsonl")).stream()
            .filter(line -> line.kind().equals("eval"))
            .toList();
    assertFalse(evaluated.isEmpty());
    assertTrue(evaluated.get(0).values().containsKey("track.AP"), evaluated.toString());
    assertTrue(evaluated.get(0).values().containsKey("loss.total"), evaluated.toString());
  }

  @Test
  void theFirstKindOfResultOfAModelOfClipsAreTracks() {
    assertEquals(new TrackKind().name(), Prediction.of(clips, PredictionWishes.NONE).kind().name());
    assertEquals("panoptic", Prediction.of(photographs, PredictionWishes.NONE).kind().name());
  }

  @Test
  void windowsOfAnyLengthGiveTracksOfWholeVideos() throws IOException {
    for (FrameWishes frames :
        List.of(windows(0, 0), windows(2, 1), windows(4, 0), FrameWishes.NONE)) {
      Path out = temp.resolve("out" + frames.hashCode());
      List<VideoPrediction.Tracked> done = write(clips, frames, out);
      assertEquals(List.of(FRAMES, FRAMES), done.stream().map(d -> d.frames()).toList());
      List<VideoTrack> tracks = VideoJson.readResults(out.resolve("youtube-vis/results.json"));
      assertFalse(tracks.isEmpty());
      tracks.forEach(track -> assertEquals(FRAMES, track.masks().size()));
      assertTrue(Files.size(out.resolve("contact-sheet-v2.png")) > 0);
    }
  }

  /** A query is one object of a window, so a window of all frames has at most Q of them. */
  @Test
  void aWholeVideoAtOnceHasNoMoreTracksThanQueries() {
    for (VideoPrediction.Tracked video : write(clips, windows(0, 0), temp.resolve("out"))) {
      assertTrue(video.tracks() >= 1 && video.tracks() <= 8, video.toString());
    }
  }

  @Test
  void queriesAreCarriedThroughFramesByModelsOfPhotographsToo() throws IOException {
    for (Path model : List.of(photographs, clips)) {
      Path out = temp.resolve(model.getParent().getParent().getFileName());
      FrameWishes perFrame = new FrameWishes(Optional.empty(), true);
      assertEquals(2, write(model, perFrame, out).size());
      assertFalse(VideoJson.readResults(out.resolve("youtube-vis/results.json")).isEmpty());
    }
  }

  @Test
  void windowsOfAModelOfPhotographsAreRefused() {
    ConfigException e =
        assertThrows(
            ConfigException.class, () -> write(photographs, windows(3, 1), temp.resolve("out")));
    assertTrue(e.getMessage().startsWith("--window: expected a model of clips"), e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> new FrameWishes(Optional.of(VideoWindows.DEFAULT), true));
  }
}
