package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.decoder.MaskedAttentionPart;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.DeformablePart;
import org.maskwright.modelzoo.pixeldecoder.FpnPart;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.SettingsWriter;

/**
 * One whole training step against Hugging Face transformers on PyTorch; make_gradients.py beside
 * the golden files made them.
 */
class InspectGradientsCommandTest {
  private static final double LOSS_TOLERANCE = 1e-5;

  /** Of a gradient's largest value, or of 1e-2 of the largest gradient: some are only rounding. */
  private static final double GRADIENT_TOLERANCE = 1e-4;

  private static final double ZERO_GRADIENT = 1e-2;

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  private static StateDict part(StateDict all, String prefix) {
    Map<String, HostTensor> of = new LinkedHashMap<>();
    all.asMap()
        .forEach(
            (name, value) -> {
              if (name.startsWith(prefix)) {
                of.put(name.substring(prefix.length()), value);
              }
            });
    return StateDict.of(of);
  }

  private static ModelConfig config(String fixture) {
    BackboneConfig backbone =
        new ResNetPart.Settings(
            ResNetPart.Block.BASIC,
            List.of(1, 1, 1, 1),
            4,
            ResNetPart.Stem.BASIC,
            ResNetPart.Norm.FROZEN,
            false);
    return fixture.equals("mask2former")
        ? new ModelConfig(
            32,
            32,
            1,
            backbone,
            new DeformablePart.Settings(1, 4, 4, 16, 0),
            new MaskedAttentionPart.Settings(5, 2, 4, 16))
        : new ModelConfig(
            32, 32, 1, backbone, new FpnPart.Settings(), new DetrPart.Settings(5, 2, 4, 16, 0));
  }

  /** Writes model folder and batch; returns the expected result. */
  private StateDict write(String fixture) throws Exception {
    StateDict golden =
        Safetensors.read(
            Path.of(
                InspectGradientsCommandTest.class
                    .getResource("gradients-" + fixture + ".safetensors")
                    .toURI()));
    ModelFile file =
        new ModelFile(
            config(fixture),
            ClassSpace.ofSize(4).classes(),
            64,
            64,
            List.of(0.0, 0.0, 0.0),
            List.of(1.0, 1.0, 1.0),
            "");
    Files.writeString(folder.resolve(ModelFolder.SETTINGS), SettingsWriter.render(file));
    Safetensors.write(folder.resolve(ModelFolder.WEIGHTS), part(golden, "state."));
    Safetensors.write(folder.resolve("batch.safetensors"), part(golden, "batch."));
    return part(golden, "result.");
  }

  @ParameterizedTest
  @CsvSource({
    "mask2former,torch",
    "maskformer,torch",
    "mask2former,nd4j",
    "maskformer,nd4j",
  })
  void lossesAndEveryGradientOfAStepEqualTheReference(String fixture, String backend)
      throws Exception {
    StateDict expected = write(fixture);
    Path result = folder.resolve("grads.safetensors");
    assertEquals(
        0,
        run(
            "inspect",
            "gradients",
            folder.toString(),
            "--input",
            folder.resolve("batch.safetensors").toString(),
            "--out",
            result.toString(),
            "--backend",
            backend,
            "--device",
            "cpu"),
        err::toString);
    StateDict got = Safetensors.read(result);
    double norm = expected.get("gradient_norm").toFloatArray()[0];
    assertEquals(norm, got.get("gradient_norm").toFloatArray()[0], GRADIENT_TOLERANCE * norm);
    List<String> wrong = new ArrayList<>();
    double largest = largest(expected);
    for (String key : expected.keys()) {
      float[] e = expected.get(key).toFloatArray();
      if (key.startsWith("loss.")) {
        assertEquals(e[0], got.get(key).toFloatArray()[0], LOSS_TOLERANCE * Math.max(1, e[0]), key);
      } else if (key.startsWith("grad.")) {
        double difference = difference(e, got.get(key), largest);
        if (!(difference <= GRADIENT_TOLERANCE)) {
          wrong.add(key + " differs by " + difference);
        }
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(
        got.keys().stream()
            .filter(k -> k.startsWith("grad."))
            .allMatch(
                k ->
                    expected.contains(k)
                        || isZero(got.get(k))), // parameters that the reference does not use
        "gradients that the reference does not have");
  }

  private static boolean isZero(HostTensor t) {
    for (float v : t.toFloatArray()) {
      if (v != 0) {
        return false;
      }
    }
    return true;
  }

  private static double largest(StateDict expected) {
    double out = 0;
    for (String key : expected.keys()) {
      if (key.startsWith("grad.")) {
        for (float v : expected.get(key).toFloatArray()) {
          out = Math.max(out, Math.abs(v));
        }
      }
    }
    return out;
  }

  /** The largest difference as a share of the gradient's own largest value. */
  private static double difference(float[] expected, HostTensor got, double largestOfAll) {
    float[] values = got.toFloatArray();
    double[] compared = new double[expected.length];
    if (values.length == expected.length) {
      for (int i = 0; i < values.length; i++) {
        compared[i] = values[i];
      }
    } else {
      for (int n = 0; n < values.length; n++) {
        compared[0] += values[n] * Math.cos(0.37 * n);
        compared[1] += values[n] * Math.sin(0.59 * n);
        compared[2] += (double) values[n] * values[n];
      }
      compared[2] = Math.sqrt(compared[2]);
    }
    double scale = ZERO_GRADIENT * largestOfAll;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      scale = Math.max(scale, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - compared[i]));
    }
    return difference / scale;
  }

  @Test
  void aBatchWithoutAKeyNamesItAndEndsWithCode6() throws Exception {
    write("mask2former");
    Path batch = folder.resolve("batch.safetensors");
    Map<String, HostTensor> less = new LinkedHashMap<>(Safetensors.read(batch).asMap());
    less.keySet().remove("class_labels.1");
    Path file = folder.resolve("less.safetensors");
    Safetensors.write(file, StateDict.of(less));
    int code =
        run(
            "inspect",
            "gradients",
            folder.toString(),
            "--input",
            file.toString(),
            "--out",
            folder.resolve("o").toString());
    assertEquals(6, code);
    assertTrue(err.toString().contains("class_labels.1: missing"), err.toString());
  }
}
