package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.image.ImageDecoder;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.json.VideoJson;
import org.maskwright.datasets.json.VideoTrack;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.video.MotsText;
import org.maskwright.datasets.videofile.VideoFiles;
import org.maskwright.datasets.videofile.VideoFrame;
import org.maskwright.datasets.videofile.VideoReader;
import org.maskwright.datasets.videofile.VideoWriter;
import org.maskwright.datasets.videometrics.PanopticVideoFiles;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.PanopticKind;
import org.maskwright.trainer.run.PredictionWishes.Threshold;
import org.maskwright.trainer.video.TrackFormats;
import org.maskwright.trainer.video.VideoPrediction;
import org.maskwright.trainer.video.VideoWishes;

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
    VideoPrediction.Written written = predict(wishes, List.of(frames), out);
    written.requireAll();
    return written.videos();
  }

  private VideoPrediction.Written predict(PredictionWishes wishes, List<Path> videos, Path out) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT)) {
      return VideoPrediction.of(
              Prediction.of(model, wishes),
              Prediction.FrameWishes.NONE,
              VideoWishes.of(TrackFormats.all()),
              videos)
          .write(engine, OutputFolder.open(out), Prediction.Progress.NONE);
    }
  }

  private static DatasetException refused(Path video) {
    Prediction prediction = Prediction.of(model, PredictionWishes.NONE);
    VideoWishes wishes = VideoWishes.of(List.of());
    return assertThrows(
        DatasetException.class,
        () -> VideoPrediction.of(prediction, Prediction.FrameWishes.NONE, wishes, List.of(video)));
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
    String none = refused(Files.createDirectories(temp.resolve("empty"))).getMessage();
    assertTrue(none.contains("no frame in the folder"), none);
    Path videos = videos();
    Files.copy(scenes.get(0), videos.resolve("stray.jpg"));
    assertTrue(refused(videos).getMessage().contains("frames and videos (v0, ...)"));
    Path twice = Files.createDirectories(temp.resolve("twice"));
    Files.copy(scenes.get(0), twice.resolve("a.jpg"));
    Files.copy(scenes.get(0), twice.resolve("a.jpeg"));
    assertTrue(refused(twice).getMessage().contains("a second frame of this name"));
    assertTrue(refused(scenes.get(0)).getMessage().contains("is a photograph"));
    Path same = Files.createDirectories(temp.resolve("same"));
    film(same.resolve("a.mp4"), 0);
    film(same.resolve("a.mov"), 0);
    assertTrue(refused(same).getMessage().contains("rename one"));
  }

  /** Some of the scenes as a film at uneven times. */
  private static Path film(Path file, double... seconds) throws IOException {
    RgbImage size = ImageDecoder.read(scenes.get(0));
    try (VideoWriter writer =
        VideoFiles.codec().orElseThrow().create(file, new Size(size.width(), size.height()), 10)) {
      for (double second : seconds) {
        writer.write(new VideoFrame(ImageDecoder.read(scenes.get(0)), second));
      }
      writer.finish();
    }
    return file;
  }

  private static List<Double> times(Path file) {
    List<Double> times = new ArrayList<>();
    try (VideoReader reader = VideoFiles.open(file)) {
      for (var f = reader.next(); f.isPresent(); f = reader.next()) {
        times.add(Math.round(1000 * f.get().seconds()) / 1000.0);
      }
    }
    return times;
  }

  @Test
  void aVideoFileIsTrackedAsItsFramesAndTheOverlayKeepsItsTimes() throws IOException {
    Path films = Files.createDirectories(temp.resolve("films"));
    film(films.resolve("uneven.mp4"), 0, 0.1, 0.15, 1.2);
    film(films.resolve("one.mov"), 0);
    videos();
    Files.move(temp.resolve("videos/v0"), films.resolve("folder"));
    PredictionWishes wishes =
        PredictionWishes.NONE.withKind(new InstanceKind()).withThreshold(Threshold.of(0));
    Path out = temp.resolve("out");
    List<VideoPrediction.Tracked> done = write(wishes, films, out);
    assertEquals(
        List.of("folder", "one", "uneven"),
        done.stream().map(VideoPrediction.Tracked::video).toList());
    assertEquals(List.of(4, 1, 4), done.stream().map(VideoPrediction.Tracked::frames).toList());
    assertEquals(List.of(0.0, 0.1, 0.15, 1.2), times(out.resolve("overlay-uneven.mp4")));
    assertEquals(List.of(0.0), times(out.resolve("overlay-one.mp4")));
    assertEquals(List.of(0.0, 0.04, 0.08, 0.12), times(out.resolve("overlay-folder.mp4")));
    assertTrue(Files.size(out.resolve("overlay/uneven/000004.png")) > 0);
    assertTrue(Files.size(out.resolve("contact-sheet-one.png")) > 0);
    String videos = Files.readString(out.resolve("youtube-vis/videos.json"));
    assertTrue(videos.contains("\"uneven/000001.png\""), videos);
    for (VideoTrack track : VideoJson.readResults(out.resolve("youtube-vis/results.json"))) {
      assertEquals(List.of(4, 1, 4).get((int) track.videoId().number() - 1), track.masks().size());
    }
    write(wishes, films, out); // what a command wrote is written anew
  }

  @Test
  void ofFilmsThatAreCutOffOrBrokenWhatCanBeReadIsWrittenAndTheRestNamed() throws IOException {
    Path films = Files.createDirectories(temp.resolve("films"));
    film(films.resolve("whole.mp4"), 0, 0.1);
    byte[] bytes = Files.readAllBytes(film(films.resolve("cut.mp4"), 0, 0.1, 0.2, 0.3));
    Files.write(films.resolve("cut.mp4"), Arrays.copyOf(bytes, bytes.length - 40));
    Files.writeString(films.resolve("text.mkv"), "none");
    PredictionWishes wishes = PredictionWishes.NONE.withKind(new InstanceKind());
    Path out = temp.resolve("out");
    VideoPrediction.Written written = predict(wishes, List.of(films), out);
    assertEquals(
        List.of("cut", "whole"),
        written.videos().stream().map(VideoPrediction.Tracked::video).toList());
    int left = written.videos().get(0).frames();
    assertTrue(left >= 1 && left < 4, left + " frames");
    DatasetException e = assertThrows(DatasetException.class, written::requireAll);
    assertTrue(
        e.getMessage().contains("cut.mp4: it is cut off behind frame %d of 4".formatted(left)),
        e.getMessage());
    assertTrue(e.getMessage().contains("text.mkv: cannot be read as a video"), e.getMessage());
    assertEquals(left, times(out.resolve("overlay-cut.mp4")).size());
    Path text = films.resolve("text.mkv");
    Path none = temp.resolve("none");
    assertThrows(DatasetException.class, () -> predict(wishes, List.of(text), none));
    assertFalse(Files.exists(none.resolve("youtube-vis/results.json")));
  }

  /** No object in any frame is a result like any other. */
  @Test
  void whereNothingIsFoundFilesAreThereAndEmpty() throws IOException {
    PredictionWishes wishes =
        PredictionWishes.NONE.withKind(new InstanceKind()).withThreshold(Threshold.of(1));
    Path out = temp.resolve("out");
    List<VideoPrediction.Tracked> done = write(wishes, videos(), out);
    assertEquals(List.of(0, 0), done.stream().map(VideoPrediction.Tracked::tracks).toList());
    assertEquals(List.of(), VideoJson.readResults(out.resolve("youtube-vis/results.json")));
    assertTrue(MotsText.read(out.resolve("mots/v0.txt")).isEmpty());
    for (int label : LabelPng.read(out.resolve("davis/v1/11.png")).labels()) {
      assertEquals(0, label);
    }
    assertEquals(FRAMES, times(out.resolve("overlay-v0.mp4")).size());
  }

  @Test
  void framesThatAreMissingInTheMiddleAreTold() throws IOException {
    Path videos = videos();
    Files.copy(scenes.get(0), videos.resolve("v0/14.jpg"));
    List<String> notes = new ArrayList<>();
    try (Engine engine = Engine.open(EngineOptions.DEFAULT)) {
      VideoPrediction.of(
              Prediction.of(model, PredictionWishes.NONE),
              Prediction.FrameWishes.NONE,
              new VideoWishes(List.of(), VideoWishes.Overlays.NONE, 25),
              List.of(videos))
          .write(
              engine,
              OutputFolder.open(temp.resolve("out")),
              new Prediction.Progress() {
                @Override
                public void note(String text) {
                  notes.add(text);
                }
              });
    }
    assertEquals(
        List.of(
            "note: v0: no frame between 11.jpg and 14.jpg: the frames that are there count as one after the other"),
        notes);
  }

  @Test
  void overlaysAreThoseThatWereAskedFor() throws IOException {
    Path film = film(temp.resolve("a.mp4"), 0, 0.1);
    for (VideoWishes.Overlays overlays : VideoWishes.Overlays.values()) {
      Path out = temp.resolve(overlays.name());
      Prediction prediction = Prediction.of(model, PredictionWishes.NONE);
      try (Engine engine = Engine.open(EngineOptions.DEFAULT)) {
        VideoPrediction.of(
                prediction,
                Prediction.FrameWishes.NONE,
                new VideoWishes(List.of(), overlays, 25),
                List.of(film))
            .write(engine, OutputFolder.open(out), Prediction.Progress.NONE);
      }
      String name = overlays.name();
      assertEquals(!name.matches("NONE|VIDEO"), Files.exists(out.resolve("overlay/a/000002.png")));
      assertEquals(!name.matches("NONE|FRAMES"), Files.exists(out.resolve("overlay-a.mp4")));
    }
  }
}
