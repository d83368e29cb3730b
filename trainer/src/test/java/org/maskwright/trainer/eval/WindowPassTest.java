package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.VideoWindows;

/** Frames of a video through a model of clips: each is answered for once, in order. */
class WindowPassTest {
  private static final int SIDE = 16;

  /** Sees in each frame one square, in the column that the frame's red says. */
  private static final class Told implements Network {
    private final boolean clips;
    private final List<Integer> windows = new ArrayList<>(); // their lengths
    private final List<Boolean> carried = new ArrayList<>();

    Told(boolean clips) {
      this.clips = clips;
    }

    @Override
    public int inputs() {
      return 3;
    }

    @Override
    public ClassSpace classSpace() {
      return ClassSpace.ofSize(1);
    }

    @Override
    public boolean classifiesPixels() {
      return false;
    }

    @Override
    public FamilyRules rules() {
      return FamilyRules.MASK2FORMER;
    }

    @Override
    public int sizeDivisibility() {
      return 1;
    }

    @Override
    public Optional<Size> largest() {
      return Optional.empty();
    }

    @Override
    public ProcessGroup processes() {
      return ProcessGroup.alone();
    }

    @Override
    public boolean takesClips() {
      return clips;
    }

    @Override
    public boolean carriesQueries() {
      return clips;
    }

    @Override
    public Seen run(float[] pixels, int height, int width, Optional<Layers> layers) {
      throw new AssertionError("a frame was seen by itself");
    }

    @Override
    public SeenClip runClip(
        float[] pixels, int frames, int height, int width, Optional<List<float[]>> before) {
      windows.add(frames);
      carried.add(before.isPresent());
      List<QueryOutputs> out = new ArrayList<>();
      for (int t = 0; t < frames; t++) {
        float[] mask = new float[height * width];
        Arrays.fill(mask, -5);
        mask[Math.round(pixels[t * pixels.length / frames])] = 5;
        out.add(new QueryOutputs(new float[] {4, 0}, 1, mask, height, width));
      }
      return new SeenClip(out, List.of(new float[] {1, 2}), height, width);
    }
  }

  private static Predictor predictor(Told network, int frames, int overlap) {
    Normalization asTheyAre = new Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
    return new Predictor(
        network,
        network.classSpace(),
        asTheyAre,
        new InferenceSettings(SIDE, SIDE, 0.5, 0.5, 10, Set.of("instance"))
            .withWindows(new VideoWindows(frames, overlap)));
  }

  private static RgbImage frame(int number, int width) {
    byte[] rgb = new byte[3 * SIDE * width];
    Arrays.fill(rgb, (byte) number);
    return new RgbImage(width, SIDE, rgb);
  }

  private static List<PredictedPhotograph<InstanceSet>> next(
      PredictedFrames<InstanceSet> frames, RgbImage image) {
    SampleInfo info =
        new SampleInfo(ImageId.of("f"), Path.of("f.png"), image.width(), image.height());
    return frames.next(info, image);
  }

  private static PredictedFrames<InstanceSet> frames(Predictor predictor, boolean carried) {
    return new PredictedFrames<>(
        predictor, new InstanceKind(), predictor.videoPasses(carried).orElseThrow().get());
  }

  @Test
  void everyFrameIsAnsweredForOnceAndInOrderWhateverTheWindows() {
    for (int count = 1; count <= 11; count++) {
      for (int window = 0; window <= 5; window++) {
        for (int overlap = 0; overlap < Math.max(1, window); overlap++) {
          Told network = new Told(true);
          PredictedFrames<InstanceSet> frames =
              frames(predictor(network, window, overlap), /* carried= */ false);
          List<PredictedPhotograph<InstanceSet>> seen = new ArrayList<>();
          int waiting = 0;
          for (int t = 0; t < count; t++) {
            List<PredictedPhotograph<InstanceSet>> known = next(frames, frame(t, SIDE));
            seen.addAll(known);
            waiting = Math.max(waiting, t + 1 - seen.size());
          }
          seen.addAll(frames.end());
          String what = "%d frames, window %d, overlap %d".formatted(count, window, overlap);
          assertEquals(count, seen.size(), what);
          for (int t = 0; t < count; t++) {
            InstanceSet.Instance one = seen.get(t).result().value().instances().get(0);
            assertEquals(t, seen.get(t).photograph().rgb(0, 0) >> 16, what);
            assertEquals(t, InstanceKind.rle(one).box().x() + 0.0, what);
            assertEquals(1, one.object(), what);
          }
          int most = window == 0 ? count : window;
          assertTrue(network.windows.stream().allMatch(n -> n <= most), what + network.windows);
          assertTrue(waiting < Math.max(1, most) || window == 0, what + ": waiting " + waiting);
          assertTrue(network.carried.stream().noneMatch(c -> c), what);
        }
      }
    }
  }

  /** Mask2Former for video: an object's score is its class probability, whatever its masks. */
  @Test
  void ofAClipTheScoreIsThatOfTheClass() {
    PredictedFrames<InstanceSet> frames = frames(predictor(new Told(true), 0, 0), false);
    next(frames, frame(3, SIDE));
    double score = frames.end().get(0).result().value().instances().get(0).score();
    assertEquals(Math.exp(4) / (Math.exp(4) + 1), score, 1e-6);
  }

  @Test
  void withCarriedQueriesEachFrameIsKnownAtOnceAndAllButTheFirstStartFromTheOneBefore() {
    Told network = new Told(true);
    PredictedFrames<InstanceSet> frames = frames(predictor(network, 4, 1), /* carried= */ true);
    for (int t = 0; t < 3; t++) {
      assertEquals(1, next(frames, frame(t, SIDE)).size());
    }
    assertEquals(List.of(), frames.end());
    assertEquals(List.of(1, 1, 1), network.windows);
    assertEquals(List.of(false, true, true), network.carried);
  }

  @Test
  void framesOfAnotherSizeAreRefusedByTheirFile() {
    PredictedFrames<InstanceSet> frames = frames(predictor(new Told(true), 4, 1), false);
    next(frames, frame(0, SIDE));
    DatasetException e =
        assertThrows(DatasetException.class, () -> next(frames, frame(1, SIDE - 2)));
    assertTrue(e.getMessage().contains("f.png"), e.getMessage());
    assertTrue(e.getMessage().contains("expected 16 x 16"), e.getMessage());
  }

  @Test
  void aModelOfPhotographsSeesEachFrameByItself() {
    Predictor predictor = predictor(new Told(false), 4, 1);
    assertTrue(predictor.videoPasses(/* carried= */ false).isEmpty());
    ConfigException e =
        assertThrows(ConfigException.class, () -> predictor.videoPasses(/* carried= */ true));
    assertTrue(e.getMessage().startsWith("--per-frame: expected"), e.getMessage());
  }
}
