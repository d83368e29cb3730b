package org.maskwright.trainer.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ForwardingDataset;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.CocoSummary;
import org.maskwright.datasets.video.YoutubeVis;
import org.maskwright.datasets.videometrics.TubeFiles;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.modelzoo.postprocess.RunLengthMask;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.ImageResult;
import org.maskwright.trainer.result.ImageResults;
import org.maskwright.trainer.result.KindScoring;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;

/** Tracks of a data set's videos: their metrics and their official file. */
class TrackKindTest {
  private static final int SIDE = 24;
  private static final int FRAMES = 6;
  private static final List<String> CLASSES = List.of("cone", "cube");

  @TempDir private Path folder;

  private static Rle square(int x, int y, int side) {
    byte[] mask = new byte[SIDE * SIDE];
    for (int i = 0; i < side * side; i++) {
      int row = y + i / side;
      int column = x + i % side;
      if (row < SIDE && column < SIDE) {
        mask[row * SIDE + column] = 1;
      }
    }
    return Rle.ofBitmap(mask, SIDE, SIDE);
  }

  /** Two videos; objects that move, vanish and return, one of them a crowd. */
  private Path truth() throws IOException {
    Random random = new Random(4);
    StringBuilder videos = new StringBuilder();
    StringBuilder tracks = new StringBuilder();
    int id = 0;
    for (int v = 1; v <= 2; v++) {
      List<String> names = new ArrayList<>();
      for (int t = 0; t < FRAMES; t++) {
        names.add("\"v%d/%d.jpg\"".formatted(v, t));
      }
      videos
          .append(v == 1 ? "" : ",")
          .append(
              "{\"id\":%d,\"width\":%d,\"height\":%d,\"length\":%d,\"file_names\":%s}"
                  .formatted(30 + v, SIDE, SIDE, FRAMES, names));
      for (int n = 0; n < 4; n++) {
        List<String> masks = new ArrayList<>();
        int gone = random.nextInt(2 * FRAMES);
        for (int t = 0; t < FRAMES; t++) {
          masks.add(
              t == gone
                  ? "null"
                  : "{\"size\":[%d,%d],\"counts\":\"%s\"}"
                      .formatted(
                          SIDE,
                          SIDE,
                          square(2 + 5 * n, 2 + 2 * t, 4)
                              .toCompressedString()
                              .replace("\\", "\\\\")));
        }
        tracks
            .append(id == 0 ? "" : ",")
            .append(
                "{\"id\":%d,\"video_id\":%d,\"category_id\":%d,\"iscrowd\":%d,\"segmentations\":%s}"
                    .formatted(++id, 30 + v, 5 + n % 2, n == 3 ? 1 : 0, masks));
      }
    }
    Path file = folder.resolve("instances.json");
    Files.writeString(
        file,
        "{\"videos\":[%s],\"annotations\":[%s],\"categories\":[{\"id\":5,\"name\":\"cone\"},{\"id\":6,\"name\":\"cube\"}]}"
            .formatted(videos, tracks));
    return file;
  }

  private Dataset dataset(Path truth) {
    return YoutubeVis.open(
        truth,
        DataFolder.of(folder),
        e -> {
          throw e;
        });
  }

  /** What a model says of a frame. */
  private interface Model {
    List<InstanceSet.Instance> instances(int index, List<Segment> truth);
  }

  private static InstanceSet.Instance instance(int index, double score, Rle mask, int object) {
    return new InstanceSet.Instance(
        index, score, RunLengthMask.ofCounts(SIDE, SIDE, mask.counts()), object);
  }

  private static ImageResults results(InstanceSet value) {
    return new ImageResults() {
      @Override
      @SuppressWarnings("unchecked") // one kind is asked for
      public <R> ImageResult<R> of(ResultKind<R> kind) {
        return new ImageResult<>(
            kind, (R) value, ImageFrame.unchanged(SIDE, SIDE), ClassSpace.ofSize(CLASSES.size()));
      }
    };
  }

  private Scores scores(Dataset dataset, Model model, int limit) throws IOException {
    OutputFolder out = OutputFolder.open(folder.resolve("out"));
    try (ResultFiles files = ResultFiles.in(out)) {
      KindScoring<InstanceSet>.Pass pass =
          KindScoring.of(new TrackKind(), ScoringData.of(dataset)).start(Optional.of(files));
      for (int i = 0; i < limit; i++) {
        List<Segment> truth = dataset.segments(i);
        pass.add(
            new ScoredImage(dataset.info(i), new Size(SIDE, SIDE), truth),
            results(new InstanceSet(model.instances(i, truth))));
      }
      Scores scores = pass.report();
      files.finish();
      return scores;
    }
  }

  private static Rle mask(Segment segment) {
    return segment.mask().toRle(new Size(SIDE, SIDE));
  }

  @Test
  void tracksThatAreTheTruthScoreAHundred() throws IOException {
    Dataset dataset = dataset(truth());
    Scores scores =
        scores(
            dataset,
            (i, truth) ->
                truth.stream()
                    .filter(s -> !s.crowd())
                    .map(s -> instance(s.category(), 0.9, mask(s), (int) s.id()))
                    .toList(),
            dataset.size());
    assertEquals(100, scores.metrics().get("track.AP"), 1e-9);
    assertEquals(100, scores.perClass().get("track.AP").get("cube"), 1e-9);
  }

  /** Objects that change numbers half way are two halves of a track. */
  @Test
  void objectsThatChangeNumbersLoseAgainstThoseThatKeepThem() throws IOException {
    Dataset dataset = dataset(truth());
    Scores scores =
        scores(
            dataset,
            (i, truth) ->
                truth.stream()
                    .filter(s -> !s.crowd())
                    .map(
                        s ->
                            instance(
                                s.category(),
                                0.9,
                                mask(s),
                                (int) s.id() + (i % FRAMES < FRAMES / 2 ? 0 : 100)))
                    .toList(),
            dataset.size());
    assertTrue(scores.metrics().get("track.AP") < 50, scores.metrics().toString());
  }

  /** Noisy masks, wrong classes, objects without a pixel, one query with two classes. */
  @Test
  void metricsAreThoseOfTheFileThatIsWritten() throws IOException {
    Path truth = truth();
    Dataset dataset = dataset(truth);
    Random random = new Random(7);
    Scores scores =
        scores(
            dataset,
            (i, segments) -> {
              List<InstanceSet.Instance> out = new ArrayList<>();
              for (Segment s : segments) {
                int number = (int) s.id();
                Rle moved =
                    square(1 + 5 * (number % 4), 2 + 2 * (i % FRAMES), 3 + random.nextInt(3));
                Rle found = random.nextInt(3) == 0 ? moved : mask(s);
                out.add(instance(s.category(), 0.5 + number / 100.0, found, number));
                out.add(instance(1 - s.category(), 0.3, found, number));
              }
              out.add(instance(0, 0.2, Rle.empty(SIDE, SIDE), 99));
              return out;
            },
            dataset.size());
    CocoSummary official =
        TubeFiles.score(truth, folder.resolve("out/tracks.json")).metrics().all();
    Map<String, Double> got = scores.metrics();
    assertEquals(100 * official.ap(), got.get("track.AP"), 1e-9);
    assertEquals(100 * official.ap50(), got.get("track.AP50"), 1e-9);
    assertEquals(100 * official.ap75(), got.get("track.AP75"), 1e-9);
    assertEquals(100 * official.ar1(), got.get("track.AR1"), 1e-9);
    assertEquals(100 * official.ar10(), got.get("track.AR10"), 1e-9);
    assertTrue(got.get("track.AP") > 5 && got.get("track.AP") < 95, got.toString());
  }

  /** Without a model's numbers sightings are joined frame by frame. */
  @Test
  void anImageModelsInstancesAreJoined() throws IOException {
    Dataset dataset = dataset(truth());
    Scores scores =
        scores(
            dataset,
            (i, truth) ->
                truth.stream()
                    .filter(s -> !s.crowd())
                    .map(s -> instance(s.category(), 0.9, mask(s), 0))
                    .toList(),
            dataset.size());
    assertEquals(100, scores.metrics().get("track.AP"), 1e-9);
  }

  @Test
  void ofAVideoThatIsSeenInPartThatPartCounts() throws IOException {
    Dataset dataset = dataset(truth());
    Scores scores =
        scores(
            dataset,
            (i, truth) ->
                truth.stream()
                    .filter(s -> !s.crowd())
                    .map(s -> instance(s.category(), 0.9, mask(s), (int) s.id()))
                    .toList(),
            FRAMES + 2);
    assertEquals(100, scores.metrics().get("track.AP"), 1e-9);
    assertFalse(scores.metrics().get("track.AR10").isNaN());
  }

  @Test
  void photographsAreRefusedByName() throws IOException {
    Dataset photographs =
        new ForwardingDataset(dataset(truth())) {
          @Override
          public Optional<String> video(int index) {
            return Optional.empty();
          }
        };
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () -> KindScoring.of(new TrackKind(), ScoringData.of(photographs)));
    assertTrue(e.getMessage().contains("expected frames of videos"), e.getMessage());
    assertTrue(e.getMessage().contains("v1/0.jpg"), e.getMessage());
  }
}
