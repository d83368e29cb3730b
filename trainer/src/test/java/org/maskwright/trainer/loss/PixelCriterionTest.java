package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.MaskStack;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.head.FixedClassHead;
import org.maskwright.modelzoo.prediction.Outputs;

class PixelCriterionTest {
  private static final int CLASSES = 3;
  private static final int SIDE = 4;
  private static final int PADDED = 16;
  private static final int VISIBLE = 12;
  private static final double WEIGHT = 0.5;

  private static final Criterion CRITERION = Criterion.of(new CriterionSettings.PerPixel(WEIGHT));
  private static final PointSource NO_POINTS = new PointSource.Given(new float[0], new float[0]);

  private static Engine open() {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
  }

  /** Class 2 on the left, class 0 in some columns on its right, the rest void, then padding. */
  private static MaskSupervision target() {
    MaskStack masks = new MaskStack(2, VISIBLE, VISIBLE);
    for (int y = 0; y < VISIBLE; y++) {
      masks.setRow(0, y, 0, 5);
      masks.setRow(1, y, 5, 9);
    }
    return new MaskSupervision(new int[] {2, 0}, masks, PADDED, PADDED);
  }

  private static int label(int y, int x) {
    return y >= VISIBLE || x >= 9 ? -1 : x < 5 ? 2 : 0;
  }

  private static Outputs predictions(Engine engine, Tensor logits) {
    return new Outputs(
        List.of(
            Outputs.Layer.ofImages(classes(engine), logits.mul(0.5)),
            Outputs.Layer.ofImages(classes(engine), logits)),
        Outputs.MaskScores.SOFTMAX);
  }

  private static Tensor classes(Engine engine) {
    return new FixedClassHead(engine, ClassSpace.ofSize(CLASSES)).logits(1);
  }

  private static float[] logits() {
    float[] out = new float[CLASSES * SIDE * SIDE];
    Random random = new Random(1);
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (3 * random.nextGaussian());
    }
    return out;
  }

  @Test
  void eachOutputsLossIsTheMeanCrossEntropyOfTheLabelledPixels() {
    try (Engine engine = open();
        var scope = engine.scope()) {
      Tensor logits = engine.floats(logits(), 1, CLASSES, SIDE, SIDE);
      Losses losses = CRITERION.compute(predictions(engine, logits), List.of(target()), NO_POINTS);
      assertEquals(
          List.of("loss_ce", "loss_ce_0"), losses.terms().stream().map(Losses.Term::name).toList());
      assertEquals(expected(logits), losses.terms().get(0).value().item(), 1e-5);
      assertEquals(expected(logits.mul(0.5)), losses.terms().get(1).value().item(), 1e-5);
    }
  }

  private static double expected(Tensor logits) {
    float[] full = logits.resize(PADDED, PADDED, ResizeMode.BILINEAR).toFloats();
    double sum = 0;
    int count = 0;
    for (int i = 0; i < PADDED * PADDED; i++) {
      int label = label(i / PADDED, i % PADDED);
      if (label >= 0) {
        double all = 0;
        for (int k = 0; k < CLASSES; k++) {
          all += Math.exp(full[k * PADDED * PADDED + i]);
        }
        sum += Math.log(all) - full[label * PADDED * PADDED + i];
        count++;
      }
    }
    return WEIGHT * sum / count;
  }

  @Test
  void imagesWithoutALabelledPixelGiveNoLossAndNoGradient() {
    try (Engine engine = open();
        Parameter logits = parameter(engine);
        var scope = engine.scope()) {
      MaskSupervision none =
          new MaskSupervision(new int[0], new MaskStack(0, VISIBLE, VISIBLE), PADDED, PADDED);
      Losses losses =
          CRITERION.compute(predictions(engine, logits.tensor()), List.of(none), NO_POINTS);
      assertEquals(0, losses.total().item());
      losses.total().backward();
      assertArrayEquals(new float[CLASSES * SIDE * SIDE], logits.grad().toFloats());
    }
  }

  /** The second image is a void one; of two targets the later one has the pixel. */
  @Test
  void theMeanIsOverTheLabelledPixelsOfAllImagesAndLaterTargetsLieOverEarlierOnes() {
    MaskStack masks = new MaskStack(2, VISIBLE, VISIBLE);
    MaskStack all = new MaskStack(2, VISIBLE, VISIBLE);
    for (int y = 0; y < VISIBLE; y++) {
      masks.setRow(0, y, 5, 9);
      masks.setRow(1, y, 0, 5);
      all.setRow(0, y, 0, 9);
      all.setRow(1, y, 0, 5);
    }
    MaskSupervision none =
        new MaskSupervision(new int[0], new MaskStack(0, VISIBLE, VISIBLE), PADDED, PADDED);
    try (Engine engine = open();
        var scope = engine.scope()) {
      Tensor logits = engine.floats(logits(), 1, CLASSES, SIDE, SIDE);
      Tensor two = Tensor.concat(0, logits.mul(-1), logits);
      Outputs predictions =
          new Outputs(
              List.of(
                  Outputs.Layer.ofImages(
                      new FixedClassHead(engine, ClassSpace.ofSize(CLASSES)).logits(2), two)),
              Outputs.MaskScores.SOFTMAX);
      for (MaskStack stack : List.of(masks, all)) {
        MaskSupervision target = new MaskSupervision(new int[] {0, 2}, stack, PADDED, PADDED);
        Losses losses = CRITERION.compute(predictions, List.of(none, target), NO_POINTS);
        assertEquals(expected(logits), losses.total().item(), 1e-5);
      }
    }
  }

  private static Parameter parameter(Engine engine) {
    try (var scope = engine.scope()) {
      return new Parameter(engine.floats(logits(), 1, CLASSES, SIDE, SIDE));
    }
  }

  @Test
  void masksAreNotComparedByPixelsNorPixelsMatched() {
    try (Engine engine = open();
        var scope = engine.scope()) {
      Tensor logits = engine.floats(logits(), 1, CLASSES, SIDE, SIDE);
      Outputs pixels = predictions(engine, logits);
      Outputs masks =
          Outputs.ofLayers(List.of(Outputs.Layer.ofImages(pixels.classLogits(), logits)));
      List<MaskSupervision> targets = List.of(target());
      assertThrows(
          IllegalArgumentException.class, () -> CRITERION.compute(masks, targets, NO_POINTS));
      Criterion dense = Criterion.of(new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2));
      assertThrows(IllegalArgumentException.class, () -> dense.compute(pixels, targets, NO_POINTS));
    }
  }
}
