package org.maskwright.trainer.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.RunLengthMask;
import org.maskwright.modelzoo.prompt.PromptDecoder;

/** Laws of answers about pictures; the network's values are compared in the model zoo. */
class PromptPredictorTest {
  private static final float ROUNDING = 1e-4f;

  @TempDir private static Path folder;
  private static Engine engine;
  private static PromptPredictor predictor;

  @BeforeAll
  static void open() throws Exception {
    engine = Engine.open(EngineOptions.DEFAULT);
    predictor = PromptPredictor.open(engine, TinySam.write(folder.resolve("model")));
  }

  @AfterAll
  static void close() {
    predictor.close();
    engine.close();
  }

  private static RgbImage picture(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    new Random(7).nextBytes(rgb);
    return new RgbImage(width, height, rgb);
  }

  private static Prompt points(Click... clicks) {
    return Prompt.ofPoints(List.of(clicks));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 200", "97, 41", "64, 64", "300, 500"})
  void masksAreOfThePicturesSizeWhateverThatIs(int width, int height) {
    try (EncodedPicture encoded = predictor.encode(picture(width, height))) {
      assertEquals(new Size(width, height), encoded.size());
      PromptMask answer = encoded.answer(Prompt.ofPoint(width / 2, height / 2));
      assertEquals(width, answer.mask().width());
      assertEquals(height, answer.mask().height());
      assertEquals(16, answer.logits().height());
    }
  }

  @Test
  void eachIsAnsweredAsIfItWereAskedAlone() {
    try (EncodedPicture encoded = predictor.encode(picture(60, 45))) {
      PromptBox box = new PromptBox(4, 5, 50, 40);
      MaskLogits earlier = encoded.answer(Prompt.ofBox(box)).logits();
      List<Prompt> prompts = new ArrayList<>();
      prompts.add(Prompt.ofPoint(3, 4));
      prompts.add(points(new Click(3, 4, true), new Click(40, 40, false)));
      prompts.add(Prompt.ofBox(box));
      prompts.add(Prompt.ofPoint(30, 20).correcting(earlier));
      prompts.add(Prompt.ofBox(box).correcting(earlier));
      for (int i = 0; i < 40; i++) {
        prompts.add(Prompt.ofPoint(i, 45 - 1 - i));
      }
      PromptLogits together = encoded.decode(prompts);
      assertEquals(prompts.size(), together.size());
      for (int p = 0; p < prompts.size(); p++) {
        PromptLogits alone = encoded.decode(List.of(prompts.get(p)));
        for (int which = 0; which < PromptDecoder.MASKS; which++) {
          assertEquals(alone.quality(0, which), together.quality(p, which), ROUNDING);
          assertArrayEquals(
              alone.logits(0, which).values(), together.logits(p, which).values(), ROUNDING);
        }
      }
    }
  }

  @Test
  void theMaskIsWhereTheLogitsOfItsPlaceAreAboveTheThreshold() {
    try (EncodedPicture encoded = predictor.encode(picture(64, 64))) {
      PromptLogits said = encoded.decode(List.of(Prompt.ofPoint(30, 30)));
      RunLengthMask low = said.mask(0, 1, -1);
      RunLengthMask usual = said.mask(0, 1, 0);
      RunLengthMask high = said.mask(0, 1, 1);
      byte[] inLow = low.toBitmap();
      byte[] inUsual = usual.toBitmap();
      byte[] inHigh = high.toBitmap();
      for (int i = 0; i < inLow.length; i++) {
        assertTrue(inHigh[i] <= inUsual[i] && inUsual[i] <= inLow[i]);
      }
      assertTrue(high.area() < low.area());
    }
  }

  @Test
  void aPointIsAnsweredByItsBestHypothesisAndWhatLeavesNoDoubtByTheSingleAnswer() {
    try (EncodedPicture encoded = predictor.encode(picture(64, 64))) {
      Prompt point = Prompt.ofPoint(30, 30);
      PromptLogits said = encoded.decode(List.of(point));
      float best = Math.max(said.quality(0, 1), Math.max(said.quality(0, 2), said.quality(0, 3)));
      assertEquals(best, encoded.answer(point).quality(), 0);
      Prompt box = Prompt.ofBox(new PromptBox(1, 1, 60, 60));
      assertEquals(
          encoded.decode(List.of(box)).quality(0, 0), encoded.answer(box).quality(), ROUNDING);
      assertEquals(3, encoded.answer(List.of(box), Hypotheses.THREE).get(0).size());
      assertEquals(
          said.quality(0, 0),
          encoded.answer(List.of(point), Hypotheses.SINGLE).get(0).get(0).quality(),
          ROUNDING);
    }
  }

  /** Of 128 x 96 pixels half as many are seen: places are scaled, and half a pixel is added. */
  @Test
  void placesAreThoseOfThePicture() {
    try (EncodedPicture large = predictor.encode(picture(64, 48), new Size(128, 96));
        EncodedPicture same = predictor.encode(picture(64, 48))) {
      float[] a = large.decode(List.of(Prompt.ofPoint(60, 40))).masks();
      float[] b = same.decode(List.of(Prompt.ofPoint(30, 20))).masks();
      assertArrayEquals(a, b, ROUNDING);
      assertEquals(128, large.answer(Prompt.ofPoint(60, 40)).mask().width());
    }
  }

  @Test
  void aDrawnMaskBecomesLogitsOfItsPlaces() {
    try (EncodedPicture encoded = predictor.encode(picture(64, 32))) {
      byte[] bitmap = new byte[64 * 32];
      for (int y = 0; y < 32; y++) {
        for (int x = 0; x < 18; x++) {
          bitmap[y * 64 + x] = 1;
        }
      }
      MaskLogits logits = encoded.logitsOf(Rle.ofBitmap(bitmap, 32, 64));
      float[] firstRow = java.util.Arrays.copyOf(logits.values(), 16);
      float[] expected = new float[16];
      java.util.Arrays.fill(expected, -10);
      java.util.Arrays.fill(expected, 0, 4, 10);
      expected[4] = 0; // 16 and 17 of 16 to 19
      assertArrayEquals(expected, firstRow, 0);
      assertEquals(-10, logits.values()[9 * 16], 0); // padding
      encoded.answer(Prompt.ofPoint(5, 5).correcting(logits));
    }
  }

  @Test
  void whatIsOutsideThePictureIsRefused() {
    try (EncodedPicture encoded = predictor.encode(picture(50, 40))) {
      assertRefused("inside the picture of 50 x 40", () -> encoded.answer(Prompt.ofPoint(50, 3)));
      assertRefused("got 3.0,-1.0", () -> encoded.answer(Prompt.ofPoint(3, -1)));
      assertRefused("got NaN", () -> encoded.answer(Prompt.ofPoint(Double.NaN, 1)));
      assertRefused(
          "inside the picture of 50 x 40",
          () -> encoded.answer(Prompt.ofBox(new PromptBox(1, 1, 51, 40))));
      assertRefused("x0 < x1", () -> new PromptBox(5, 5, 5, 9));
      assertRefused(
          "a point, a box or an earlier mask",
          () -> new Prompt(List.of(), Optional.empty(), Optional.empty()));
      assertRefused(
          "16 x 16, got 8 x 8",
          () ->
              encoded.answer(Prompt.ofPoint(1, 1).correcting(new MaskLogits(8, 8, new float[64]))));
      assertRefused(
          "at most 1024 points",
          () -> Prompt.ofPoints(java.util.Collections.nCopies(1025, new Click(1, 1, true))));
      assertRefused("at least one", () -> encoded.decode(List.of()));
    }
  }

  @Test
  void aThousandPointsAreAnswered() {
    try (EncodedPicture encoded = predictor.encode(picture(50, 40))) {
      Click[] clicks = new Click[1000];
      for (int i = 0; i < clicks.length; i++) {
        clicks[i] = new Click(i % 50, i / 50, i % 3 > 0);
      }
      assertTrue(Double.isFinite(encoded.answer(points(clicks)).quality()));
    }
  }

  @Test
  void memoryIsThatOfThePicturesThatAreOpen() {
    long before = engine.memory().liveBytes();
    for (int i = 0; i < 3; i++) {
      try (EncodedPicture encoded = predictor.encode(picture(64, 64))) {
        encoded.answer(Prompt.ofPoint(3, 3));
        assertTrue(engine.memory().liveBytes() > before);
      }
      assertEquals(before, engine.memory().liveBytes());
    }
  }

  @Test
  void aModelOfAnotherKindIsRefused() {
    try (SegmentationModel other =
        SegmentationModels.build(engine, Variants.get("mask2former-tiny"), ClassSpace.OBJECT)) {
      assertRefused(
          "expected the mask decoder prompts",
          () -> PromptPredictor.of(other, org.maskwright.datasets.Normalization.IMAGENET, 64, 64));
    }
  }

  private static void assertRefused(String message, org.junit.jupiter.api.function.Executable run) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, run);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
