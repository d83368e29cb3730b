package org.maskwright.trainer.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.RgbImage;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.prompt.PromptDecoder;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * A photograph of odd sides from its pixels to masks of its size, against Transformers' SamModel
 * and post-processing behind PIL's resizing, which is the official code's; make_sam.py of the model
 * zoo made the file. The tolerance is float32 rounding: 1e-4 of the largest value; a pixel may
 * differ where the reference's logit is that near to 0.
 */
class PromptPictureParityTest {
  private static final double TOLERANCE = 1e-4;

  @TempDir private Path folder;

  private static StateDict golden() throws Exception {
    return Safetensors.read(
        Path.of(PromptPictureParityTest.class.getResource("sam-picture.safetensors").toURI()));
  }

  private static RgbImage picture(StateDict golden) {
    HostTensor stored = golden.get("picture");
    float[] values = stored.toFloatArray();
    byte[] rgb = new byte[values.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) Math.round(values[i]);
    }
    return new RgbImage((int) stored.size(1), (int) stored.size(0), rgb);
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void aPictureOfOddSidesHasTheMasksOfTheReference(String backend) throws Exception {
    StateDict golden = golden();
    Map<String, HostTensor> state = new LinkedHashMap<>();
    golden
        .asMap()
        .forEach(
            (key, value) -> {
              if (key.startsWith("state.")) {
                state.put(key.substring("state.".length()), value);
              }
            });
    Path weights = folder.resolve("reference.safetensors");
    Safetensors.write(weights, StateDict.of(state));
    List<Click> clicks = List.of(new Click(12, 30, true), new Click(41.5, 3, false));
    PromptBox box = new PromptBox(4, 2, 37, 33);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        SegmentationModel model =
            SegmentationModels.build(engine, TinySam.config(), ClassSpace.OBJECT)) {
      assertTrue(model.load(WeightImport.read(weights), LoadPolicy.strict()).isExact());
      try (PromptPredictor predictor =
              PromptPredictor.of(model, Normalization.IMAGENET, TinySam.SIDE, TinySam.SIDE);
          EncodedPicture encoded = predictor.encode(picture(golden))) {
        assertAnswer(
            golden, "point", encoded.decode(List.of(Prompt.ofPoints(clicks.subList(0, 1)))));
        assertAnswer(
            golden,
            "points-box",
            encoded.decode(List.of(new Prompt(clicks, Optional.of(box), Optional.empty()))));
      }
    }
  }

  private static void assertAnswer(StateDict golden, String name, PromptLogits said) {
    float[] logits = golden.get(name + ".logits").toFloatArray();
    double largest = largest(logits);
    for (int i = 0; i < logits.length; i++) {
      assertEquals(logits[i], said.masks()[i], TOLERANCE * largest, name + " at " + i);
    }
    float[] quality = golden.get(name + ".quality").toFloatArray();
    float[] masks = golden.get(name + ".masks").toFloatArray();
    int pixels = masks.length / PromptDecoder.MASKS;
    for (int which = 0; which < PromptDecoder.MASKS; which++) {
      assertEquals(quality[which], said.quality(0, which), TOLERANCE * largest(quality));
      byte[] mask = said.mask(0, which, 0).toBitmap();
      for (int i = 0; i < pixels; i++) {
        float expected = masks[which * pixels + i];
        if (Math.abs(expected) > TOLERANCE * largest) {
          assertEquals(expected > 0 ? 1 : 0, mask[i], name + ", mask " + which + " at " + i);
        }
      }
    }
  }

  private static double largest(float[] values) {
    double out = 0;
    for (float value : values) {
      out = Math.max(out, Math.abs(value));
    }
    return out;
  }
}
