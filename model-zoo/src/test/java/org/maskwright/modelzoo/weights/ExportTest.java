package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.modelzoo.BackboneConfig;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.Variants;

class ExportTest {
  private static final HuggingFaceSettings SETTINGS =
      new HuggingFaceSettings(
          "mask2former",
          List.of("a cat", "1", "b", "c", "d", "e", "f"),
          8,
          640,
          1333,
          List.of(123.675, 116.28, 103.53),
          List.of(58.395, 57.12, 57.375),
          BackboneConfig.Geometry.TORCHVISION);

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

  @ParameterizedTest
  @CsvSource({
    "mask2former_swin, mask2former",
    "mask2former_resnet, mask2former",
    "mask2former_resnet_basic, mask2former",
    "maskformer_swin, maskformer",
    "maskformer_resnet, maskformer"
  })
  void aHuggingFaceFolderReadsBackAsItWasWritten(String name, String type) throws IOException {
    Path source = folder.resolve("source.safetensors");
    Safetensors.write(
        source, KeyLists.state(KeyLists.shapes(Golden.file("huggingface_" + name + ".tsv"))));
    ImportedWeights imported = ImportedWeights.read(source);
    ModelConfig model = DeducedArchitecture.of(imported.state()).model().orElseThrow();
    Path out = folder.resolve("hf");
    HuggingFaceFolder.write(out, model, SETTINGS, imported.state());

    assertTrue(HuggingFaceFolder.isOne(out));
    HuggingFaceSettings settings = HuggingFaceFolder.read(out);
    assertEquals(type, settings.modelType());
    assertEquals(SETTINGS.classNames(), settings.classNames());
    assertEquals(640, settings.shortEdge());
    assertEquals(1333, settings.maxSize());
    for (int i = 0; i < 3; i++) {
      assertEquals(SETTINGS.mean().get(i), settings.mean().get(i), 1e-9);
      assertEquals(SETTINGS.std().get(i), settings.std().get(i), 1e-9);
    }
    ImportedWeights back = ImportedWeights.read(out);
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
        List.of("{", "{}", "{\"model_type\":\"eomt\"}", config.replace("\"1\":", "\"2\":"))) {
      Files.writeString(folder.resolve("config.json"), bad);
      assertThrows(CheckpointException.class, () -> HuggingFaceFolder.read(folder), bad);
    }
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
