package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.family.WeightImport;

class CheckpointFamilyTest {
  private static final String HF_R50 = "mask2former-r50-huggingface-coco-panoptic.tsv";
  private static final String HF_SWIN = "mask2former-swin-t-huggingface-coco-panoptic.tsv";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "mask2former-r50-detectron2-coco-panoptic.tsv, 558, 44036998, 53254",
    "mask2former-swin-t-detectron2-coco-panoptic.tsv, 482, 47435264, 28946",
    "maskformer-r50-6enc-detectron2-coco-panoptic.tsv, 482, 45065158, 53254",
    "maskformer-r50-detectron2-ade20k-semantic.tsv, 410, 41307863, 53271",
    "maskformer-swin-t-detectron2-ade20k-semantic.tsv, 334, 41757009, 28963",
  })
  void officialKeysAreOurOwnNames(String list, int keys, long parameters, long others)
      throws IOException {
    Map<String, long[]> shapes = KeyLists.shapes(KeyLists.published(list));
    StateDict official = lazily(shapes);
    assertEquals(keys, official.size());
    assertEquals(parameters, count(official, false));
    assertEquals(others, count(official, true));
    assertEquals(CheckpointFamily.OFFICIAL, KnownFamilies.of(official.keys()));
    KeyTranslation ours = CheckpointFamily.OFFICIAL.table().toOurs(official);
    assertEquals(List.of(), ours.unexpected());
    assertEquals(List.copyOf(shapes.keySet()), List.copyOf(ours.state().keys()));
    LoadReport report = matchToOwnShapes(ours.state(), shapes);
    assertTrue(report.isExact(), report::toText);
    assertEquals(keys, report.loaded().size());
  }

  @ParameterizedTest
  @CsvSource({
    HF_R50 + ", mask2former-r50-detectron2-coco-panoptic.tsv, 647, 44036998, 53307",
    HF_SWIN + ", mask2former-swin-t-detectron2-coco-panoptic.tsv, 566, 47435264, 28946",
  })
  void huggingFaceKeysLoadWithNothingMissingAndNothingUnexpected(
      String list, String officialList, int keys, long parameters, long others) throws IOException {
    StateDict theirs = lazily(KeyLists.shapes(KeyLists.published(list)));
    assertEquals(keys, theirs.size());
    assertEquals(parameters, count(theirs, false));
    assertEquals(others, count(theirs, true));
    assertEquals(KnownFamilies.ofType("mask2former"), KnownFamilies.of(theirs.keys()));
    KeyTranslation ours = KnownFamilies.ofType("mask2former").table().toOurs(theirs);
    assertEquals(List.of(), ours.unexpected());
    Map<String, long[]> official = KeyLists.shapes(KeyLists.published(officialList));
    LoadReport report = matchToOwnShapes(ours.state(), official);
    assertTrue(report.isExact(), report::toText);
    assertEquals(official.size(), report.loaded().size());
    // Published by release 4; a norm that only release 5 stores is written for both.
    Map<String, HostTensor> exported =
        new LinkedHashMap<>(KnownFamilies.ofType("mask2former").export(ours.state()).asMap());
    exported.keySet().removeIf(key -> key.contains(".swin.layernorm."));
    assertSameKeysAndShapes(theirs, StateDict.of(exported));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mask2former_swin",
        "mask2former_resnet",
        "mask2former_resnet_basic",
        "maskformer_swin",
        "maskformer_resnet"
      })
  void importExportImportIsByteIdentical(String name) throws IOException {
    Map<String, long[]> shapes = KeyLists.shapes(Golden.file("huggingface_" + name + ".tsv"));
    Path first = folder.resolve("first.safetensors");
    Safetensors.write(first, KeyLists.state(shapes));
    ImportedWeights imported = WeightImport.read(first);
    assertEquals(
        name.startsWith("mask2former")
            ? KnownFamilies.ofType("mask2former")
            : KnownFamilies.ofType("maskformer"),
        imported.family());
    assertEquals(List.of(), imported.unexpected());

    Path exported = folder.resolve("exported.safetensors");
    StateDict theirs = imported.family().export(imported.state());
    Safetensors.write(exported, theirs.withMetadata(Map.of()));
    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(exported));
    assertSameTensors(imported.state(), WeightImport.read(exported).state());
  }

  @Test
  void releaseFiveOfTransformersReadsTheSame() throws IOException {
    StateDict state =
        KeyLists.state(KeyLists.shapes(Golden.file("huggingface_mask2former_swin.tsv")));
    KeyTranslation ours = KnownFamilies.ofType("mask2former").table().toOurs(state);
    assertEquals(List.of(), ours.unexpected());
    assertEquals(2, ours.ignored().size());
  }

  @Test
  void fusedTensorsAreTheThirdsQueryKeyValue() {
    String prefix = "model.transformer_module.decoder.layers.0.self_attn.";
    Map<String, HostTensor> theirs = new LinkedHashMap<>();
    theirs.put(prefix + "v_proj.bias", HostTensor.ofFloats(new float[] {5, 6}, 2));
    theirs.put(prefix + "q_proj.bias", HostTensor.ofFloats(new float[] {1, 2}, 2));
    theirs.put(prefix + "k_proj.bias", HostTensor.ofFloats(new float[] {3, 4}, 2));
    KeyTable table = KnownFamilies.ofType("mask2former").table();
    StateDict ours = table.toOurs(StateDict.of(theirs)).state();
    HostTensor fused =
        ours.get(
            "sem_seg_head.predictor.transformer_self_attention_layers.0.self_attn.in_proj_bias");
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, fused.toFloatArray());
    theirs.remove(prefix + "k_proj.bias");
    assertThrows(CheckpointException.class, () -> table.toOurs(StateDict.of(theirs)));
  }

  @Test
  void aRepeatedNormThatDiffersIsReported() throws IOException {
    StateDict state =
        KeyLists.state(KeyLists.shapes(Golden.file("huggingface_maskformer_swin.tsv")));
    Map<String, HostTensor> changed = new LinkedHashMap<>(state.asMap());
    String copy = "model.pixel_level_module.encoder.model.layernorm.weight";
    changed.put(copy, HostTensor.ofFloats(new float[(int) state.get(copy).elementCount()], 192));
    KeyTable table = KnownFamilies.ofType("maskformer").table();
    assertTrue(table.toOurs(state).ignored().contains(copy));
    List<String> ignored = table.toOurs(StateDict.of(changed)).ignored();
    assertTrue(
        ignored.contains(
            copy + " (no copy of backbone.norm3.weight any more; unused by the model)"),
        ignored::toString);
  }

  @Test
  void legacyNamesAreRead() {
    Set<String> ours =
        translate(
            "sem_seg_head.predictor.static_query.weight",
            "sem_seg_head.adapter_1.norm.weight",
            "sem_seg_head.mask_features.bias",
            "sem_seg_head.pixel_decoder.layer_1.weight",
            "pixel_mean");
    assertEquals(
        Set.of(
            "sem_seg_head.predictor.query_feat.weight",
            "sem_seg_head.pixel_decoder.adapter_1.norm.weight",
            "sem_seg_head.pixel_decoder.mask_features.bias",
            "sem_seg_head.pixel_decoder.layer_1.weight"),
        ours);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mask2former-r50", "maskformer-r50-6enc"})
  void aFileBeforeTheRenamingLoadsFully(String model) throws IOException {
    Map<String, long[]> shapes =
        KeyLists.shapes(KeyLists.published(model + "-detectron2-coco-panoptic.tsv"));
    StateDict old =
        renamed(
            lazily(shapes),
            key ->
                key.replace("sem_seg_head.pixel_decoder.", "sem_seg_head.")
                    .replace(".query_feat.", ".static_query."));
    KeyTranslation ours = CheckpointFamily.OFFICIAL.table().toOurs(old);
    LoadReport report = matchToOwnShapes(ours.state(), shapes);
    assertTrue(report.isExact(), report::toText);
  }

  @Test
  void torchvisionBackbonesTakeDetectron2Names() throws IOException {
    Map<String, long[]> official =
        backboneOf(KeyLists.published("mask2former-r50-detectron2-coco-panoptic.tsv"));
    StateDict torchvision = ResNetPart.TORCHVISION.export(lazily(official));
    assertTrue(torchvision.contains("layer4.2.bn3.running_var"));
    assertTrue(torchvision.contains("layer1.0.downsample.1.weight"));
    Map<String, HostTensor> file = new LinkedHashMap<>(torchvision.asMap());
    file.put("fc.weight", HostTensor.ofFloats(new float[] {1}, 1));
    file.put("bn1.num_batches_tracked", HostTensor.ofLongs(new long[] {7}));
    assertEquals(ResNetPart.TORCHVISION, KnownFamilies.of(file.keySet()));
    KeyTranslation ours = ResNetPart.TORCHVISION.table().toOurs(StateDict.of(file));
    assertEquals(official.keySet(), ours.state().keys());
    assertEquals(List.of("fc.weight", "bn1.num_batches_tracked"), ours.ignored());
  }

  @Test
  void basicBlocksTakeDetectron2Names() {
    StateDict state =
        StateDict.of(
            Map.of(
                "layer1.0.conv1.weight", HostTensor.ofFloats(new float[] {1}, 1),
                "layer4.1.bn2.bias", HostTensor.ofFloats(new float[] {1}, 1)));
    assertEquals(
        Set.of("backbone.res2.0.conv1.weight", "backbone.res5.1.conv2.norm.bias"),
        ResNetPart.TORCHVISION.table().toOurs(state).state().keys());
  }

  @ParameterizedTest
  @CsvSource({"Swin backbone (Microsoft), head.weight", "Swin backbone (timm), head.fc.weight"})
  void imageNetSwinFilesGiveABackboneWithFreshNorms(String title, String head) throws IOException {
    CheckpointFamily family =
        KnownFamilies.all().stream()
            .filter(known -> known.title().equals(title))
            .findFirst()
            .orElseThrow();
    Map<String, long[]> official =
        backboneOf(KeyLists.published("mask2former-swin-t-detectron2-coco-panoptic.tsv"));
    Map<String, long[]> stored = new LinkedHashMap<>(official);
    stored.keySet().removeIf(key -> key.matches("backbone\\.norm\\d\\..*"));
    Map<String, HostTensor> file = new LinkedHashMap<>(family.export(lazily(stored)).asMap());
    file.put("norm.weight", HostTensor.ofFloats(new float[] {1}, 1));
    file.put(head, HostTensor.ofFloats(new float[] {1}, 1));
    file.put("layers.0.blocks.1.attn_mask", HostTensor.ofFloats(new float[] {1}, 1));
    assertEquals(family, KnownFamilies.of(file.keySet()));
    Path path = folder.resolve("swin.safetensors");
    Safetensors.write(path, StateDict.of(file));
    WeightMatcher.Matched matched =
        WeightMatcher.match(WeightImport.read(path), official, LoadPolicy.backbone());
    assertEquals(8, matched.report().reinitialised().size());
    assertEquals(official.size() - 8, matched.report().loaded().size());
  }

  @Test
  void otherModelsAreRefusedByName() {
    assertRefused("mmdetection", "panoptic_head.query_feat.weight");
    assertRefused("no known family", "a.weight");
  }

  @Test
  void aModelWithoutCounterpartCannotBeExported() {
    StateDict state =
        StateDict.of(
            Map.of(
                "sem_seg_head.pixel_decoder.transformer.encoder.layers.0.norm1.weight",
                HostTensor.ofFloats(new float[] {1}, 1)));
    CheckpointException fault =
        assertThrows(
            CheckpointException.class, () -> KnownFamilies.ofType("maskformer").export(state));
    assertTrue(fault.getMessage().contains("no counterpart"), fault.getMessage());
  }

  private static void assertRefused(String message, String key) {
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> KnownFamilies.of(Set.of(key)));
    assertTrue(fault.getMessage().contains(message), fault.getMessage());
  }

  private static Set<String> translate(String... keys) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (String key : keys) {
      tensors.put(key, HostTensor.ofFloats(new float[] {1}, 1));
    }
    CheckpointFamily family = KnownFamilies.of(tensors.keySet());
    KeyTranslation translation = family.table().toOurs(StateDict.of(tensors));
    assertEquals(List.of(), translation.unexpected());
    return translation.state().keys();
  }

  private static StateDict renamed(StateDict state, UnaryOperator<String> rename) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    state.asMap().forEach((key, tensor) -> tensors.put(rename.apply(key), tensor));
    return StateDict.of(tensors);
  }

  private static Map<String, long[]> backboneOf(Path list) throws IOException {
    Map<String, long[]> shapes = KeyLists.shapes(list);
    shapes.keySet().removeIf(key -> !key.startsWith("backbone."));
    return shapes;
  }

  /** Full-size tensors of zeros, made when touched. */
  private static StateDict lazily(Map<String, long[]> shapes) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    shapes.forEach(
        (key, shape) -> {
          ElementType type =
              key.matches(".*(num_batches_tracked|relative_position_index)")
                  ? ElementType.I64
                  : ElementType.F32;
          int bytes = (int) HostTensor.byteSize(type, shape);
          tensors.put(key, HostTensor.lazy(type, shape, () -> HostTensor.allocate(bytes)));
        });
    return StateDict.of(tensors);
  }

  private static long count(StateDict state, boolean buffers) {
    return state.asMap().entrySet().stream()
        .filter(
            entry ->
                buffers
                    == entry
                        .getKey()
                        .matches(
                            ".*(running_mean|running_var|num_batches_tracked"
                                + "|relative_position_index|empty_weight)"))
        .mapToLong(entry -> entry.getValue().elementCount())
        .sum();
  }

  private static LoadReport matchToOwnShapes(StateDict ours, Map<String, long[]> model) {
    ImportedWeights weights =
        new ImportedWeights(
            CheckpointFamily.OFFICIAL,
            ours,
            List.of(),
            List.of(),
            false,
            Optional.empty(),
            new Provenance("test", "", "", "", "", ""));
    return WeightMatcher.match(weights, model, LoadPolicy.strict()).report();
  }

  private static void assertSameKeysAndShapes(StateDict expected, StateDict got) {
    assertEquals(describe(expected), describe(got));
  }

  private static Map<String, String> describe(StateDict state) {
    Map<String, String> text = new TreeMap<>();
    state.asMap().forEach((key, tensor) -> text.put(key, tensor.toString()));
    return text;
  }

  private static void assertSameTensors(StateDict expected, StateDict got) {
    assertEquals(new TreeSet<>(expected.keys()), new TreeSet<>(got.keys()));
    expected.asMap().forEach((key, tensor) -> assertTrue(tensor.contentEquals(got.get(key)), key));
  }
}
