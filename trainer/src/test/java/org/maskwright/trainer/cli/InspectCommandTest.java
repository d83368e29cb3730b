package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;

class InspectCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Maskwright.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  @Test
  void zooModelsAreSummed() {
    assertEquals(0, run("inspect", "model", "mask2former-r50", "--size", "64x64"));
    assertTrue(out.toString().contains("44,036,998 parameters"), out::toString);
  }

  @Test
  void unknownModelsAndSizesAreUsageErrors() {
    assertEquals(2, run("inspect", "model", "no-such-model"));
    assertTrue(err.toString().contains("mask2former-r50"), err::toString);
    assertEquals(2, run("inspect", "model", "mask2former-r50", "--size", "0x5"));
  }

  @Test
  void outputsAreThoseOfTheModelForEveryLayer() throws Exception {
    ClassSpace space = ClassSpace.ofSize(2);
    float[] pixels = new float[3 * 40 * 33];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.sin(i);
    }
    float[] expected;
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get("mask2former-tiny"), space);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      ModelFile file =
          new ModelFile(
              model.config(),
              space.classes(),
              64,
              64,
              List.of(1.0, 2.0, 3.0),
              List.of(1.0, 1.0, 1.0),
              "");
      ModelFolder.write(folder, file, model);
      Outputs predictions = model.forwardUnpadded(engine.floats(pixels, 1, 3, 40, 33));
      expected = predictions.auxiliary().get(1).maskLogits().toFloats();
    }
    Path input = folder.resolve("in.safetensors");
    Path output = folder.resolve("out.safetensors");
    Safetensors.write(
        input, StateDict.of(Map.of("pixel_values", HostTensor.ofFloats(pixels, 1, 3, 40, 33))));
    int code =
        run(
            "inspect",
            "outputs",
            folder.toString(),
            "--input",
            input.toString(),
            "--out",
            output.toString());
    assertEquals(0, code, err::toString);
    StateDict written = Safetensors.read(output);
    assertTrue(written.get("class_logits").hasShape(1, 20, 3));
    assertTrue(written.get("mask_logits").hasShape(1, 20, 10, 9));
    float[] actual = written.get("aux_mask_logits.1").toFloatArray();
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-5 * Math.max(1, Math.abs(expected[i])));
    }
  }
}
