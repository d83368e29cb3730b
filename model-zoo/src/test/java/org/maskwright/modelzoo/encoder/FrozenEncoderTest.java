package org.maskwright.modelzoo.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.ClipResNetPart;
import org.maskwright.modelzoo.backbone.ConvNeXtPart;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.backbone.SwinPart;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.StateDict;

/** What is kept of an encoder is what it computes, and nothing of the model around it. */
class FrozenEncoderTest {
  private static final long MUCH = 1L << 30;
  private static final Map<String, BackboneConfig> KINDS = kinds();

  private final List<String> notes = new ArrayList<>();

  @TempDir private Path temp;

  private static Map<String, BackboneConfig> kinds() {
    Map<String, BackboneConfig> out = new LinkedHashMap<>();
    out.put(
        "resnet",
        new ResNetPart.Settings(
            ResNetPart.Block.BASIC,
            List.of(1, 1, 1, 1),
            8,
            ResNetPart.Stem.BASIC,
            ResNetPart.Norm.BATCH,
            false));
    out.put(
        "swin",
        new SwinPart.Settings(8, List.of(1, 1, 2, 1), List.of(1, 1, 2, 2), 3, 2, 0.5, false));
    out.put(
        "convnext",
        new ConvNeXtPart.Settings(List.of(4, 6, 8, 10), List.of(1, 2, 1, 1), 0.5, false));
    out.put(
        "clip-resnet",
        new ClipResNetPart.Settings(List.of(1, 1, 1, 1), 4, ResNetPart.Norm.BATCH, 10, 2, false));
    out.put("vit", vit(0));
    out.put("eomt", vit(1));
    return out;
  }

  private static BackboneConfig vit(int heldBack) {
    return new VitPart.Settings(
        VitFamily.DINOV2,
        8,
        16,
        3,
        2,
        32,
        VitActivation.GELU,
        false,
        4,
        2,
        0,
        List.of(),
        0,
        heldBack,
        16,
        0.5,
        false);
  }

  private static Engine engine(String backend) {
    return Engine.open(EngineOptions.DEFAULT.withBackend(backend).withDevice("cpu").withThreads(1));
  }

  private static Tensor images(Engine engine, int count) {
    Random random = new Random(7);
    float[] values = new float[count * 3 * 32 * 40];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return engine.floats(values, count, 3, 32, 40);
  }

  private static void assertSame(List<Tensor> expected, List<Tensor> got) {
    assertEquals(expected.size(), got.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i).shape(), got.get(i).shape());
      assertArrayEquals(expected.get(i).toFloats(), got.get(i).toFloats());
    }
  }

  private FeatureStore store(String kind, Engine engine) {
    return kind.equals("memory")
        ? new MemoryFeatures(MUCH, notes::add)
        : new DiskFeatures(engine, temp, MUCH, notes::add);
  }

  @ParameterizedTest
  @CsvSource({
    "resnet, torch",
    "swin, torch",
    "convnext, torch",
    "clip-resnet, torch",
    "vit, torch",
    "eomt, torch",
    "vit, nd4j",
    "eomt, nd4j"
  })
  void keptFeaturesAreTheComputedOnesToTheBitAndTheirMapsTheBackbones(String kind, String backend) {
    for (String where : List.of("memory", "disk")) {
      try (Engine engine = engine(backend);
          Backbone backbone = SegmentationModels.backbone(engine, KINDS.get(kind));
          FeatureStore store = store(where, engine);
          var scope = engine.scope();
          var off = engine.noGrad()) {
        Tensor image = images(engine, 1);
        List<Tensor> features = backbone.encoder().encode(image);
        List<Tensor> maps = backbone.forward(image);
        backbone.setTraining(true); // with what is random then
        List<Tensor> computed = new FrozenEncoder(backbone, FeatureStore.NONE).encode(image);
        assertSame(features, computed);
        FrozenEncoder frozen = new FrozenEncoder(backbone, store);
        assertSame(computed, frozen.encode(image));
        List<Tensor> kept = frozen.encode(image);
        assertSame(computed, kept);
        assertSame(backbone.encoder().maps(computed), backbone.encoder().maps(kept));
        store.features(image, () -> fail(where + ": they are kept"));
        assertTrue(backbone.isTraining());
        assertEquals(List.of(), notes);
        backbone.setTraining(false);
        List<Tensor> made = backbone.encoder().maps(kept);
        for (int i = 0; i < maps.size(); i++) { // rounding: products of dense values and of views
          assertArrayEquals(maps.get(i).toFloats(), made.get(i).toFloats(), 1e-4f);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "disk"})
  void featuresOfABatchAreThoseOfEachImage(String where) {
    try (Engine engine = engine("torch");
        Backbone backbone = SegmentationModels.backbone(engine, KINDS.get("vit"));
        FeatureStore store = store(where, engine);
        var scope = engine.scope()) {
      FrozenEncoder kept = new FrozenEncoder(backbone, store);
      FrozenEncoder anew = new FrozenEncoder(backbone, FeatureStore.NONE);
      Tensor images = images(engine, 3);
      Tensor two = Tensor.concat(0, images.slice(0, 2, 3), images.slice(0, 0, 1));
      kept.encode(two);
      List<Tensor> all = kept.encode(images); // two are kept, one is not
      assertSame(anew.encode(images), all);
      for (int i = 0; i < 3; i++) {
        assertArrayEquals(
            anew.encode(images.slice(0, i, i + 1)).get(0).toFloats(),
            all.get(0).slice(0, i, i + 1).toFloats());
      }
    }
  }

  /** The pyramid, the normalisations of the maps, and the blocks that a mask decoder runs. */
  @Test
  void whatAModelAddsIsNotTheEncoders() {
    Map<String, Set<String>> added =
        Map.of(
            "resnet", Set.of(),
            "clip-resnet", Set.of(),
            "swin", Set.of("norm0", "norm1", "norm2", "norm3"),
            "convnext", Set.of("norm0", "norm1", "norm2", "norm3"),
            "vit", Set.of("simfp_2", "simfp_3", "simfp_4", "simfp_5"),
            "eomt", Set.of("blocks", "norm"));
    try (Engine engine = Engine.shapesOnly()) {
      added.forEach(
          (kind, names) -> {
            try (Backbone backbone = SegmentationModels.backbone(engine, KINDS.get(kind))) {
              Set<String> rest = new TreeSet<>(backbone.state().keySet());
              rest.removeAll(backbone.encoder().state().keySet());
              assertEquals(
                  names,
                  rest.stream()
                      .map(name -> name.substring(0, name.indexOf('.')))
                      .collect(Collectors.toSet()),
                  kind);
              assertTrue(
                  rest.stream()
                      .allMatch(n -> !n.startsWith("blocks") || n.startsWith("blocks.2.")));
            }
          });
    }
  }

  @Test
  void aFrozenEncoderRecordsNoGradient() {
    try (Engine engine = engine("torch");
        Backbone backbone = SegmentationModels.backbone(engine, KINDS.get("vit"));
        var scope = engine.scope()) {
      FrozenEncoder frozen = new FrozenEncoder(backbone, FeatureStore.NONE);
      Tensor map = backbone.encoder().maps(frozen.encode(images(engine, 2))).get(0);
      map.sum().backward();
      Set<String> encoder = backbone.encoder().state().keySet();
      backbone
          .parameters()
          .forEach((name, p) -> assertEquals(name.startsWith("simfp_2"), p.grad() != null, name));
      assertTrue(encoder.contains("blocks.0.attn.qkv.weight"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "disk"})
  void beyondTheLimitFeaturesAreComputedEachTimeAndThatIsSaidOnce(String where) {
    try (Engine engine = engine("torch");
        Backbone backbone = SegmentationModels.backbone(engine, KINDS.get("vit"));
        var scope = engine.scope()) {
      long one = 16L * 4 * 5 * Float.BYTES; // of one image: 16 channels of 4 x 5 patches
      try (FeatureStore store =
          where.equals("memory")
              ? new MemoryFeatures(2 * one, notes::add)
              : new DiskFeatures(engine, temp, 2 * one, notes::add)) {
        FrozenEncoder kept = new FrozenEncoder(backbone, store);
        Tensor images = images(engine, 4);
        List<Tensor> expected = new FrozenEncoder(backbone, FeatureStore.NONE).encode(images);
        assertSame(expected, kept.encode(images));
        assertSame(expected, kept.encode(images));
        assertEquals(1, notes.size(), notes::toString);
        assertTrue(
            notes.get(0).contains("2 views")
                && notes.get(0).contains("init.frozen-encoder." + where + ".limit"),
            notes::toString);
      }
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(temp)) {
      return all.filter(f -> f.toString().endsWith(".safetensors")).toList();
    }
  }

  @Test
  void filesServeTheNextRunAndABrokenOneIsMadeAnew() throws IOException {
    try (Engine engine = engine("torch");
        Backbone backbone = SegmentationModels.backbone(engine, KINDS.get("eomt"));
        var scope = engine.scope()) {
      Tensor image = images(engine, 1);
      DiskFeatures first = new DiskFeatures(engine, temp, MUCH, notes::add);
      List<Tensor> expected = new FrozenEncoder(backbone, first).encode(image);
      DiskFeatures second = new DiskFeatures(engine, temp, MUCH, notes::add);
      assertSame(expected, second.features(image, () -> fail("the first one's file is there")));
      Path file = files().get(0);
      byte[] whole = Files.readAllBytes(file);
      byte[] flipped = whole.clone();
      flipped[whole.length - 1] ^= 1;
      for (byte[] broken : List.of(flipped, java.util.Arrays.copyOf(whole, 100), new byte[0])) {
        Files.write(file, broken);
        notes.clear();
        assertSame(expected, new FrozenEncoder(backbone, second).encode(image));
        assertArrayEquals(whole, Files.readAllBytes(file));
        assertTrue(notes.size() == 1 && notes.get(0).contains(file.toString()), notes::toString);
      }
    }
  }

  /** As a full disk: no file can be written. */
  @Test
  void aDiskThatTakesNoFileCostsTimeAlone() throws IOException {
    for (int i = 0; i < 256; i++) {
      Files.writeString(temp.resolve("%02x".formatted(i)), "a file where a folder would be made");
    }
    try (Engine engine = engine("torch");
        Backbone backbone = SegmentationModels.backbone(engine, KINDS.get("resnet"));
        var scope = engine.scope()) {
      FrozenEncoder kept =
          new FrozenEncoder(backbone, new DiskFeatures(engine, temp, MUCH, notes::add));
      Tensor images = images(engine, 2);
      List<Tensor> expected = new FrozenEncoder(backbone, FeatureStore.NONE).encode(images);
      assertSame(expected, kept.encode(images));
      assertSame(expected, kept.encode(images));
      assertEquals(1, notes.size(), notes::toString);
      assertTrue(notes.get(0).contains("cannot be written"), notes::toString);
      assertEquals(List.of(), files());
    }
  }

  @Test
  void aFingerprintIsOfNamesShapesAndValuesAlone() {
    HostTensor a = HostTensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2);
    HostTensor b = HostTensor.ofFloats(new float[] {5}, 1);
    String print = Fingerprint.of(StateDict.of(ordered("a", a, "b", b)));
    assertEquals(64, print.length());
    assertEquals(print, Fingerprint.of(StateDict.of(ordered("b", b, "a", a))));
    HostTensor nearly = HostTensor.ofFloats(new float[] {1, 2, 3, Math.nextUp(4f)}, 2, 2);
    assertNotEquals(print, Fingerprint.of(StateDict.of(ordered("a", nearly, "b", b))));
    assertNotEquals(print, Fingerprint.of(StateDict.of(ordered("a", a.reshape(4), "b", b))));
    assertNotEquals(print, Fingerprint.of(StateDict.of(ordered("a", a, "c", b))));
  }

  private static Map<String, HostTensor> ordered(
      String first, HostTensor a, String second, HostTensor b) {
    Map<String, HostTensor> out = new LinkedHashMap<>();
    out.put(first, a);
    out.put(second, b);
    return out;
  }
}
