package org.maskwright.modelzoo.vit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.backbone.LayerNumbers;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.parity.GoldenFile;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.KeyTranslation;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/** Plain transformers as settings, sizes, names and laws; their values are compared elsewhere. */
class VitTest {
  private static final EngineOptions SEEDED = EngineOptions.DEFAULT.withSeed(11);
  private static final double ROUNDING = 1e-4;
  private static final String PYRAMID = "simfp_";

  private static VitPart.Settings tiny(VitFamily family) {
    boolean sam = family == VitFamily.SAM;
    return new VitPart.Settings(
        family,
        4,
        16,
        3,
        2,
        24,
        VitActivation.GELU,
        false,
        family == VitFamily.DINOV3 ? 0 : 4,
        0,
        sam ? 3 : 0,
        sam ? List.of(1) : List.of(),
        sam ? 8 : 0,
        0,
        8,
        0,
        false);
  }

  private static VitPart.Settings with(VitPart.Settings s, double dropPath, boolean checkpointing) {
    return new VitPart.Settings(
        s.family(),
        s.patch(),
        s.width(),
        s.depth(),
        s.heads(),
        s.mlpDim(),
        s.mlp(),
        s.qkNorm(),
        s.grid(),
        s.registers(),
        s.window(),
        s.globalBlocks(),
        s.neck(),
        s.heldBack(),
        s.mapChannels(),
        dropPath,
        checkpointing);
  }

  private static Tensor pixels(Engine engine, int batch, int height, int width) {
    return engine.normal(engine.random().get("test"), 0, 1, batch, 3, height, width);
  }

  /** Without the pyramid, as published; the classifier and mask tokens do not count. */
  @ParameterizedTest
  @CsvSource({
    "dinov2-s, 22056192",
    "dinov2-s-reg, 22057728",
    "dinov2-b, 86579712",
    "dinov2-b-reg, 86582784",
    "dinov2-l, 304367616",
    "dinov2-l-reg, 304371712",
    "dinov2-g, 1136479232",
    "dinov2-g-reg, 1136485376",
    "dinov3-s, 21596160",
    "dinov3-b, 85659648",
    "mae-b, 85798656",
    "mae-l, 303301632",
    "mae-h, 630764800",
    "clip-b16, 85799424",
    "clip-l14, 303179776",
    "sam-b, 89670912",
    "sam-l, 308278272",
    "sam-h, 637026048"
  })
  void parametersAreThePublishedOnes(String name, long parameters) {
    try (Engine engine = Engine.shapesOnly();
        Vit vit = new Vit(engine, VitSizes.all().get(name), 3)) {
      long own =
          vit.parameters().entrySet().stream()
              .filter(entry -> !entry.getKey().startsWith(PYRAMID))
              .mapToLong(entry -> entry.getValue().numel())
              .sum();
      // Transformers has no bias of the keys in DINOv3; ours is there, and 0.
      long keys =
          name.startsWith("dinov3") ? (long) vit.settings().depth() * vit.settings().width() : 0;
      assertEquals(parameters, own - keys);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PAINTER") // gives no maps
  void mapsAreOfFourSizesWhateverThePatchesLeaveOver(VitFamily family) {
    try (Engine engine = Engine.shapesOnly();
        Vit vit = new Vit(engine, tiny(family), 3);
        var scope = engine.scope()) {
      for (int[] size : new int[][] {{16, 16}, {17, 30}, {1, 1}}) {
        List<Tensor> maps = vit.forward(engine.zeros(1, 3, size[0], size[1]));
        int height = (size[0] + 3) / 4;
        int width = (size[1] + 3) / 4;
        assertArrayEquals(new long[] {1, 8, 4L * height, 4L * width}, maps.get(0).shape());
        assertArrayEquals(new long[] {1, 8, 2L * height, 2L * width}, maps.get(1).shape());
        assertArrayEquals(new long[] {1, 8, height, width}, maps.get(2).shape());
        assertArrayEquals(
            new long[] {1, 8, (height + 1) / 2, (width + 1) / 2}, maps.get(3).shape());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PAINTER") // gives no maps
  void everyParameterHasAGradientAndCheckpointingChangesNone(VitFamily family) {
    Map<String, float[]> plain = gradients(with(tiny(family), 0.2, false));
    Map<String, float[]> again = gradients(with(tiny(family), 0.2, true));
    assertEquals(plain.keySet(), again.keySet());
    plain.forEach(
        (name, values) -> {
          double largest = largest(values);
          assertTrue(largest > 0 && Double.isFinite(largest), name + ": " + largest);
          assertArrayEquals(values, again.get(name), (float) (ROUNDING * largest), name);
        });
  }

  private static double largest(float[] values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static Map<String, float[]> gradients(VitPart.Settings settings) {
    try (Engine engine = Engine.open(SEEDED);
        Vit vit = engine.construct(() -> new Vit(engine, settings, 3));
        var scope = engine.scope()) {
      vit.setTraining(true);
      vit.parameters()
          .forEach(
              (name, p) -> {
                if (name.endsWith(".gamma")) { // fresh ones leave blocks hardly a gradient
                  p.set(engine.full(0.5, p.shape()));
                }
              });
      engine.random().startImages(1, 0);
      Tensor total = engine.scalar(0);
      for (Tensor map : vit.forward(pixels(engine, 4, 13, 20))) {
        total = total.add(GoldenFile.weighted(map)); // squares of normalised maps have no slope
      }
      total.backward();
      Map<String, float[]> out = new LinkedHashMap<>();
      vit.parameters().forEach((name, p) -> out.put(name, p.grad().toFloats()));
      return out;
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PAINTER") // gives no maps
  void batchedEqualsSingle(VitFamily family) {
    try (Engine engine = Engine.open(SEEDED);
        Vit vit = new Vit(engine, tiny(family), 3);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor both = pixels(engine, 2, 20, 12);
      Tensor maps = vit.features(both);
      for (int i = 0; i < 2; i++) {
        assertArrayEquals(
            vit.features(both.slice(0, i, i + 1)).toFloats(),
            maps.slice(0, i, i + 1).toFloats(),
            1e-4f);
      }
    }
  }

  @Test
  void dropPathActsInTrainingOnly() {
    try (Engine engine = Engine.open(SEEDED);
        Vit vit = new Vit(engine, with(tiny(VitFamily.MAE), 0.9, false), 3);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor input = pixels(engine, 1, 16, 16);
      float[] first = vit.features(input).toFloats();
      assertArrayEquals(first, vit.features(input).toFloats());
      vit.setTraining(true);
      boolean differs = false;
      for (int step = 1; step < 6 && !differs; step++) {
        engine.random().startImages(step, 0);
        differs = !java.util.Arrays.equals(first, vit.features(input).toFloats());
      }
      assertTrue(differs, "training drops nothing");
    }
  }

  /** Bias of the keys with DINOv3: not there, and not learned. */
  @Test
  void biasOfKeysIsNoPartOfDinov3() {
    try (Engine engine = Engine.open(SEEDED);
        Vit vit = new Vit(engine, tiny(VitFamily.DINOV3), 3);
        var scope = engine.scope()) {
      Tensor input = pixels(engine, 1, 16, 16);
      Parameter bias = vit.parameters().get("blocks.0.attn.qkv.bias");
      float[] before = vit.features(input).toFloats();
      float[] values = new float[48];
      java.util.Arrays.fill(values, 16, 32, 3);
      bias.set(engine.floats(values, 48));
      assertArrayEquals(before, vit.features(input).toFloats());
      vit.features(input).sum().backward();
      float[] gradient = bias.grad().toFloats();
      for (int i = 16; i < 32; i++) {
        assertEquals(0, gradient[i]);
      }
      assertTrue(gradient[0] != 0 && gradient[47] != 0);
    }
  }

  @Test
  void resamplingIsThatOfTheReference() throws Exception {
    StateDict golden = GoldenFile.read("vit-resampling");
    float[] table = golden.get("table").toFloatArray(); // [1,5,5,4]
    assertResized(golden.get("offset"), table, Resampling.BICUBIC_OFFSET);
    assertResized(golden.get("antialiased"), table, Resampling.ANTIALIASED);
    float[] expected = golden.get("linear").toFloatArray(); // [1,13,4] of [1,25,4]
    float[] matrix = Resampling.LINEAR.matrix(25, 13);
    for (int i = 0; i < 13; i++) {
      for (int c = 0; c < 4; c++) {
        double sum = 0;
        for (int j = 0; j < 25; j++) {
          sum += matrix[i * 25 + j] * table[j * 4 + c];
        }
        assertEquals(expected[i * 4 + c], sum, 1e-5);
      }
    }
  }

  private static void assertResized(HostTensor expected, float[] table, Resampling resampling) {
    float[] rows = resampling.matrix(5, 7);
    float[] columns = resampling.matrix(5, 3);
    float[] values = expected.toFloatArray();
    for (int n = 0; n < values.length; n++) {
      int y = n / 12;
      int x = n / 4 % 3;
      double sum = 0;
      for (int j = 0; j < 25; j++) {
        sum += (double) rows[y * 5 + j / 5] * columns[x * 5 + j % 5] * table[j * 4 + n % 4];
      }
      assertEquals(values[n], sum, 1e-5, resampling + " at " + n);
    }
  }

  /** The four levels, put together as detectron2 has them. */
  private static final class Levels extends Module {
    private final List<SimplePyramid> levels = new ArrayList<>();

    Levels(Engine engine) {
      super(engine);
      for (int i = 0; i < 4; i++) {
        levels.add(child("simfp_" + (i + 2), new SimplePyramid(engine, 16, 8, 2 - i)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void pyramidIsThatOfTheReference(String backend) throws Exception {
    StateDict golden = GoldenFile.read("vit-pyramid");
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        Levels pyramid = new Levels(engine);
        var scope = engine.scope()) {
      StateDict state = GoldenFile.part(golden, "state.");
      assertEquals(state.keys(), pyramid.state().keySet());
      pyramid.state().forEach((name, p) -> p.set(state.get(name).floats()));
      Tensor map = GoldenFile.tensor(engine, golden.get("input")).variable();
      Tensor total = engine.scalar(0);
      for (int i = 0; i < 4; i++) {
        Tensor out = pyramid.levels.get(i).forward(map);
        GoldenFile.assertClose("map " + i, golden.get("map." + i), out, 1e-4);
        total = total.add(GoldenFile.weighted(out));
      }
      total.backward();
      GoldenFile.assertClose("gradient of the map", golden.get("grad.input"), map.grad(), 1e-3);
      Map<String, HostTensor> gradients =
          new LinkedHashMap<>(GoldenFile.part(golden, "grad.").asMap());
      gradients.remove("input");
      assertEquals(
          pyramid.parameters().size(),
          GoldenFile.assertGradients(StateDict.of(gradients), "", pyramid.parameters(), 1e-3));
    }
  }

  private static StateDict state(VitPart.Settings settings) {
    try (Engine engine = Engine.shapesOnly();
        Vit vit = new Vit(engine, settings, 3)) {
      Map<String, HostTensor> out = new LinkedHashMap<>();
      vit.state()
          .forEach(
              (name, p) -> {
                if (!name.startsWith(PYRAMID)) {
                  out.put(
                      "backbone." + name,
                      HostTensor.ofFloats(new float[Math.toIntExact(p.numel())], p.shape()));
                }
              });
      return StateDict.of(out);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DINOV2, 'plain transformer (DINOv2, DINOv3, MAE)'",
    "DINOV2_PATCHES, 'plain transformer (DINOv2, DINOv3, MAE)'",
    "DINOV3, 'plain transformer (DINOv2, DINOv3, MAE)'",
    "MAE, 'plain transformer (DINOv2, DINOv3, MAE)'",
    "DINOV2, DINOv2 (Hugging Face Transformers)",
    "DINOV3, DINOv3 (Hugging Face Transformers)",
    "MAE, MAE (Hugging Face Transformers)",
    "CLIP, image encoder of CLIP (OpenCLIP)",
    "CLIP, CLIP (Hugging Face Transformers)",
    "CLIP, image encoder of CLIP (Hugging Face Transformers)",
    "SAM, image encoder of Segment Anything",
    "SAM, image encoder of Segment Anything (Hugging Face Transformers)"
  })
  void namesOfOthersAreRecognisedAndComeBackAsOurs(VitFamily of, String title) {
    CheckpointFamily family =
        KnownFamilies.all().stream()
            .filter(known -> known.title().equals(title))
            .findFirst()
            .orElseThrow();
    StateDict ours = state(tiny(of));
    StateDict theirs = family.export(ours);
    assertEquals(family, KnownFamilies.of(theirs.keys()));
    KeyTranslation back = family.translate(theirs);
    assertEquals(ours.keys(), back.state().keys());
    assertEquals(List.of(), back.unexpected());
    back.state()
        .asMap()
        .forEach((key, value) -> assertArrayEquals(ours.get(key).shape(), value.shape(), key));
    Optional<VitFamily> deduced =
        new VitPart().deduce(back.state()).map(settings -> ((VitPart.Settings) settings).family());
    assertEquals(Optional.of(of), deduced);
  }

  @Test
  void layersAreTheBlocksWithWhatIsBeforeAndBehind() {
    LayerNumbers layers = VitSizes.all().get("dinov2-s-reg").layers().orElseThrow();
    assertEquals(12, layers.count());
    for (String first :
        List.of("cls_token", "pos_embed", "register_tokens", "patch_embed.proj.weight")) {
      assertEquals(0, layers.of(first), first);
    }
    assertEquals(0, layers.of("blocks.0.attn.qkv.weight"));
    assertEquals(1, layers.of("blocks.1.ls1.gamma"));
    assertEquals(11, layers.of("blocks.11.norm2.bias"));
    assertEquals(11, layers.of("norm.weight"));
    assertEquals(11, layers.of("simfp_2.0.weight"));
    LayerNumbers clip = VitSizes.all().get("clip-b16").layers().orElseThrow();
    assertEquals(0, clip.of("norm_pre.weight"));
  }

  private static VitPart.Settings patches(int patch, int grid, VitFamily family) {
    VitPart.Settings s = tiny(family);
    return new VitPart.Settings(
        family,
        patch,
        s.width(),
        s.depth(),
        s.heads(),
        s.mlpDim(),
        s.mlp(),
        s.qkNorm(),
        grid,
        s.registers(),
        s.window(),
        s.globalBlocks(),
        s.neck(),
        s.heldBack(),
        s.mapChannels(),
        0,
        false);
  }

  @ParameterizedTest
  @CsvSource({"4, 3", "9, 8"})
  void weightsOfOtherPatchesAndPositionsBecomeWhatTheReferenceMakesOfThem(int patch, int grid)
      throws Exception {
    StateDict golden = GoldenFile.read("vit-refit");
    HostTensor places = golden.get("places"); // [1,26,4], the class token's first
    HostTensor token = HostTensor.ofFloats(new float[] {1, 2, 3, 4}, 1, 1, 4);
    StateDict weights =
        StateDict.of(
            Map.of(
                "backbone.patch_embed.proj.weight",
                golden.get("kernels"),
                "backbone.pos_embed",
                places,
                "backbone.cls_token",
                token));
    Map<String, HostTensor> fitted = patches(patch, grid, VitFamily.DINOV2_PATCHES).fitted(weights);
    assertEquals(weights.keys(), fitted.keySet());
    assertClose(golden.get("kernels." + patch), fitted.get("backbone.patch_embed.proj.weight"));
    HostTensor map = golden.get("places." + grid);
    HostTensor table = fitted.get("backbone.pos_embed");
    assertArrayEquals(new long[] {1, (long) grid * grid, 4}, table.shape());
    assertArrayEquals(map.toFloatArray(), table.toFloatArray(), 1e-5f);
    for (int c = 0; c < 4; c++) {
      assertEquals(
          c + 1 + places.toFloatArray()[c],
          fitted.get("backbone.cls_token").toFloatArray()[c],
          1e-6f);
    }
    assertEquals(Map.of(), patches(7, 5, VitFamily.DINOV2).fitted(weights));
    Map<String, HostTensor> withClass = patches(7, 6, VitFamily.MAE).fitted(weights);
    assertEquals(Set.of("backbone.pos_embed"), withClass.keySet());
    assertArrayEquals(new long[] {1, 37, 4}, withClass.get("backbone.pos_embed").shape());
  }

  private static void assertClose(HostTensor expected, HostTensor actual) {
    assertArrayEquals(expected.shape(), actual.shape());
    assertArrayEquals(
        expected.toFloatArray(),
        actual.toFloatArray(),
        (float) (1e-4 * largest(expected.toFloatArray())));
  }

  @Test
  void aSizeThatCutsPatchesIsRefused() {
    ModelConfig model =
        Variants.get("mask2former-r18")
            .withSizeDivisibility(28)
            .withBackbone(VitSizes.all().get("dinov2-s"));
    assertEquals(28, model.backbone().sizeDivisibility(32));
    String message =
        assertThrows(IllegalArgumentException.class, () -> model.withSizeDivisibility(32))
            .getMessage();
    assertTrue(message.contains("a multiple of 14") && message.contains("got 32"), message);
  }

  /** A backbone's table is made anew; a whole model's is what it was trained with. */
  @ParameterizedTest
  @CsvSource({"MODEL, 26, false", "BACKBONE, 26, true", "BACKBONE, 24, false"})
  void tablesOfPositionsOfOtherGridsAreFittedOrRefusedByName(
      LoadPolicy.Scope scope, int places, boolean fits, @TempDir Path folder) {
    ModelConfig config =
        Variants.get("mask2former-tiny")
            .withSizeDivisibility(32)
            .withBackbone(tiny(VitFamily.MAE)); // a grid of 4, and the class token
    Path file = folder.resolve("other.safetensors");
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model = SegmentationModels.build(engine, config, ClassSpace.ofSize(2))) {
      Map<String, HostTensor> state = new LinkedHashMap<>();
      model
          .state()
          .forEach(
              (key, p) ->
                  state.put(
                      key, HostTensor.ofFloats(new float[Math.toIntExact(p.numel())], p.shape())));
      String key = "backbone.pos_embed";
      long[] shape = model.state().get(key).shape();
      assertEquals(17, shape[1]);
      int width = (int) shape[2];
      state.put(key, HostTensor.ofFloats(new float[places * width], 1, places, width));
      Safetensors.write(file, StateDict.of(state));
      ImportedWeights weights = WeightImport.read(file);
      LoadPolicy policy =
          scope == LoadPolicy.Scope.MODEL ? LoadPolicy.strict() : LoadPolicy.backbone();
      if (fits) {
        assertTrue(model.load(weights, policy).toText().contains(key));
      } else {
        String message =
            assertThrows(CheckpointException.class, () -> model.load(weights, policy)).getMessage();
        assertTrue(message.contains(key) && message.contains("[1,17," + width + "]"), message);
      }
    }
  }

  @Test
  void aPictureSmallerThanAWindowGivesFiniteMaps() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
        Vit vit = new Vit(engine, tiny(VitFamily.SAM), 3);
        var scope = engine.scope()) {
      assertTrue(vit.settings().window() > 1);
      for (int[] size : new int[][] {{1, 1}, {4, 4}, {5, 3}}) {
        for (Tensor map : vit.forward(pixels(engine, 1, size[0], size[1]))) {
          for (float value : map.toFloats()) {
            assertTrue(Float.isFinite(value));
          }
        }
      }
    }
  }

  @Test
  void switchesOfOtherFamiliesAreRefused() {
    VitPart.Settings mae = tiny(VitFamily.MAE);
    assertRefused("registers", () -> rebuilt(mae, 4, 3, 0, 0));
    assertRefused("window", () -> rebuilt(mae, 4, 0, 3, 0));
    assertRefused("neck", () -> rebuilt(mae, 4, 0, 0, 8));
    assertRefused("grid", () -> rebuilt(mae, 0, 0, 0, 0));
    assertRefused("grid", () -> rebuilt(tiny(VitFamily.DINOV3), 4, 0, 0, 0));
    assertRefused("neck", () -> rebuilt(tiny(VitFamily.SAM), 4, 0, 0, 0));
  }

  private static VitPart.Settings rebuilt(
      VitPart.Settings s, int grid, int registers, int window, int neck) {
    return new VitPart.Settings(
        s.family(),
        s.patch(),
        s.width(),
        s.depth(),
        s.heads(),
        s.mlpDim(),
        s.mlp(),
        s.qkNorm(),
        grid,
        registers,
        window,
        List.of(),
        neck,
        s.heldBack(),
        s.mapChannels(),
        0,
        false);
  }

  private static void assertRefused(String name, Runnable make) {
    String message = assertThrows(IllegalArgumentException.class, make::run).getMessage();
    assertTrue(message.startsWith(name + ": expected"), message);
  }
}
