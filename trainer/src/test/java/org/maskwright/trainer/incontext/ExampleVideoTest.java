package org.maskwright.trainer.incontext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.image.LabelImage;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.decoder.InContextDecoder.Meaning;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.incontext.ExamplePredictor.Found;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.video.TrackFormats;
import org.maskwright.trainer.video.VideoPrediction;
import org.maskwright.trainer.video.VideoWishes;
import org.maskwright.trainer.video.VideoWishes.Overlays;

/** Videos by the mask of a first frame, or by examples, and the frames before. */
class ExampleVideoTest {
  private static final int WIDTH = 20;
  private static final int HEIGHT = 12;
  private static final int FRAMES = 5;
  @TempDir private static Path temp;
  private static final List<RgbImage> PICTURES = new ArrayList<>();
  private static Engine engine;
  private static LabelMap mask;

  @BeforeAll
  static void write() throws Exception {
    engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
    try (SegmentationModel model =
        SegmentationModels.build(engine, TinyInContext.model(), ClassSpace.OBJECT)) {
      TinyInContext.write(temp.resolve("model"), model);
    }
    Random random = new Random(3);
    Files.createDirectories(temp.resolve("frames"));
    for (int t = 0; t < FRAMES; t++) {
      byte[] rgb = new byte[3 * WIDTH * HEIGHT];
      random.nextBytes(rgb);
      PICTURES.add(new RgbImage(WIDTH, HEIGHT, rgb));
      Picture.ofRgb(rgb, WIDTH, HEIGHT).writePng(temp.resolve("frames/" + t + ".png"));
    }
    int[] labels = new int[WIDTH * HEIGHT];
    for (int p = 0; p < labels.length; p++) {
      labels[p] = p % WIDTH < 6 ? 3 : p % WIDTH > 12 ? 7 : 0;
    }
    mask = new LabelMap(HEIGHT, WIDTH, labels);
    LabelPng.writeGrey8(temp.resolve("mask.png"), mask);
    LabelPng.writeGrey8(temp.resolve("empty.png"), new LabelMap(HEIGHT, WIDTH, new int[240]));
    LabelPng.writeGrey8(temp.resolve("small.png"), new LabelMap(2, 2, new int[] {1, 0, 0, 0}));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static VideoPrediction.Tracked predict(ExampleVideo model, Path out) {
    VideoWishes wishes =
        new VideoWishes(List.of(TrackFormats.get("davis")), Overlays.NONE, VideoWishes.USUAL_RATE);
    return VideoPrediction.of(model, wishes, List.of(temp.resolve("frames")))
        .write(engine, OutputFolder.open(out), Prediction.Progress.NONE)
        .videos()
        .get(0);
  }

  @Test
  void theFirstFrameHasTheUsersMaskAndAllOthersItsLabels() {
    Path out = temp.resolve("first");
    ExampleVideo model =
        ExampleVideo.byFirstFrame(temp.resolve("model"), temp.resolve("mask.png"), 2);
    assertEquals(new VideoPrediction.Tracked("frames", FRAMES, 2), predict(model, out));
    assertArrayEquals(
        mask.labels(), LabelImage.readIndices(out.resolve("davis/frames/0.png")).labels());
    for (int t = 1; t < FRAMES; t++) {
      int[] found = LabelImage.readIndices(out.resolve("davis/frames/" + t + ".png")).labels();
      assertTrue(Arrays.stream(found).allMatch(l -> Set.of(0, 3, 7).contains(l)));
    }
  }

  @Test
  void aFrameIsAskedByTheExamplesAndTheLastFramesWithWhatWasFoundInThem() {
    GivenExample example = new GivenExample(PICTURES.get(0), mask);
    try (SegmentationModel model =
            SegmentationModels.build(engine, TinyInContext.model(), ClassSpace.OBJECT);
        ExamplePredictor predictor =
            new ExamplePredictor(model, Normalization.IMAGENET, List.of(example), 1)) {
      ExamplePainter painter = new ExamplePainter(model, Normalization.IMAGENET);
      int[] own = PaintColours.fixed(2);
      int[] colours = {PaintColours.BACKGROUND, own[0], own[1]};
      List<ExamplePainter.Example> shown = new ArrayList<>();
      shown.add(
          new ExamplePainter.Example(
              painter.picture(PICTURES.get(0)), painter.painted(painted(example, colours))));
      ExamplePredictor.Frames frames = predictor.new Frames(2);
      for (int t = 1; t < FRAMES; t++) {
        float[] picture = painter.picture(PICTURES.get(t));
        int[] nearest = painter.nearest(painter.paint(picture, shown, Meaning.CLASSES), colours);
        LabelMap found = ExamplePredictor.map(frames.find(PICTURES.get(t)), HEIGHT, WIDTH);
        assertArrayEquals(resized(nearest).labels(), found.labels(), "frame " + t);
        int[] back = Arrays.stream(nearest).map(i -> colours[i]).toArray();
        shown.add(new ExamplePainter.Example(picture, painter.painted(back)));
        if (shown.size() > 3) {
          shown.remove(1); // the first is the example
        }
      }
      ExamplePredictor.Frames none = predictor.new Frames(0);
      none.find(PICTURES.get(1));
      List<Found> alone = predictor.find(PICTURES.get(2));
      assertEquals(alone, none.find(PICTURES.get(2)));
    }
  }

  private static int[] painted(GivenExample example, int[] colours) {
    int side = TinyInContext.SIDE;
    int[] out = new int[side * side];
    for (int p = 0; p < out.length; p++) {
      int label = example.at(p % side, p / side, side);
      out[p] = colours[label == 3 ? 1 : label == 7 ? 2 : 0];
    }
    return out;
  }

  /** Labels 3 and 7 at the frames' size. */
  private static LabelMap resized(int[] nearest) {
    int side = TinyInContext.SIDE;
    int[] out = new int[WIDTH * HEIGHT];
    for (int i = 1; i <= 2; i++) {
      org.maskwright.datasets.mask.Rle.ofLabel(nearest, side, side, i)
          .sampled(HEIGHT, WIDTH)
          .paint(out, i == 1 ? 3 : 7);
    }
    return new LabelMap(HEIGHT, WIDTH, out);
  }

  @Test
  void aMaskOfAnotherSizeOrAnEmptyOneAndALongMemoryAreRefused() {
    Path model = temp.resolve("model");
    ExampleVideo small = ExampleVideo.byFirstFrame(model, temp.resolve("small.png"), 2);
    String message =
        assertThrows(DatasetException.class, () -> predict(small, temp.resolve("small")))
            .getMessage();
    assertTrue(message.contains("small.png") && message.contains("20 x 12"), message);
    String empty =
        assertThrows(
                IllegalArgumentException.class,
                () -> ExampleVideo.byFirstFrame(model, temp.resolve("empty.png"), 2))
            .getMessage();
    assertTrue(empty.contains("empty.png"), empty);
    assertThrows(
        IllegalArgumentException.class,
        () -> ExampleVideo.byFirstFrame(model, temp.resolve("mask.png"), 65));
  }
}
