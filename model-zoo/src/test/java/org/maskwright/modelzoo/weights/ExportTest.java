package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.HuggingFaceFolder;
import org.maskwright.modelzoo.family.HuggingFaceSettings;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.DeformablePart;

class ExportTest {
  private static final HuggingFaceSettings SETTINGS =
      new HuggingFaceSettings(
          List.of("a cat", "1", "b", "c", "d", "e", "f"),
          640,
          1333,
          List.of(123.675, 116.28, 103.53),
          List.of(58.395, 57.12, 57.375));

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "mask2former-r50-detectron2-coco-panoptic.tsv, mask2former-r50, 133",
    "mask2former-swin-t-detectron2-coco-panoptic.tsv, mask2former-swin-t, 133",
    "maskformer-r50-6enc-detectron2-coco-panoptic.tsv, maskformer-r50-encoder, 133",
    "maskformer-r50-detectron2-ade20k-semantic.tsv, maskformer-r50, 150",
    "maskformer-swin-t-detectron2-ade20k-semantic.tsv, maskformer-swin-t, 150",
  })
  void thePublishedArchitectureIsReadOffTheWeights(String list, String variant, int classes)
      throws IOException {
    Map<String, long[]> shapes = KeyLists.shapes(KeyLists.published(list));
    DeducedArchitecture deduced = DeducedArchitecture.of(KeyLists.shapesOnly(shapes));
    assertEquals(Optional.of(Variants.get(variant)), deduced.model());
    assertEquals(classes, deduced.classes());
  }

  @Test
  void incompleteModelsAreNamedFaults() {
    HostTensor one = HostTensor.ofFloats(new float[] {1}, 1);
    for (String key :
        List.of(
            "a",
            "backbone.stem.conv1.weight",
            "backbone.patch_embed.proj.weight",
            "sem_seg_head.predictor.weight")) {
      StateDict state = StateDict.of(Map.of(key, one));
      assertThrows(CheckpointException.class, () -> DeducedArchitecture.of(state), key);
    }
  }

  @Test
  void anOfficialFileHoldsTheSameTensorsAndTheSameBytesEveryTime() throws IOException {
    StateDict truth =
        Safetensors.read(Golden.file("golden.safetensors"))
            .withMetadata(Map.of("maskwright.licence", "as the source"));
    Path first = folder.resolve("first.pth");
    Path second = folder.resolve("second.pth");
    TorchZipWriter.write(first, truth);
    TorchZipWriter.write(second, truth);
    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    Checkpoint back = CheckpointReader.read(first);
    assertEquals(Checkpoint.Format.TORCH_ZIP, back.format());
    assertEquals(Optional.of("Maskwright"), back.author());
    assertEquals(truth.metadata(), back.state().metadata());
    assertEquals(List.copyOf(truth.keys()), List.copyOf(back.state().keys()));
    truth
        .asMap()
        .forEach((key, tensor) -> assertTrue(tensor.contentEquals(back.state().get(key)), key));
  }

  /** Opcodes that {@code torch.load(..., weights_only=True)} knows, each with its operand. */
  private static final Map<Character, Operand> KNOWN_TO_WEIGHTS_ONLY =
      Map.ofEntries(
          Map.entry('\u0080', Operand.BYTE), // PROTO
          Map.entry('c', Operand.TWO_LINES), // GLOBAL
          Map.entry('X', Operand.COUNTED_BY_4), // BINUNICODE
          Map.entry('\u008a', Operand.COUNTED_BY_1), // LONG1
          Map.entry('J', Operand.FOUR_BYTES), // BININT
          Map.entry('U', Operand.COUNTED_BY_1), // SHORT_BINSTRING
          Map.entry('M', Operand.TWO_BYTES), // BININT2
          Map.entry('K', Operand.BYTE), // BININT1
          Map.entry('G', Operand.EIGHT_BYTES), // BINFLOAT
          Map.entry('q', Operand.BYTE), // BINPUT
          Map.entry('r', Operand.FOUR_BYTES), // LONG_BINPUT
          Map.entry('h', Operand.BYTE), // BINGET
          Map.entry('j', Operand.FOUR_BYTES), // LONG_BINGET
          Map.entry('Q', Operand.NONE), // BINPERSID
          Map.entry('(', Operand.NONE), // MARK
          Map.entry('t', Operand.NONE), // TUPLE
          Map.entry(')', Operand.NONE), // EMPTY_TUPLE
          Map.entry('\u0085', Operand.NONE), // TUPLE1
          Map.entry('\u0086', Operand.NONE), // TUPLE2
          Map.entry('\u0087', Operand.NONE), // TUPLE3
          Map.entry('}', Operand.NONE), // EMPTY_DICT
          Map.entry('s', Operand.NONE), // SETITEM
          Map.entry('u', Operand.NONE), // SETITEMS
          Map.entry(']', Operand.NONE), // EMPTY_LIST
          Map.entry('a', Operand.NONE), // APPEND
          Map.entry('e', Operand.NONE), // APPENDS
          Map.entry('R', Operand.NONE), // REDUCE
          Map.entry('b', Operand.NONE), // BUILD
          Map.entry('N', Operand.NONE), // NONE
          Map.entry('\u0088', Operand.NONE), // NEWTRUE
          Map.entry('\u0089', Operand.NONE), // NEWFALSE
          Map.entry('.', Operand.NONE)); // STOP

  private enum Operand {
    NONE,
    BYTE,
    TWO_BYTES,
    FOUR_BYTES,
    EIGHT_BYTES,
    COUNTED_BY_1,
    COUNTED_BY_4,
    TWO_LINES
  }

  @Test
  void anOfficialFileHoldsNoOpcodeThatWeightsOnlyRefuses() throws IOException {
    Map<String, HostTensor> tensors =
        new LinkedHashMap<>(Safetensors.read(Golden.file("golden.safetensors")).asMap());
    // Sizes and strides above 2^31, for which pickle has a text opcode too.
    tensors.put("wide", HostTensor.ofFloats(new float[0], 0, 3_000_000_000L, 2));
    Path file = folder.resolve("opcodes.pth");
    TorchZipWriter.write(file, StateDict.of(tensors).withMetadata(Map.of("licence", "ü\n")));
    byte[] pickle;
    try (ZipFile zip = new ZipFile(file.toFile());
        InputStream in = zip.getInputStream(zip.getEntry("archive/data.pkl"))) {
      pickle = in.readAllBytes();
    }
    String opcodes = opcodes(pickle);
    assertEquals(
        List.of(),
        opcodes
            .chars()
            .filter(code -> !KNOWN_TO_WEIGHTS_ONLY.containsKey((char) code))
            .mapToObj(code -> "0x%02x".formatted(code))
            .toList());
    assertTrue(opcodes.startsWith("\u0080") && opcodes.endsWith("."), opcodes);
    assertTrue(opcodes.indexOf('\u008a') >= 0, "no number above 2^31 was written");
    assertArrayEquals(
        new long[] {0, 3_000_000_000L, 2}, CheckpointReader.read(file).state().get("wide").shape());
  }

  /** The opcodes of a pickle in their order; ends with the first one that is not known. */
  private static String opcodes(byte[] pickle) {
    StringBuilder out = new StringBuilder();
    ByteBuffer bytes = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      char code = (char) Byte.toUnsignedInt(bytes.get());
      out.append(code);
      Operand operand = KNOWN_TO_WEIGHTS_ONLY.get(code);
      if (operand == null) {
        break;
      }
      switch (operand) {
        case NONE -> {}
        case BYTE -> skip(bytes, 1);
        case TWO_BYTES -> skip(bytes, Short.BYTES);
        case FOUR_BYTES -> skip(bytes, Integer.BYTES);
        case EIGHT_BYTES -> skip(bytes, Double.BYTES);
        case COUNTED_BY_1 -> skip(bytes, Byte.toUnsignedInt(bytes.get()));
        case COUNTED_BY_4 -> skip(bytes, bytes.getInt());
        case TWO_LINES -> {
          skipLine(bytes);
          skipLine(bytes);
        }
      }
    }
    return out.toString();
  }

  private static void skip(ByteBuffer bytes, int count) {
    bytes.position(bytes.position() + count);
  }

  private static void skipLine(ByteBuffer bytes) {
    while (bytes.get() != '\n') {
      assertTrue(bytes.hasRemaining(), "a line without an end");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mask2former_swin, Mask2FormerForUniversalSegmentation",
    "mask2former_resnet, Mask2FormerForUniversalSegmentation",
    "mask2former_resnet_basic, Mask2FormerForUniversalSegmentation",
    "maskformer_swin, MaskFormerForInstanceSegmentation",
    "maskformer_resnet, MaskFormerForInstanceSegmentation"
  })
  void aHuggingFaceFolderReadsBackAsItWasWritten(String name, String type) throws IOException {
    Path source = folder.resolve("source.safetensors");
    Safetensors.write(
        source, KeyLists.state(KeyLists.shapes(Golden.file("huggingface_" + name + ".tsv"))));
    ImportedWeights imported = WeightImport.read(source);
    ModelConfig model = DeducedArchitecture.of(imported.state()).model().orElseThrow();
    Path out = folder.resolve("hf");
    HuggingFaceFolder.write(out, model, SETTINGS, imported.state());

    assertTrue(HuggingFaceFolder.isOne(out));
    HuggingFaceSettings settings = HuggingFaceFolder.read(out);
    assertTrue(Files.readString(out.resolve("config.json")).contains('"' + type + '"'));
    assertEquals(SETTINGS.classNames(), settings.classNames());
    assertEquals(640, settings.shortEdge());
    assertEquals(1333, settings.maxSize());
    for (int i = 0; i < 3; i++) {
      assertEquals(SETTINGS.mean().get(i), settings.mean().get(i), 1e-9);
      assertEquals(SETTINGS.std().get(i), settings.std().get(i), 1e-9);
    }
    ImportedWeights back = WeightImport.read(out);
    assertEquals(imported.provenance(), back.provenance());
    imported
        .state()
        .asMap()
        .forEach((key, tensor) -> assertTrue(tensor.contentEquals(back.state().get(key)), key));
  }

  @Test
  void fixedSizesAndDefaultsOfPublishedFoldersAreUnderstood() throws IOException {
    String config = "{\"model_type\":\"mask2former\",\"id2label\":{\"0\":\"x\",\"1\":\"y\"}}";
    Files.writeString(folder.resolve("config.json"), config);
    HuggingFaceSettings defaults = HuggingFaceFolder.read(folder);
    assertEquals(List.of(800, 1333), List.of(defaults.shortEdge(), defaults.maxSize()));
    Path input = folder.resolve("preprocessor_config.json");
    Files.writeString(input, "{\"size\":{\"height\":384,\"width\":512}}");
    HuggingFaceSettings fixed = HuggingFaceFolder.read(folder);
    assertEquals(List.of(384, 512), List.of(fixed.shortEdge(), fixed.maxSize()));
    Files.writeString(input, "{\"size\":480,\"max_size\":900}");
    HuggingFaceSettings old = HuggingFaceFolder.read(folder);
    assertEquals(List.of(480, 900), List.of(old.shortEdge(), old.maxSize()));
    for (String bad :
        List.of("{", "{}", "{\"model_type\":\"oneformer\"}", config.replace("\"1\":", "\"2\":"))) {
      Files.writeString(folder.resolve("config.json"), bad);
      assertThrows(CheckpointException.class, () -> HuggingFaceFolder.read(folder), bad);
    }
  }

  @Test
  void aLargeShortestEdgeMovesTheDefaultLongestOne() throws IOException {
    HuggingFaceSettings settings = readInput("{\"size\":{\"shortest_edge\":1500}}");
    assertEquals(List.of(1500, 1500), List.of(settings.shortEdge(), settings.maxSize()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"size\":{\"shortest_edge\":800,\"longest_edge\":600}}",
        "{\"size\":{\"shortest_edge\":0}}",
        "{\"size\":-5}",
        "{\"image_mean\":[0.5,0.5]}",
        "{\"image_mean\":\"x\"}",
        "{\"image_std\":[0.2,0.2,0.2,0.2]}",
        "{\"image_std\":[0.2,0,0.2]}"
      })
  void inputSizesAndPixelStatisticsWithoutSenseAreFaultsOfTheirFile(String input) {
    CheckpointException fault = assertThrows(CheckpointException.class, () -> readInput(input));
    assertTrue(fault.getMessage().contains("preprocessor_config.json"), fault.getMessage());
  }

  private HuggingFaceSettings readInput(String json) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        "{\"model_type\":\"mask2former\",\"id2label\":{\"0\":\"x\"}}");
    Files.writeString(folder.resolve("preprocessor_config.json"), json);
    return HuggingFaceFolder.read(folder);
  }

  /** All published models have both widths equal, so that exchanging them would go unseen. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mask2former-tiny",
        "maskformer-r50",
        "maskformer-r50-encoder",
        "per-pixel-plus-r50"
      })
  void aMaskWidthOfItsOwnIsReadOffTheWeights(String variant) {
    ModelConfig model =
        withMaskDim(Variants.get(variant), 48)
            .withBackbone(Variants.get("mask2former-tiny").backbone());
    assertEquals(
        Optional.of(model), DeducedArchitecture.of(KeyLists.shapesOnly(shapes(model))).model());
  }

  @Test
  void aMaskWidthOfItsOwnAndStridesOfAnotherGeometryAreWrittenForHuggingFace() throws IOException {
    ModelConfig tiny = withMaskDim(Variants.get("mask2former-tiny"), 48);
    ModelConfig model =
        tiny.withBackbone(
            ((ResNetPart.Settings) tiny.backbone())
                .withGeometry(
                    new ResNetPart.Geometry(ResNetPart.StrideIn.SPATIAL, 1, List.of(2, 2, 2, 2))));
    StateDict state = KeyLists.state(shapes(model));
    HuggingFaceFolder.write(folder, model, SETTINGS, state);
    Config json = ConfigFactory.parseFile(folder.resolve("config.json").toFile());
    assertEquals(64, json.getInt("feature_size"));
    assertEquals(64, json.getInt("hidden_dim"));
    assertEquals(48, json.getInt("mask_feature_size"));
    assertEquals(8, json.getInt("common_stride"));
    assertEquals(List.of(8, 16, 32, 64), json.getIntList("feature_strides"));
    DeducedArchitecture back = HuggingFaceFolder.deduce(folder, WeightImport.read(folder).state());
    assertEquals(Optional.of(model), back.model());
  }

  @Test
  void headsAndPointsOtherThanGivenAreRefusedWhereWeightsShowIt() {
    ModelConfig eightPoints = withPoints(Variants.get("mask2former-tiny"), 8);
    StateDict state = KeyLists.shapesOnly(shapes(eightPoints));
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> DeducedArchitecture.of(state, 4));
    assertTrue(fault.getMessage().contains("expected 4 heads"), fault.getMessage());
    StateDict odd = KeyLists.shapesOnly(shapes(withPoints(eightPoints, 5)));
    assertThrows(CheckpointException.class, () -> DeducedArchitecture.of(odd));
    Path out = folder.resolve("hf");
    fault =
        assertThrows(
            CheckpointException.class,
            () -> HuggingFaceFolder.write(out, eightPoints, SETTINGS, state));
    assertTrue(fault.getMessage().contains("this one 8"), fault.getMessage());
    assertFalse(Files.exists(out));
  }

  private static ModelConfig withMaskDim(ModelConfig model, int maskDim) {
    return new ModelConfig(
        model.hiddenDim(),
        maskDim,
        model.sizeDivisibility(),
        model.backbone(),
        model.pixelDecoder(),
        model.decoder());
  }

  private static ModelConfig withPoints(ModelConfig model, int points) {
    var pixel = (DeformablePart.Settings) model.pixelDecoder();
    return model.withPixelDecoder(
        new DeformablePart.Settings(
            pixel.layers(), pixel.heads(), points, pixel.feedforwardDim(), pixel.dropout()));
  }

  private static Map<String, long[]> shapes(ModelConfig model) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    ClassSpace space = ClassSpace.ofSize(SETTINGS.classNames().size());
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel built = SegmentationModels.build(engine, model, space)) {
      built.state().forEach((name, parameter) -> shapes.put(name, parameter.shape()));
    }
    return shapes;
  }

  @Test
  void whatHuggingFaceCannotHoldIsRefusedBeforeAnythingIsWritten() {
    Path out = folder.resolve("hf");
    StateDict none = StateDict.of(Map.of());
    for (String variant : List.of("maskformer-r50-encoder", "maskformer-r101c")) {
      assertThrows(
          CheckpointException.class,
          () -> HuggingFaceFolder.write(out, Variants.get(variant), SETTINGS, none));
    }
    assertFalse(Files.exists(out));
  }
}
