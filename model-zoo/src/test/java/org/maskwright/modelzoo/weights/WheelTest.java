package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.modelzoo.family.WeightImport;

class WheelTest {
  private static final StateDict TRUTH = Safetensors.read(Golden.file("golden.safetensors"));
  private static final String METADATA =
      "Metadata-Version: 2.1\nName: some-net\nVersion: 1.2\nAuthor: Someone\n";

  @TempDir Path folder;

  private final Map<String, byte[]> entries = new LinkedHashMap<>();

  @BeforeEach
  void aPackageWithoutWeights() {
    put("some_net/__init__.py", "class Net:\n  pass\n");
    put("some_net/settings.json", "{\"weights\": \"weights.pth\"}");
    put("some_net-1.2.dist-info/WHEEL", "Wheel-Version: 1.0\n");
    put("some_net-1.2.dist-info/METADATA", METADATA + "License: MIT\n\nLicense: of the text\n");
    put("some_net-1.2.dist-info/RECORD", "some_net/__init__.py,,\n");
  }

  private void put(String name, String text) {
    entries.put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private void putGolden(String name, String file) throws IOException {
    entries.put(name, Files.readAllBytes(Golden.file(file)));
  }

  private Path wheel() throws IOException {
    Path file = folder.resolve("some_net-1.2-py3-none-any.whl");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    }
    return file;
  }

  private static void assertFault(String message, Path file) {
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> CheckpointReader.read(file));
    assertTrue(fault.getMessage().contains(message), fault.getMessage());
    assertTrue(fault.getMessage().startsWith(file.toString()), fault.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "weights.pth, torch_zip.pth, TORCH_ZIP",
    "weights.t7, torch_legacy.pth, TORCH_LEGACY",
    "no-suffix, golden.safetensors, SAFETENSORS",
    "weights.ckpt, detectron2_torch.pkl, PICKLE",
  })
  void weightsAreFoundByTheirContentWhateverTheyAreCalled(
      String name, String golden, Checkpoint.Format format) throws IOException {
    putGolden("some_net/models/" + name, golden);
    Checkpoint checkpoint = CheckpointReader.read(wheel());
    assertEquals(format, checkpoint.format());
    assertEquals(name, checkpoint.file().getFileName().toString());
    TRUTH
        .asMap()
        .forEach(
            (key, tensor) -> assertTrue(tensor.contentEquals(checkpoint.state().get(key)), key));
  }

  @Test
  void aPackageSaysItsAuthorAndItsLicence() throws IOException {
    putGolden("some_net/weights.pth", "torch_zip.pth");
    Checkpoint checkpoint = CheckpointReader.read(wheel());
    assertEquals("MIT (package some-net 1.2)", checkpoint.state().metadata().get("license"));
    assertEquals(Optional.of("Someone"), checkpoint.author());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "License-Expression: BSD-3-Clause;License: old | - | BSD-3-Clause",
        "License: UNKNOWN;Classifier: License :: OSI Approved :: MIT License | Other words | MIT License",
        "Classifier: License :: OSI Approved;Classifier: License :: Free for all | - | Free for all",
        "License: UNKNOWN | Apache Software License 2.0 | Apache Software License 2.0",
        "License: UNKNOWN | - | -",
      })
  void theLicenceIsTheMostExactThatIsSaid(String header, String file, String expected) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("METADATA", METADATA + header.replace(';', '\n') + "\n\nLicense: GPL\n");
    if (file != null) {
      texts.put("LICENSE.txt", "\n  " + file + "\n\nmore\n");
    }
    assertEquals(
        expected == null
            ? "package some-net 1.2 does not say"
            : expected + " (package some-net 1.2)",
        WheelMetadata.of(texts).licence());
  }

  @Test
  void aWheelWithoutWeightsIsAFault() throws IOException {
    assertFault("a wheel without weights", wheel());
  }

  @Test
  void ofSeveralWeightsOneIsAskedForByName() throws IOException {
    putGolden("some_net/small.pth", "torch_bare_dict.pth");
    putGolden("some_net/large.pth", "torch_zip.pth");
    Path wheel = wheel();
    assertFault("--entry", wheel);
    assertFault("some_net/small.pth", wheel);
    assertFault("some_net/large.pth", wheel);
    Checkpoint one = CheckpointReader.readEntry(wheel, "some_net/small.pth");
    assertEquals("small.pth", one.file().getFileName().toString());
    String wrong =
        assertThrows(
                CheckpointException.class,
                () -> CheckpointReader.readEntry(wheel, "some_net/smal.pth"))
            .getMessage();
    assertTrue(wrong.contains("did you mean some_net/small.pth?"), wrong);
  }

  @Test
  void anEntryOfAFileThatIsNoWheelIsAFault() {
    CheckpointException fault =
        assertThrows(
            CheckpointException.class,
            () -> CheckpointReader.readEntry(Golden.file("torch_zip.pth"), "a"));
    assertTrue(fault.getMessage().contains("is no Python wheel"), fault.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"hostile.pth", "hostile.pkl"})
  void aMaliciousPickleInAWheelIsRefusedByName(String name) throws IOException {
    putGolden("some_net/weights.pth", name);
    Path wheel = wheel();
    CheckpointException fault =
        assertThrows(
            CheckpointException.class,
            () -> CheckpointReader.readEntry(wheel, "some_net/weights.pth"));
    assertTrue(fault.getMessage().contains("'posix.system'"), fault.getMessage());
    assertTrue(fault.getMessage().contains("some_net/weights.pth"), fault.getMessage());
    assertFalse(Files.exists(Path.of("executed.txt")));
  }

  @Test
  void aWheelInAWheelIsRefused() throws IOException {
    putGolden("some_net/weights.pth", "torch_zip.pth");
    byte[] inner = Files.readAllBytes(wheel());
    entries.remove("some_net/weights.pth");
    entries.put("some_net/inner.whl", inner);
    assertFault("lies in a wheel", wheel());
  }

  @Test
  void aBombIsRefusedBeforeItIsUnpacked() throws IOException {
    byte[] bomb = new byte[64 << 20];
    System.arraycopy(Files.readAllBytes(Golden.file("torch_legacy.pth")), 0, bomb, 0, 64);
    entries.put("some_net/weights.pth", bomb);
    assertFault("zip bomb", wheel());
  }

  @Test
  void damagedWeightsAreAFault() throws IOException {
    putGolden("some_net/weights.pth", "torch_legacy.pth");
    Path wheel = wheel();
    byte[] bytes = Files.readAllBytes(wheel);
    int at = indexOf(bytes, "some_net/weights.pth") + 200;
    for (int i = 0; i < 50; i++) {
      bytes[at + i] ^= 0x55;
    }
    Files.write(wheel, bytes);
    assertThrows(CheckpointException.class, () -> CheckpointReader.read(wheel));
  }

  @Test
  void everyMutantGivesAResultOrACheckpointException() throws IOException {
    putGolden("some_net/weights.pth", "torch_legacy.pth");
    byte[] original = Files.readAllBytes(wheel());
    Path mutant = folder.resolve("mutant.whl");
    Random random = new Random(3);
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      byte[] bytes = original.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Files.write(mutant, bytes);
      try {
        CheckpointReader.read(mutant).state().values().forEach(HostTensor::toFloatArray);
      } catch (CheckpointException e) {
        refused++;
      }
    }
    assertTrue(refused > 0);
  }

  @Test
  void theProvenanceIsTheWheelsAndItsLicenceGoesAlong() throws IOException {
    StateDict theirs =
        StateDict.of(Map.of("layer1.0.conv1.weight", HostTensor.ofFloats(new float[] {1}, 1)));
    Path weights = folder.resolve("weights.safetensors");
    Safetensors.write(weights, theirs);
    entries.put("some_net/weights.safetensors", Files.readAllBytes(weights));
    Path wheel = wheel();
    Provenance provenance = WeightImport.read(wheel).provenance();
    assertEquals("weights.safetensors", provenance.source());
    assertEquals(Provenance.sha256(List.of(wheel)), provenance.sha256());
    assertEquals("MIT (package some-net 1.2)", provenance.licence());
  }

  private static int indexOf(byte[] bytes, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; ; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
  }
}
