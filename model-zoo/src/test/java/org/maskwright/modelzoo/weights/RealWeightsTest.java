package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.WeightImport;

/** Real ImageNet ResNets with torchvision's names, half of their tensors F16. */
class RealWeightsTest {
  @ParameterizedTest
  @CsvSource({"resnet18_pqf_small, 102, r18", "resnet50_pqf_large, 267, r50"})
  void everyTensorHasItsPublishedHashAndTheBackboneIsRecognised(
      String name, int tensors, String variant) throws IOException, NoSuchAlgorithmException {
    Path weights = Path.of(System.getProperty("maskwright.shared", "absent"), "data/weights");
    Path file = weights.resolve("decoded/" + name + ".safetensors");
    assumeTrue(Files.exists(file), "no real weights at " + file);
    StateDict state = Safetensors.read(file);
    assertEquals(tensors, state.size());
    int checked = 0;
    for (String line : Files.readAllLines(weights.resolve(name + ".tensors.tsv"))) {
      List<String> columns = List.of(line.split("\t", -1));
      if (!state.contains(columns.get(0))) {
        continue; // the heading
      }
      float[] values = state.get(columns.get(0)).toFloatArray();
      ByteBuffer bytes =
          ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes.array());
      assertEquals(
          columns.get(columns.size() - 1),
          HexFormat.of().formatHex(hash).substring(0, 16),
          columns.get(0));
      checked++;
    }
    assertEquals(tensors, checked);

    ImportedWeights imported = WeightImport.read(file);
    assertEquals(ResNetPart.TORCHVISION, imported.family());
    assertEquals(List.of(), imported.unexpected());
    assertEquals(Set.of("fc.weight", "fc.bias"), Set.copyOf(imported.ignored()));
    BackboneConfig backbone = DeducedArchitecture.of(imported.state()).backbone();
    assertEquals(Variants.get("mask2former-" + variant).backbone(), backbone);
    assertTrue(imported.provenance().sha256().matches("[0-9a-f]{64}"));
  }
}
