package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;

/** A model folder from elsewhere: every command that opens it makes the same checks. */
final class HostileModelTest {
  @TempDir private Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path model;
  private Path photo;
  private Path pixels;

  private int run(Object... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Maskwright.run(
        new PrintWriter(out),
        new PrintWriter(err),
        java.util.Arrays.stream(args).map(Object::toString).toArray(String[]::new));
  }

  @BeforeEach
  void writeAModel() throws IOException {
    model = Files.createDirectories(temp.resolve("model"));
    ClassSpace classes = ClassSpace.ofSize(3);
    ModelFile file =
        ModelFile.of(
            Variants.get("mask2former-tiny"), classes, 64, 64, Normalization.IMAGENET, "mine");
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
        SegmentationModel built = SegmentationModels.build(engine, file.model(), classes)) {
      ModelFolder.write(model, file, built);
    }
    photo = temp.resolve("photo.png");
    var image = new java.awt.image.BufferedImage(64, 64, java.awt.image.BufferedImage.TYPE_INT_RGB);
    javax.imageio.ImageIO.write(image, "png", photo.toFile());
    pixels = temp.resolve("pixels.safetensors");
    Safetensors.write(
        pixels,
        StateDict.of(
            Map.of("pixel_values", HostTensor.ofFloats(new float[3 * 64 * 64], 1, 3, 64, 64))));
  }

  /** Each command that opens a model folder, with the code it ended with. */
  private Map<String, Integer> codes() {
    Map<String, Integer> codes = new LinkedHashMap<>();
    Path made = temp.resolve("made");
    codes.put("predict", run("predict", model, photo, "--out", made.resolve("p"), "--device=cpu"));
    codes.put("inspect", run("inspect", "model", model, "--size", "64"));
    codes.put(
        "outputs", run("inspect", "outputs", model, "--input", pixels, "--out", made.resolve("o")));
    codes.put("export", run("export", model, "--to", "official", "--out", made.resolve("e")));
    return codes;
  }

  private void assertAll(int code) {
    codes().forEach((command, got) -> assertEquals(code, got, () -> command + "\n" + err));
  }

  private void change(float value) {
    Map<String, HostTensor> tensors =
        new LinkedHashMap<>(Safetensors.read(model.resolve(ModelFolder.WEIGHTS)).asMap());
    String key = tensors.keySet().iterator().next();
    float[] values = tensors.get(key).toFloatArray();
    values[values.length / 2] = value;
    tensors.put(key, HostTensor.ofFloats(values, tensors.get(key).shape()));
    Safetensors.write(model.resolve(ModelFolder.WEIGHTS), StateDict.of(tensors));
  }

  private void writeSums() throws Exception {
    Process sums =
        new ProcessBuilder("sha256sum", ModelFolder.SETTINGS, ModelFolder.WEIGHTS)
            .directory(model.toFile())
            .redirectOutput(model.resolve("SHA256SUMS").toFile())
            .start();
    assertEquals(0, sums.waitFor());
  }

  @Test
  void aWholeModelIsOpenedWithAndWithoutChecksums() throws Exception {
    assertAll(0);
    writeSums();
    org.maskwright.trainer.checkpoint.ModelFolder.verify(model);
    try (Engine engine = Engine.shapesOnly()) {
      assertEquals(3, ModelFolder.describe(model).classes().size(), engine.description());
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void weightsThatAreNotFiniteAreRefusedByEveryCommand(float value) {
    change(value);
    assertAll(6);
    assertTrue(err.toString().contains("expected finite values"), err.toString());
    assertTrue(err.toString().contains(": 1 of "), err.toString());
  }

  @Test
  void aFlippedBitBesideChecksumsIsFoundByEveryCommand() throws Exception {
    writeSums();
    Path weights = model.resolve(ModelFolder.WEIGHTS);
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 5] ^= 1;
    Files.write(weights, bytes);
    assertAll(6);
    assertTrue(err.toString().contains("SHA-256"), err.toString());
    assertThrows(CheckpointException.class, () -> ModelFolder.verify(model));
  }

  @Test
  void aChangedDescriptionBesideChecksumsIsFoundAndSaysHowToRenewThem() throws Exception {
    writeSums();
    Path settings = model.resolve(ModelFolder.SETTINGS);
    Files.writeString(settings, Files.readString(settings).replace("mine", "yours"));
    assertAll(6);
    assertTrue(err.toString().contains("sha256sum model.conf"), err.toString());
    writeSums();
    assertEquals(0, run("inspect", "model", model, "--size", "64"), err::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "include url(\"http://127.0.0.1:9/x.conf\")\n",
        "include \"secret.conf\"\n",
        "licence = ${HOME}\n",
        "a0 = xx\na1 = ${a0}${a0}\n",
        "b = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
      })
  void aDescriptionThatIsMoreThanValuesIsRefusedByEveryCommand(String more) throws IOException {
    Files.writeString(temp.resolve("secret.conf"), "secret-key = 1");
    Path settings = model.resolve(ModelFolder.SETTINGS);
    Files.writeString(settings, Files.readString(settings) + "\n" + more);
    assertAll(6);
    assertTrue(err.toString().contains("model.conf"), err.toString());
    assertFalse(err.toString().contains("secret-key"), err.toString());
  }

  @Test
  void aKeyThatIsMissingIsNamed() throws IOException {
    Path settings = model.resolve(ModelFolder.SETTINGS);
    String text = Files.readString(settings);
    assertTrue(text.contains("short-edge=64"), text);
    Files.writeString(settings, text.replace("short-edge=64", ""));
    assertAll(6);
    assertTrue(err.toString().contains("short-edge: missing"), err.toString());
  }

  @Test
  void whatAnEngineCannotDoIsAMistakeInTheConfiguration() {
    for (List<String> wrong :
        List.of(
            List.of("--backend", "foo"),
            List.of("--device", "cuda:99"),
            List.of("--device", "toaster"))) {
      int code =
          run("predict", model, photo, "--out", temp.resolve("p"), wrong.get(0), wrong.get(1));
      assertEquals(3, code, () -> wrong + "\n" + err);
      assertTrue(err.toString().contains(wrong.get(1)), err.toString());
      assertFalse(err.toString().contains("Exception"), err.toString());
    }
    assertEquals(2, run("predict", model, photo, "--out", temp.resolve("p"), "--threads", "-1"));
    assertTrue(err.toString().contains("--threads: expected 0 to"), err.toString());
  }

  @Test
  void aPipeIsRefusedNotWaitedFor() throws Exception {
    Path pipe = temp.resolve("pipe.png");
    if (new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0) {
      assertEquals(4, run("predict", model, pipe, "--out", temp.resolve("p"), "--device=cpu"));
      assertTrue(err.toString().contains("pipe"), err.toString());
      assertEquals(6, run("import", pipe, "--out", temp.resolve("i")));
      assertTrue(err.toString().contains("pipe"), err.toString());
    }
  }
}
