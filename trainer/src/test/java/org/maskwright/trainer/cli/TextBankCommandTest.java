package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.TextCheckpoints;
import org.maskwright.modelzoo.text.TextSizes;
import org.maskwright.modelzoo.text.TextTransformer;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

final class TextBankCommandTest {
  private static final int WIDTH = 8;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir static Path clip;
  @TempDir Path folder;

  @BeforeAll
  static void writeClip() throws Exception {
    TextSizes sizes =
        new TextSizes(49_408, 77, 16, 1, 2, 24, WIDTH, VitActivation.QUICK_GELU, 1e-5);
    Map<String, HostTensor> state = new LinkedHashMap<>();
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"));
        TextTransformer text = new TextTransformer(engine, sizes)) {
      text.state()
          .forEach(
              (name, parameter) ->
                  state.put(
                      name, HostTensor.ofFloats(parameter.tensor().toFloats(), parameter.shape())));
    }
    Map<String, HostTensor> theirs =
        new LinkedHashMap<>(TextCheckpoints.HUGGING_FACE.export(StateDict.of(state)).asMap());
    theirs.put("logit_scale", HostTensor.ofFloats(new float[] {(float) Math.log(100)}));
    theirs.put("vision_model.anything", HostTensor.ofFloats(new float[1], 1));
    Safetensors.write(clip.resolve("model.safetensors"), StateDict.of(theirs));
    Files.writeString(
        clip.resolve("config.json"),
        "{\"model_type\": \"clip\", \"text_config\": {\"num_attention_heads\": 2}}");
  }

  @BeforeEach
  void writeClasses() throws Exception {
    Files.writeString(folder.resolve("classes.txt"), "cat|kitty\ndog\nCat\nfire hydrant\n");
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  private int make(String classes, String... more) {
    String[] few = {
      "text-bank",
      "--classes",
      folder.resolve(classes).toString(),
      "--model",
      clip.toString(),
      "--out",
      folder.resolve("bank.safetensors").toString()
    };
    String[] args = new String[few.length + more.length];
    System.arraycopy(few, 0, args, 0, few.length);
    System.arraycopy(more, 0, args, few.length, more.length);
    return run(args);
  }

  @Test
  void bankIsMadeAndWeighed() {
    assertEquals(0, make("classes.txt"), err::toString);
    TextBank bank = TextBank.read(folder.resolve("bank.safetensors"));
    assertEquals(5, bank.words().size());
    assertEquals(14, bank.templates().size());
    assertEquals(WIDTH, bank.width());
    assertEquals(100, bank.logitScale().orElseThrow(), 1e-3);
    assertTrue(bank.provenance().containsKey("date"));
    assertTrue(out.toString().contains("1.000  cat | Cat"), out::toString);
    assertTrue(err.toString().contains("hardly told apart"), err::toString);
    assertEquals(2, make("classes.txt"), err::toString); // nothing is overwritten

    Random random = new Random(1);
    float[] images = new float[30 * WIDTH];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    Path embeddings = folder.resolve("images.safetensors");
    Safetensors.write(
        embeddings, StateDict.of(Map.of("embeddings", HostTensor.ofFloats(images, 30, WIDTH))));
    String source = folder.resolve("bank.safetensors").toString();
    assertEquals(
        0, run("text-bank", "weigh", source, "--images", embeddings.toString()), err::toString);
    assertTrue(out.toString().contains("There is a medium {} in the scene."), out::toString);
    TextBank weighed = TextBank.read(folder.resolve("bank-weighted.safetensors"));
    float sum = 0;
    for (float weight : weighed.templateWeights().orElseThrow()) {
      sum += weight;
    }
    assertEquals(1, sum, 1e-5);
    assertEquals(
        2,
        run(
            "text-bank",
            "weigh",
            source,
            "--images",
            embeddings.toString(),
            "--threshold",
            "1e9",
            "--out",
            folder.resolve("other.safetensors").toString()));
    assertTrue(err.toString().contains("--threshold: no template of 14"), err::toString);
  }

  @Test
  void wrongWishesSayWhatToDo() throws Exception {
    assertEquals(2, run("text-bank"));
    assertTrue(err.toString().contains("expected --classes FILE"), err::toString);
    assertEquals(4, make("missing.txt"));
    assertEquals(4, make("classes.txt", "--templates", "imagent"));
    assertTrue(err.toString().contains("did you mean imagenet"), err::toString);
    assertEquals(2, make("classes.txt", "--activation", "relu"));
    assertEquals(6, make("classes.txt", "--activation", "gelu"));
    Files.writeString(folder.resolve("twice.txt"), "cat\ncat\n");
    assertEquals(4, make("twice.txt"));
    assertTrue(err.toString().contains("line 2: the class \"cat\""), err::toString);
    Files.writeString(folder.resolve("long.txt"), "cat\n" + "dog ".repeat(90) + "\n");
    assertEquals(0, make("long.txt", "--templates", "photo"), err::toString);
    assertTrue(err.toString().contains("does not fit into the encoder's 77 tokens"), err::toString);
  }
}
