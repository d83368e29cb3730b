package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import example.Plain;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.SemanticMap;
import org.maskwright.trainer.result.ImageResult;
import org.maskwright.trainer.result.ImageResults;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.result.SemanticKind;

/** What an evaluation keeps of its images is what it found in them. */
class KeptResultsTest {
  private static final ResultKind<SemanticMap> KIND = new SemanticKind();
  private static final ClassSpace CLASSES = ClassSpace.ofSize(9);
  private static final int SIDE = 32;

  /** Results of one kind that are made when asked for. */
  private record Found(Supplier<ImageResult<?>> result) implements ImageResults {
    @Override
    @SuppressWarnings("unchecked") // asked for one kind alone
    public <R> ImageResult<R> of(ResultKind<R> kind) {
      return (ImageResult<R>) result.get();
    }
  }

  private static ImageResults map(int shift) {
    int[] labels = new int[SIDE * SIDE];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (i * 7 + i / SIDE * shift) % CLASSES.size();
    }
    SemanticMap map = new SemanticMap(SIDE, SIDE, labels);
    ImageFrame frame = ImageFrame.unchanged(SIDE, SIDE);
    return new Found(() -> new ImageResult<>(KIND, map, frame, CLASSES));
  }

  private static int[] labels(ImageResults results) {
    return results.of(KIND).value().labels();
  }

  @Test
  void whatWasKeptIsWhatWasFound() {
    KeptResults kept = KeptResults.of(KIND, CLASSES);
    kept.add(ImageId.of(1), map(1));
    kept.add(ImageId.of("b"), map(2));
    assertFalse(kept.of(ImageId.of(2)).isPresent());
    assertArrayEquals(labels(map(1)), labels(kept.of(ImageId.of(1)).orElseThrow()));
    assertArrayEquals(labels(map(2)), labels(kept.of(ImageId.of("b")).orElseThrow()));
  }

  @Test
  void imagesBehindTheBudgetAreNeitherKeptNorLookedAt() {
    KeptResults kept = KeptResults.within(2_000, KIND, CLASSES);
    for (int i = 0; i < 1_000; i++) {
      kept.add(ImageId.of(i), map(i));
    }
    assertTrue(kept.size() > 0 && kept.size() < 20, "kept: " + kept.size());
    kept.add(
        ImageId.of(1_000),
        new Found(
            () -> {
              throw new AssertionError("made for nothing");
            }));
  }

  @Test
  void ofAKindThatCannotBeSentNothingIsKept() {
    KeptResults kept = KeptResults.of(new Plain(), CLASSES);
    kept.add(ImageId.of(1), map(1));
    assertEquals(0, kept.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 40})
  void picturesOfWhatWasKeptAreThoseOfTheEvaluation(int tile, @TempDir Path folder) {
    EvaluatedScenes.write(folder, 3);
    SamplePictures during = pictures();
    EvalReport report =
        EvaluatedScenes.evaluate(
            folder,
            ProcessGroup.alone(),
            Optional.of(tile).filter(t -> t > 0).map(Tiling::of),
            0,
            Optional.of(during));
    SamplePictures after = pictures();
    Dataset data = EvaluatedScenes.open(folder);
    for (int i = 0; i < data.size(); i++) {
      assertTrue(after.add(data, i, report.kept()));
    }
    List<SamplePictures.Row> expected = during.rows();
    assertEquals(3, expected.size());
    for (int i = 0; i < expected.size(); i++) {
      SamplePictures.Row row = after.rows().get(i);
      assertEquals(expected.get(i).image(), row.image());
      assertArrayEquals(expected.get(i).photograph().toPng(), row.photograph().toPng());
      assertArrayEquals(expected.get(i).annotation().toPng(), row.annotation().toPng());
      assertArrayEquals(expected.get(i).prediction().toPng(), row.prediction().toPng());
    }
  }

  @Test
  void samplesAreSpreadOverTheImages() {
    for (int all = 1; all < 40; all++) {
      int images = all;
      List<Integer> drawn =
          IntStream.range(0, all).filter(i -> pictures(4).wants(i, images)).boxed().toList();
      assertEquals(Math.min(4, all), drawn.size());
      for (int i = 1; i < drawn.size(); i++) {
        assertTrue(drawn.get(i) - drawn.get(i - 1) >= all / 4, drawn.toString());
      }
    }
  }

  private static SamplePictures pictures() {
    return pictures(Integer.MAX_VALUE);
  }

  private static SamplePictures pictures(int count) {
    return new SamplePictures(ResultKinds.get("semantic"), ScoreThresholds.everywhere(0.5), count);
  }
}
