package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;

/** A head on a frozen encoder: trained, kept, found together again. */
class FrozenEncoderIT {
  /** Patches of 8 pixels, two blocks; of EoMT the second is the decoder's. */
  private static final String VIT =
      """
      model.size-divisibility = 32
      model.backbone { type = vit, vit { family = mae, patch = 8, width = 32, depth = 2, heads = 2, mlp-dim = 64, grid = 8, registers = 0, map-channels = 32, drop-path = 0.2 } }
      """;

  private static final String EOMT =
      VIT
          + """
          model.backbone.vit.held-back = 1
          model.pixel-decoder.type = tokens
          model.decoder { type = eomt, eomt.queries = 8 }
          """;

  private static final String HEAD_BIAS = "sem_seg_head.predictor.class_embed.bias";
  private static final String RESNET = "model.backbone.resnet.norm = batch";

  private static final String GRID =
      "augment { type = grid, grid { short-edge = 80, max-size = 80, height = 64, width = 64 } }";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path encoder;

  @TempDir private static Path encoders;
  @TempDir private Path temp;

  private static final class Run {
    private final Path folder;
    private final String said;

    Run(Path folder, String said) {
      this.folder = folder;
      this.said = said;
    }

    Path last() {
      return folder.resolve("checkpoints/last");
    }
  }

  private Run train(String name, String... more) throws IOException {
    StringWriter said = new StringWriter();
    Path folder = temp.resolve(name);
    ConfigFile config = ConfigFile.load(TinyRun.write(temp, String.join("\n", more)), List.of());
    Console console = new Console(new PrintWriter(said, true), false);
    TrainingRun.start(folder, config, console, List.of(), () -> false);
    return new Run(folder, said.toString());
  }

  private static String frozen(String type, Path weights) {
    return "init { backbone = \"%s\", frozen-encoder.type = %s }".formatted(weights, type);
  }

  private int run(String... args) {
    return Maskwright.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  /** A model whose backbone the others take, trained once. */
  private static Path encoder(String model) throws IOException {
    Path run = encoders.resolve("run" + model.hashCode());
    if (!Files.exists(run)) {
      String more =
          String.join(
              "\n",
              model,
              "train.steps = 1",
              "eval.tasks = [semantic]",
              "eval.best = semantic.mIoU");
      ConfigFile config = ConfigFile.load(TinyRun.write(encoders, more), List.of());
      Console silent = new Console(new PrintWriter(new StringWriter()), false);
      TrainingRun.start(run, config, silent, List.of(), () -> false);
    }
    return run.resolve("checkpoints/last").toRealPath();
  }

  @BeforeEach
  void theEncoderOfMost() throws IOException {
    encoder = encoder(VIT);
  }

  private String disk() {
    return "init.frozen-encoder.disk.folder = \"" + temp.resolve("features") + "\"";
  }

  private long files() throws IOException {
    try (Stream<Path> all = Files.walk(temp.resolve("features"))) {
      return all.filter(Files::isRegularFile).count();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {VIT, EOMT, RESNET})
  void trainingWithKeptFeaturesIsTrainingWithoutThemToTheLastDigit(String model)
      throws IOException {
    Path weights = encoder(model);
    String evaluated = "eval.every = 3";
    Run compute = train("compute", model, GRID, evaluated, frozen("compute", weights));
    Run memory = train("memory", model, GRID, evaluated, frozen("memory", weights));
    Run disk = train("disk", model, GRID, evaluated, frozen("disk", weights), disk());
    long files = files();
    Run again = train("again", model, GRID, evaluated, frozen("disk", weights), disk());
    assertEquals(files, files(), "the second run has all from the first one's files");
    for (Run other : List.of(memory, disk, again)) {
      assertEquals(TinyRun.losses(compute.folder), TinyRun.losses(other.folder), model);
      assertArrayEquals(
          Files.readAllBytes(compute.last().resolve(ModelFolder.WEIGHTS)),
          Files.readAllBytes(other.last().resolve(ModelFolder.WEIGHTS)));
    }
    assertTrue(memory.said.contains("encoder: frozen"), memory.said);
    assertTrue(memory.said.contains(weights.toString()), memory.said);
  }

  /** Where nothing in it is random and no statistics move, a batch has one picture. */
  @Test
  void itIsTrainingWithFrozenParameters() throws IOException {
    String still = "model.backbone.resnet.norm = frozen\ntrain.batch-size = 1\n";
    String from = still + "init.backbone = \"" + encoder(still) + "\"";
    Run parameters = train("parameters", from, "init.freeze = [backbone]");
    Run whole = train("whole", from, "init.frozen-encoder.type = compute");
    assertEquals(TinyRun.losses(parameters.folder), TinyRun.losses(whole.folder));
  }

  @Test
  void aCheckpointIsTheHeadAloneAndAllOfItWithItsEncoder() throws IOException {
    Run run = train("head", VIT, GRID, frozen("memory", encoder), "optimizer.ema-decay = 0.5");
    Path last = run.last().toRealPath();
    for (String file : List.of(ModelFolder.WEIGHTS, "raw.safetensors")) {
      Set<String> keys = Safetensors.read(last.resolve(file)).keys();
      assertTrue(keys.stream().noneMatch(k -> k.startsWith("backbone.blocks.")), keys::toString);
      assertTrue(keys.stream().anyMatch(k -> k.startsWith("backbone.simfp_")), keys::toString);
    }
    StateDict whole = ModelFolder.weights(last);
    StateDict origin = ModelFolder.weights(encoder);
    assertEquals(origin.keys(), whole.keys());
    for (String key : whole.keys()) {
      if (key.matches("backbone\\.(?!simfp_).*")) {
        assertTrue(whole.get(key).contentEquals(origin.get(key)), key);
      }
    }
    for (String learnt : List.of(HEAD_BIAS, "backbone.simfp_2.0.weight")) {
      assertFalse(whole.get(learnt).contentEquals(origin.get(learnt)), learnt);
    }
    Path photo = temp.resolve("scenes/images/val");
    assertEquals(
        0,
        run("predict", last.toString(), photo.toString(), "--out", temp + "/predicted"),
        err::toString);
    assertEquals(0, run("inspect", "model", last.toString()), err::toString);
    assertEquals(
        0,
        run("export", last.toString(), "--to", "official", "--out", temp + "/exported"),
        err::toString);
    assertEquals(0, run("eval", last.toString()), err::toString);
  }

  @Test
  void aResumedRunEndsWithTheBitsOfOneNeverStopped() throws IOException {
    String[] more = {VIT, GRID, frozen("memory", encoder), "optimizer.ema-decay = 0.5"};
    Run whole = train("unbroken", more);
    Path parts = temp.resolve("parts");
    ConfigFile config = ConfigFile.load(TinyRun.write(temp, String.join("\n", more)), List.of());
    AtomicInteger asked = new AtomicInteger();
    Console console = new Console(new PrintWriter(out), false);
    TrainingRun.start(parts, config, console, List.of(), () -> asked.incrementAndGet() == 3);
    TrainingRun.resume(parts, console, List.of(), () -> false);
    assertEquals(TinyRun.losses(whole.folder), TinyRun.losses(parts));
    for (String file : List.of(ModelFolder.WEIGHTS, "raw.safetensors", ModelFolder.ENCODER)) {
      assertArrayEquals(
          Files.readAllBytes(whole.last().resolve(file)),
          Files.readAllBytes(parts.resolve("checkpoints/last").resolve(file)),
          file);
    }
  }

  /** The encoder's folder, with one weight changed. */
  private Path changed(String name) throws IOException {
    Path folder = Files.createDirectories(temp.resolve(name));
    Map<String, HostTensor> values = new LinkedHashMap<>(ModelFolder.weights(encoder).asMap());
    HostTensor bias = values.get("backbone.norm.bias");
    float[] other = bias.toFloatArray();
    other[0] = Math.nextUp(other[0]);
    values.put("backbone.norm.bias", HostTensor.ofFloats(other, bias.shape()));
    Safetensors.write(folder.resolve(ModelFolder.WEIGHTS), StateDict.of(values));
    Files.copy(encoder.resolve(ModelFolder.SETTINGS), folder.resolve(ModelFolder.SETTINGS));
    return folder;
  }

  @Test
  void anotherEncoderIsRefusedAndOneBesideTheFolderIsFound() throws IOException {
    Path moving = changed("moving");
    Run run = train("moved", VIT, GRID, frozen("memory", moving), "train.checkpoint-every = 6");
    Path last = run.last().toRealPath();
    StateDict before = ModelFolder.weights(last);
    Path kept = temp.resolve("kept");
    Files.move(moving, kept);
    String gone =
        assertThrows(CheckpointException.class, () -> ModelFolder.weights(last)).getMessage();
    assertTrue(gone.contains(moving.toString()) && gone.contains("no such file"), gone);
    Files.move(kept, run.folder.resolve("moving"));
    assertEquals(before.keys(), ModelFolder.weights(last).keys());
    Files.move(run.folder.resolve("moving"), kept);
    copy(encoder, moving);
    String other =
        assertThrows(CheckpointException.class, () -> ModelFolder.weights(last)).getMessage();
    assertTrue(other.contains("fingerprint"), other);
    assertTrue(other.contains(ModelFolder.encoder(last).orElseThrow().fingerprint()), other);
    assertEquals(
        6, run("predict", last.toString(), temp + "/scenes/images/val", "--out", temp + "/p"));
    Console console = new Console(new PrintWriter(out), false);
    String resumed =
        assertThrows(
                CheckpointException.class,
                () -> TrainingRun.resume(run.folder, console, List.of(), () -> false))
            .getMessage();
    assertTrue(resumed.contains("put the encoder back"), resumed);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (String file : List.of(ModelFolder.WEIGHTS, ModelFolder.SETTINGS)) {
      Files.copy(from.resolve(file), to.resolve(file));
    }
  }

  /** A whole training may start from a head, and so may another head. */
  @Test
  void aHeadStartsFurtherTrainings() throws IOException {
    Run head = train("first", VIT, GRID, frozen("memory", encoder));
    Path last = head.last().toRealPath();
    String from = "init.model = \"" + last + "\"";
    Run whole = train("whole", VIT, from, "train.steps = 1");
    assertTrue(ModelFolder.encoder(whole.last()).isEmpty());
    Run second =
        train("second", VIT, from, "init.frozen-encoder.type = compute", "train.steps = 1");
    assertEquals(ModelFolder.encoder(last), ModelFolder.encoder(second.last()));
    assertNotEquals(
        Safetensors.read(last.resolve(ModelFolder.WEIGHTS)).get(HEAD_BIAS).toFloatArray()[0],
        ModelFolder.weights(second.last()).get(HEAD_BIAS).toFloatArray()[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"augment.type = lsj", "augment.type = crop"})
  void augmentationsThatNeverRepeatAreRefusedWhereFeaturesAreKept(String augment) {
    for (String type : List.of("memory", "disk")) {
      String message =
          assertThrows(
                  ConfigException.class,
                  () -> train("refused", VIT, augment, frozen(type, encoder)))
              .getMessage();
      assertTrue(message.contains("augment.type = grid"), message);
      assertFalse(Files.exists(temp.resolve("refused")));
    }
  }

  @Test
  void anEncoderWithoutTrainedWeightsIsRefused() {
    String message =
        assertThrows(
                ConfigException.class,
                () -> train("random", VIT, "init.frozen-encoder.type = compute"))
            .getMessage();
    assertTrue(message.contains("init") && message.contains("backbone"), message);
  }
}
