package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prompt.PromptDecoder;
import org.maskwright.modelzoo.prompt.Prompts;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.StateDict;

/** Every kind of prompt with its answers, as make_sam.py and make_mobile_sam.py write them. */
final class PromptCases {
  /** In the order of the scripts, in which the answers are put side by side. */
  private static final List<String> NAMES =
      List.of(
          "nothing",
          "point",
          "points",
          "box",
          "points-box",
          "mask",
          "points-mask",
          "box-mask",
          "points-box-mask");

  private static final double TOLERANCE = 1e-4;
  private static final double GRADIENT_TOLERANCE = 1e-3;

  private PromptCases() {}

  /**
   * Gives a model, built for training, the weights of a reference and compares the embedding of its
   * images, its answers, and the gradients of their sum with respect to images and parameters.
   *
   * @param side of the images in pixels
   */
  static void assertAnswersAndGradients(
      StateDict golden, ImportedWeights weights, SegmentationModel model, int side) {
    assertEquals(List.of(), weights.unexpected());
    assertTrue(model.load(weights, LoadPolicy.strict()).isExact());
    model.setTraining(true);
    Tensor pixels = GoldenFile.tensor(model.engine(), golden.get("pixels")).variable();
    PixelFeatures features = model.features(pixels);
    GoldenFile.assertClose(
        "embedding", golden.get("embedding"), features.maskFeatures(), TOLERANCE);
    assertAnswers(golden, model.promptDecoder(), features, side).backward();
    GoldenFile.assertClose(
        "gradient of pixels", golden.get("grad.pixels"), pixels.grad(), GRADIENT_TOLERANCE);
    StateDict gradients = weights.family().translate(GoldenFile.part(golden, "grad.")).state();
    assertEquals(
        model.parameters().values().stream().filter(Parameter::isTrainable).count(),
        GoldenFile.assertGradients(gradients, "", model.parameters(), GRADIENT_TOLERANCE));
  }

  /**
   * Asks for each and compares masks and qualities: 1e-4 of the largest value.
   *
   * @param side of the images in pixels
   * @return the sum of all answers times cos(0.37 n)
   */
  private static Tensor assertAnswers(
      StateDict golden, PromptDecoder decoder, PixelFeatures features, int side) {
    Engine engine = features.maskFeatures().engine();
    List<Tensor> said = new ArrayList<>();
    for (String name : NAMES) {
      PromptDecoder.Answer answer =
          decoder.decode(features, side, side, prompts(engine, golden, name));
      String in = "case." + name + ".";
      GoldenFile.assertClose(name, golden.get(in + "masks"), answer.masks(), TOLERANCE);
      GoldenFile.assertClose(name, golden.get(in + "quality"), answer.quality(), TOLERANCE);
      said.add(answer.masks().flatten(0, 3));
      said.add(answer.quality().flatten(0, 1));
    }
    return GoldenFile.weighted(Tensor.concat(0, said.toArray(Tensor[]::new)));
  }

  /** Half a pixel is added, as the references do themselves. */
  private static float[] places(StateDict golden, String name) {
    float[] out = golden.get(name).toFloatArray();
    for (int i = 0; i < out.length; i++) {
      out[i] += 0.5f;
    }
    return out;
  }

  private static Prompts prompts(Engine engine, StateDict golden, String name) {
    String in = "case." + name + ".";
    boolean points = golden.contains(in + "points");
    Optional<float[]> boxes =
        golden.contains(in + "boxes")
            ? Optional.of(places(golden, in + "boxes"))
            : Optional.empty();
    int size = (int) golden.get(in + "quality").size(0);
    float[] labels = points ? golden.get(in + "labels").toFloatArray() : new float[0];
    int[] kinds = new int[labels.length];
    for (int i = 0; i < kinds.length; i++) {
      kinds[i] = Math.round(labels[i]);
    }
    return new Prompts(
        new int[size],
        points ? places(golden, in + "points") : new float[0],
        kinds,
        kinds.length / size,
        boxes,
        golden.find(in + "mask").map(mask -> GoldenFile.tensor(engine, mask)));
  }
}
