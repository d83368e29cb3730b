package org.maskwright.trainer.incontext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.decoder.InContextDecoder.Meaning;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.incontext.InContext.Colours;
import org.maskwright.trainer.incontext.InContext.Painted;

class CanvasDrawTest {
  private static final int SIDE = 16;
  private static final int ROWS = 8; // of patches of 4 pixels in a canvas
  private static final Normalization PIXELS = Normalization.IMAGENET;

  private static InContext.Settings settings(Painted painted, Colours colours, boolean painter) {
    return new InContext.Settings(painted, colours, 0.5, 1, 8, 0.3, 0.5, false, painter, 0.01);
  }

  /** Three targets: two in both pictures, one in the first alone. */
  private static TrainingExample example(int content) {
    MaskStack masks = new MaskStack(6, SIDE, SIDE);
    int[][] boxes = {{0, 0}, {4, 4}, {8, 0}, {8, 8}, {0, 8}};
    for (int m = 0; m < boxes.length; m++) {
      for (int p = 0; p < 16; p++) {
        masks.set(m, boxes[m][1] + p / 4, boxes[m][0] + p % 4);
      }
    }
    byte[] pixels = new byte[3 * SIDE * SIDE];
    Arrays.fill(pixels, (byte) 90);
    PixelPlanes image = new PixelPlanes.Bytes(new Size(SIDE, SIDE), pixels);
    return new TrainingExample(
        new SampleInfo(ImageId.of("one"), Path.of("one.png"), SIDE, SIDE),
        List.of(image, image),
        new Size(content, content),
        new Size(SIDE, SIDE),
        new int[] {0, 1, 2},
        masks);
  }

  private static CanvasDraw draw(InContext.Settings settings, int seed) {
    return CanvasDraw.of(example(SIDE), settings, ROWS, RandomStream.of(seed, "test"));
  }

  @Test
  void whatBothPicturesShowIsPaintedInOneColour() {
    CanvasDraw draw = draw(settings(Painted.ALL, Colours.RANDOM, false), 1);
    assertArrayEquals(new int[] {0, 1}, draw.targets());
    float[] canvas = new float[3 * 2 * SIDE * SIDE];
    draw.paint(example(SIDE), PIXELS, SIDE, canvas, 0);
    for (int c = 0; c < 3; c++) {
      int plane = c * 2 * SIDE * SIDE;
      float first = CanvasDraw.normalised(draw.colours()[0], c, PIXELS);
      assertEquals(first, canvas[plane]); // frame 0, box at 0,0
      assertEquals(first, canvas[plane + SIDE * SIDE + 4 * SIDE + 4]); // frame 1, box at 4,4
      assertEquals(
          CanvasDraw.normalised(PaintColours.BACKGROUND, c, PIXELS), canvas[plane + 8 * SIDE]);
    }
  }

  @Test
  void oneIsPaintedWhereOneIsAskedForAndEachInItsTurn() {
    int[] times = new int[3];
    for (int seed = 0; seed < 60; seed++) {
      CanvasDraw draw = draw(settings(Painted.ONE, Colours.RANDOM, false), seed);
      assertEquals(1, draw.targets().length);
      times[draw.targets()[0]]++;
    }
    assertTrue(times[0] > 15 && times[1] > 15 && times[2] == 0, Arrays.toString(times));
  }

  @Test
  void randomColoursAreOthersEachTimeAndFixedOnesThoseOfTheClass() {
    assertNotEquals(
        draw(settings(Painted.ALL, Colours.RANDOM, false), 1).colours()[0],
        draw(settings(Painted.ALL, Colours.RANDOM, false), 2).colours()[0]);
    assertArrayEquals(
        draw(settings(Painted.ALL, Colours.FIXED, false), 1).colours(),
        draw(settings(Painted.ALL, Colours.FIXED, false), 2).colours());
  }

  @Test
  void whatIsSeenOrPaddingDoesNotCount() {
    CanvasDraw draw = draw(settings(Painted.ALL, Colours.RANDOM, false), 3);
    float[] counted = new float[2 * SIDE * SIDE];
    int all = draw.count(example(SIDE), SIDE, 4, counted, 0);
    assertEquals(SIDE * SIDE, all); // half of the canvas
    float[] inside = new float[2 * SIDE * SIDE];
    int some = draw.count(example(8), SIDE, 4, inside, 0);
    assertTrue(some < all);
    for (int p = 0; p < inside.length; p++) {
      boolean padding = p % SIDE >= 8 || p / SIDE % SIDE >= 8;
      assertEquals(padding ? 0 : counted[p], inside[p]);
    }
  }

  @Test
  void examplesAndGridsThatDoNotFitAreRefused() {
    RgbImage picture = new RgbImage(4, 2, new byte[24]);
    String size =
        assertThrows(
                IllegalArgumentException.class,
                () -> new GivenExample(picture, new LabelMap(4, 2, new int[8])))
            .getMessage();
    assertTrue(size.contains("expected a mask of 4 x 2 pixels"), size);
    String empty =
        assertThrows(
                IllegalArgumentException.class,
                () -> new GivenExample(picture, new LabelMap(2, 4, new int[8])))
            .getMessage();
    assertTrue(empty.contains("got 0 everywhere"), empty);
    GivenExample one =
        new GivenExample(picture, new LabelMap(2, 4, new int[] {1, 0, 0, 0, 0, 0, 0, 0}));
    GivenExample two =
        new GivenExample(picture, new LabelMap(2, 4, new int[] {2, 0, 0, 0, 0, 0, 0, 0}));
    String other =
        assertThrows(
                IllegalArgumentException.class,
                () -> ExamplePredictor.open(null, null, List.of(one, two), 1))
            .getMessage();
    assertTrue(other.startsWith("example 2: expected the labels of example 1, [1]"), other);
  }

  /** What stands in the lower half of the painted canvas is hidden, whatever it is. */
  @Test
  void onlyTheExampleDecides() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        SegmentationModel model =
            SegmentationModels.build(engine, TinyInContext.model(), ClassSpace.ofSize(3))) {
      ExamplePainter painter = new ExamplePainter(model, PIXELS);
      byte[] grey = new byte[3 * 20 * 12];
      Arrays.fill(grey, (byte) 70);
      float[] picture = painter.picture(new RgbImage(20, 12, grey));
      int[] white = new int[SIDE * SIDE];
      Arrays.fill(white, 0, 40, 0xffffff);
      int[] red = new int[SIDE * SIDE];
      Arrays.fill(red, 0, 40, 0xff0000);
      var byWhite = new ExamplePainter.Example(picture, painter.painted(white));
      var byRed = new ExamplePainter.Example(picture, painter.painted(red));
      float[] alone = painter.paint(picture, List.of(byWhite), Meaning.CLASSES);
      float[] twice = painter.paint(picture, List.of(byWhite, byWhite), Meaning.CLASSES);
      assertArrayEquals(alone, twice, 1e-2f); // the mean of two that are alike
      assertFalse(Arrays.equals(alone, painter.paint(picture, List.of(byRed), Meaning.CLASSES)));
    }
  }
}
