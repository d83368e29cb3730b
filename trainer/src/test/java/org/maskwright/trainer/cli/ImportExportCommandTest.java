package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.decoder.EomtPart;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.TokensPart;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TorchZipWriter;
import org.maskwright.modelzoo.weights.TrainedLoss;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.SettingsWriter;

final class ImportExportCommandTest {
  private static final String TINY = "mask2former-tiny";
  private static final int CLASSES = 5;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path official;

  @TempDir Path folder;

  @BeforeEach
  void writeAnOfficialFile() {
    official = folder.resolve("model_final.pth");
    TorchZipWriter.write(official, randomModel());
  }

  @Test
  void officialToOursToHuggingFaceAndBackKeepsEveryByteOfTheWeights() throws IOException {
    Path ours = folder.resolve("ours");
    Path hf = folder.resolve("hf");
    Path back = folder.resolve("back");
    assertEquals(0, run("import", official.toString(), "--out", ours.toString()), err::toString);
    assertEquals(
        0, run("export", ours.toString(), "--to", "hf", "--out", hf.toString()), err::toString);
    assertEquals(0, run("import", hf.toString(), "--out", back.toString()), err::toString);
    assertArrayEquals(
        Files.readAllBytes(ours.resolve(ModelFolder.WEIGHTS)),
        Files.readAllBytes(back.resolve(ModelFolder.WEIGHTS)));
    ModelFile file = ModelFolder.describe(back);
    assertEquals(Variants.get(TINY), file.model());
    assertEquals(CLASSES, file.classes().size());
    assertEquals(800, file.shortEdge());
    String report = Files.readString(ours.resolve("import.txt"));
    assertTrue(report.contains("source   model_final.pth"), report);
    assertFalse(report.contains("missing"), report);
  }

  @Test
  void theOfficialExportHoldsTheSameTensors() {
    Path ours = folder.resolve("ours");
    Path exported = folder.resolve("exported");
    assertEquals(0, run("import", official.toString(), "--out", ours.toString()), err::toString);
    assertEquals(
        0,
        run("export", ours.toString(), "--to", "official", "--out", exported.toString()),
        err::toString);
    ImportedWeights back = WeightImport.read(exported.resolve("model_final.pth"));
    StateDict first = WeightImport.read(official).state();
    assertEquals(first.keys(), back.state().keys());
    first
        .asMap()
        .forEach((key, tensor) -> assertTrue(tensor.contentEquals(back.state().get(key)), key));
    assertEquals("model_final.pth", back.provenance().source());
  }

  @Test
  void aBackboneFileStartsANamedModelWithFreshHeads() throws IOException {
    Map<String, HostTensor> backbone = new LinkedHashMap<>();
    randomModel()
        .asMap()
        .forEach(
            (key, tensor) -> {
              if (key.startsWith("backbone.")) {
                backbone.put(key.substring("backbone.".length()), tensor);
              }
            });
    Path file = folder.resolve("backbone.pth");
    TorchZipWriter.write(file, StateDict.of(backbone));
    Path ours = folder.resolve("ours");
    Path names = Files.writeString(folder.resolve("names.txt"), "cat\ndog\n\n");
    assertEquals(
        0,
        run(
            "import",
            file.toString(),
            "--model",
            TINY,
            "--classes",
            names.toString(),
            "--out",
            ours.toString()),
        err::toString);
    ModelFile model = ModelFolder.describe(ours);
    assertEquals("dog", model.classes().get(1).name());
    StateDict state = WeightImport.read(ours).state();
    backbone.forEach(
        (key, tensor) -> assertTrue(tensor.contentEquals(state.get("backbone." + key)), key));
    assertEquals(3, state.get("sem_seg_head.predictor.class_embed.weight").size(0));
  }

  @Test
  void stuffIsNamedByNameIndexOrRange() {
    Path ours = folder.resolve("ours");
    for (String wrong : new String[] {"sky", "5", "3-1", "2-7"}) {
      assertEquals(
          2, run("import", official.toString(), "--stuff", wrong, "--out", ours.toString()), wrong);
    }
    assertEquals(
        0,
        run("import", official.toString(), "--stuff", "0,2-3", "--out", ours.toString()),
        err::toString);
    ClassSpace classes = ModelFolder.describe(ours).classSpace();
    for (int i = 0; i < CLASSES; i++) {
      assertEquals(i == 1 || i == 4, classes.isThing(i), "class " + i);
    }
    assertTrue(out.toString().contains("2 things, 3 stuff"), out::toString);
  }

  @Test
  void hostileFilesAndForeignModelsAreCheckpointErrorsAndLeaveNothing() throws IOException {
    Path hostile = folder.resolve("hostile.pkl");
    Files.write(hostile, "cos\nsystem\n(S'id'\ntR.".getBytes(StandardCharsets.US_ASCII));
    Path ours = folder.resolve("ours");
    assertEquals(6, run("import", hostile.toString(), "--out", ours.toString()));
    assertTrue(err.toString().contains("'os.system'"), err::toString);
    assertEquals(
        6,
        run(
            "import",
            official.toString(),
            "--model",
            "mask2former-small",
            "--out",
            ours.toString()));
    assertFalse(Files.exists(ours));
  }

  @Test
  void anExportToHuggingFaceNamesTheLossOfTheTrainingAndBringsItBack() throws IOException {
    TrainedLoss loss =
        new TrainedLoss(
            6, 4, 3, 0.25, Optional.of(new TrainedLoss.Points(777, 2, 0.5)), Optional.empty());
    Path ours = ownModel(loss.toMetadata());
    Path hf = folder.resolve("hf");
    assertEquals(
        0, run("export", ours.toString(), "--to", "hf", "--out", hf.toString()), err::toString);
    Config json = ConfigFactory.parseFile(hf.resolve("config.json").toFile());
    assertEquals(6, json.getDouble("class_weight"));
    assertEquals(4, json.getDouble("mask_weight"));
    assertEquals(3, json.getDouble("dice_weight"));
    assertEquals(0.25, json.getDouble("no_object_weight"));
    assertEquals(777, json.getInt("train_num_points"));
    assertEquals(2, json.getDouble("oversample_ratio"));
    assertEquals(0.5, json.getDouble("importance_sample_ratio"));
    float[] weights =
        Safetensors.read(hf.resolve("model.safetensors"))
            .get("criterion.empty_weight")
            .toFloatArray();
    assertEquals(0.25f, weights[CLASSES]);
    Path back = folder.resolve("back");
    assertEquals(0, run("import", hf.toString(), "--out", back.toString()), err::toString);
    assertEquals(
        Optional.of(loss),
        TrainedLoss.from(Safetensors.read(back.resolve(ModelFolder.WEIGHTS)).metadata()));
  }

  @Test
  void aLossThatIsNotKnownIsLeftToHuggingFacesDefaultAndSaid() throws IOException {
    TrainedLoss other =
        new TrainedLoss(
            6, 4, 3, 0.25, Optional.empty(), Optional.of(new TrainedLoss.Focal(0.5, 1)));
    for (Map<String, String> metadata : List.of(Map.<String, String>of(), other.toMetadata())) {
      Path ours = ownModel(metadata);
      Path hf = folder.resolve("hf" + metadata.size());
      assertEquals(
          0, run("export", ours.toString(), "--to", "hf", "--out", hf.toString()), err::toString);
      String json = Files.readString(hf.resolve("config.json"));
      assertFalse(json.contains("class_weight") || json.contains("train_num_points"), json);
      assertTrue(out.toString().contains("leaves it to the defaults there"), out::toString);
    }
  }

  /** Transformers drops the metadata of weights that it saves, and keeps config.json's keys. */
  @Test
  void anOwnModelIsStillAnOwnModelAfterTransformersSavedIt() throws IOException {
    Path hf = folder.resolve("hf");
    Path ours = ownModel(Map.of());
    assertEquals(
        0, run("export", ours.toString(), "--to", "hf", "--out", hf.toString()), err::toString);
    Path weights = hf.resolve("model.safetensors");
    StateDict state = Safetensors.read(weights);
    Safetensors.write(weights, state.withMetadata(Map.of("format", "pt")));
    Path back = folder.resolve("back");
    assertEquals(0, run("import", hf.toString(), "--out", back.toString()), err::toString);
    assertEquals("my own", ModelFolder.describe(back).licence());
    String report = Files.readString(back.resolve("import.txt"));
    assertFalse(report.contains("CC BY-NC"), report);
  }

  @Test
  void aHuggingFaceFolderOfAnotherNetworkIsRefusedByTheKey() throws IOException {
    Path hf = folder.resolve("hf");
    assertEquals(
        0,
        run("export", ownModel(Map.of()).toString(), "--to", "hf", "--out", hf.toString()),
        err::toString);
    Path json = hf.resolve("config.json");
    Files.writeString(
        json, Files.readString(json).replace("\"pre_norm\" : false", "\"pre_norm\" : true"));
    Path back = folder.resolve("back");
    assertEquals(6, run("import", hf.toString(), "--out", back.toString()));
    assertTrue(err.toString().contains("pre_norm: expected false"), err::toString);
    assertFalse(Files.exists(back));
  }

  private Path ownModel(Map<String, String> metadata) throws IOException {
    Path ours = Files.createDirectories(folder.resolve("own" + metadata.size()));
    Safetensors.write(ours.resolve(ModelFolder.WEIGHTS), randomModel().withMetadata(metadata));
    ModelFile file =
        ModelFile.of(
            Variants.get(TINY),
            ClassSpace.ofSize(CLASSES),
            800,
            1333,
            Normalization.IMAGENET,
            "my own");
    Files.writeString(ours.resolve(ModelFolder.SETTINGS), SettingsWriter.render(file));
    return ours;
  }

  private static ModelConfig eomt() {
    VitPart.Settings encoder =
        new VitPart.Settings(
            VitFamily.DINOV3,
            16,
            32,
            2,
            1,
            32,
            VitActivation.GELU,
            false,
            0,
            1,
            0,
            List.of(),
            0,
            1,
            256,
            0,
            false);
    return new ModelConfig(
        32, 32, 32, encoder, new TokensPart.Settings(), new EomtPart.Settings(3));
  }

  /** Official files of EoMT with DINOv3 hold them; exported ones have the names and are whole. */
  @Test
  void differencesToOtherWeightsAreImportedWithThese() {
    StateDict state = randomModel(eomt());
    Path file = folder.resolve("differences.pth");
    TorchZipWriter.write(file, KnownFamilies.official(eomt(), state));
    Path ours = folder.resolve("ours");
    assertEquals(6, run("import", file.toString(), "--out", ours.toString()));
    assertTrue(err.toString().contains("--base FILE"), err::toString);
    assertFalse(Files.exists(ours));
    Map<String, HostTensor> encoder = new LinkedHashMap<>(state.asMap());
    encoder.keySet().removeIf(key -> !key.startsWith("backbone."));
    Path base = folder.resolve("base.safetensors");
    Safetensors.write(base, StateDict.of(encoder));
    assertEquals(
        0,
        run("import", file.toString(), "--base", base.toString(), "--out", ours.toString()),
        err::toString);
    Path whole = folder.resolve("whole");
    assertEquals(
        0,
        run("import", file.toString(), "--base", "none", "--out", whole.toString()),
        err::toString);
    for (String key : List.of("backbone.norm.weight", "sem_seg_head.predictor.class_embed.bias")) {
      float[] values = state.get(key).toFloatArray();
      assertArrayEquals(values, ModelFolder.weights(whole).get(key).toFloatArray(), key);
      for (int i = 0; key.startsWith("backbone.") && i < values.length; i++) {
        values[i] *= 2;
      }
      assertArrayEquals(values, ModelFolder.weights(ours).get(key).toFloatArray(), key);
    }
    assertEquals(eomt(), ModelFolder.describe(ours).model());
    assertEquals(
        6,
        run(
            "import",
            official.toString(),
            "--base",
            base.toString(),
            "--out",
            folder.resolve("other").toString()));
    assertTrue(err.toString().contains("whole weights"), err::toString);
    Path exported = folder.resolve("exported");
    assertEquals(
        0,
        run("export", whole.toString(), "--to", "official", "--out", exported.toString()),
        err::toString);
    assertTrue(
        WeightImport.readAsWhole(exported.resolve("model_final.pth"))
            .state()
            .get("backbone.norm.weight")
            .contentEquals(state.get("backbone.norm.weight")));
  }

  @Test
  void aFolderWithFilesIsNotOverwritten() throws IOException {
    Path ours = Files.createDirectories(folder.resolve("ours"));
    Files.writeString(ours.resolve("mine.txt"), "mine");
    assertEquals(2, run("import", official.toString(), "--out", ours.toString()));
    assertEquals(2, run("export", folder.toString(), "--to", "official", "--out", ours.toString()));
    assertTrue(err.toString().contains("has files"), err::toString);
  }

  private int run(String... args) {
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  private static StateDict randomModel() {
    return randomModel(Variants.get(TINY));
  }

  private static StateDict randomModel(ModelConfig config) {
    Random random = new Random(1);
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, config, ClassSpace.ofSize(CLASSES))) {
      model
          .state()
          .forEach(
              (name, parameter) -> {
                long count = 1;
                for (long length : parameter.shape()) {
                  count *= length;
                }
                float[] values = new float[(int) count];
                for (int i = 0; i < values.length; i++) {
                  values[i] = random.nextFloat() + 0.5f;
                }
                tensors.put(name, HostTensor.ofFloats(values, parameter.shape()));
              });
    }
    return StateDict.of(tensors);
  }
}
