package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.TextCheckpoints;
import org.maskwright.modelzoo.text.TextSizes;
import org.maskwright.modelzoo.text.TextTransformer;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

final class TextBankCommandTest {
  private static final int WIDTH = 8;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir static Path clip;
  @TempDir Path folder;

  /** A whole CLIP under OpenAI's names, with an image encoder of pictures of 8 x 8 pixels. */
  @BeforeAll
  static void writeClip() throws Exception {
    TextSizes sizes =
        new TextSizes(49_408, 77, 16, 1, 2, 24, WIDTH, VitActivation.QUICK_GELU, 1e-5);
    VitPart.Settings images =
        new VitPart.Settings(
                VitFamily.CLIP,
                4,
                64,
                1,
                1,
                64,
                VitActivation.QUICK_GELU,
                false,
                2,
                0,
                0,
                0,
                List.of(),
                0,
                0,
                256,
                0,
                false)
            .withWordWidth(WIDTH);
    Map<String, HostTensor> all = new LinkedHashMap<>();
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"));
        Backbone backbone = SegmentationModels.backbone(engine, images);
        TextTransformer text = new TextTransformer(engine, sizes)) {
      CheckpointFamily openClip =
          new VitPart()
              .families().stream()
                  .filter(family -> family.title().contains("(OpenCLIP)"))
                  .findFirst()
                  .orElseThrow();
      all.putAll(openClip.export(state("backbone.", backbone.encoder().state())).asMap());
      all.putAll(TextCheckpoints.OPENAI.export(state("", text.state())).asMap());
    }
    all.put("logit_scale", HostTensor.ofFloats(new float[] {(float) Math.log(100)}));
    Safetensors.write(clip.resolve("model.safetensors"), StateDict.of(all));
    Files.writeString(
        clip.resolve("open_clip_config.json"),
        "{\"model_cfg\": {\"quick_gelu\": true, \"text_cfg\": {\"heads\": 2}}}");
  }

  private static StateDict state(String prefix, Map<String, Parameter> parameters) {
    Map<String, HostTensor> state = new LinkedHashMap<>();
    parameters.forEach(
        (name, parameter) ->
            state.put(
                prefix + name,
                HostTensor.ofFloats(parameter.tensor().toFloats(), parameter.shape())));
    return StateDict.of(state);
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
    assertEquals("vild", bank.provenance().get("templates"));
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
  void photographsAreEmbeddedByTheSameClip() throws Exception {
    assertEquals(0, make("classes.txt"), err::toString);
    String source = folder.resolve("bank.safetensors").toString();
    Path photographs = Files.createDirectory(folder.resolve("photographs"));
    Random random = new Random(2);
    for (int n = 0; n < 3; n++) {
      BufferedImage image = new BufferedImage(14, 11 + n, BufferedImage.TYPE_INT_RGB);
      for (int i = 0; i < 14 * (11 + n); i++) {
        image.setRGB(i % 14, i / 14, random.nextInt());
      }
      ImageIO.write(image, "png", photographs.resolve(n + ".png").toFile());
    }
    String[] weigh = {"text-bank", "weigh", source, "--images", photographs.toString()};
    assertEquals(2, run(weigh));
    assertTrue(err.toString().contains("expected --model CLIP too"), err::toString);
    String[] whole = Arrays.copyOf(weigh, weigh.length + 2);
    whole[weigh.length] = "--model";
    whole[weigh.length + 1] = clip.toString();
    assertEquals(0, run(whole), err::toString);
    TextBank weighed = TextBank.read(folder.resolve("bank-weighted.safetensors"));
    assertEquals("photographs, 3 photographs", weighed.provenance().get("weighed with"));
    // Of weights without settings the bank says the activation: its text encoder is of the same CLIP.
    Path bare = Files.createDirectory(folder.resolve("bare"));
    Files.copy(clip.resolve("model.safetensors"), bare.resolve("model.safetensors"));
    String[] other = Arrays.copyOf(whole, whole.length + 2);
    other[weigh.length + 1] = bare.toString();
    other[whole.length] = "--out";
    other[whole.length + 1] = folder.resolve("bare.safetensors").toString();
    assertEquals(0, run(other), err::toString);
    assertArrayEquals(
        weighed.templateWeights().orElseThrow(),
        TextBank.read(folder.resolve("bare.safetensors")).templateWeights().orElseThrow());
    assertEquals(14, weighed.templateWeights().orElseThrow().length);
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
