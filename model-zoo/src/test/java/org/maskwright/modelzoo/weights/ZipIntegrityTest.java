package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZipIntegrityTest {
  private static final int DIRECTORY = 0x02014b50;
  private static final int LOCAL_OFFSET_FIELD = 42;

  @TempDir Path folder;

  @Test
  void aFlippedBitOfAStoredTensorIsFoundWhenItIsReadAndNotBefore() throws IOException {
    Path file = folder.resolve("flip.pth");
    TorchZipWriter.write(
        file, StateDict.of(Map.of("a", HostTensor.ofFloats(new float[] {1.25f, 2.5f, -3}, 3))));
    byte[] bytes = Files.readAllBytes(file);
    int at = find(bytes, new byte[] {0, 0, (byte) 0xa0, 0x3f, 0, 0, 0x20, 0x40});
    bytes[at] ^= 1;
    Files.write(file, bytes);
    HostTensor tensor = CheckpointReader.read(file).state().get("a");
    for (int i = 0; i < 2; i++) {
      CheckpointException fault = assertThrows(CheckpointException.class, tensor::toFloatArray);
      assertTrue(fault.getMessage().contains("CRC-32"), fault.getMessage());
      assertTrue(fault.getMessage().contains("flip.pth"), fault.getMessage());
      assertTrue(fault.getMessage().contains("data/0"), fault.getMessage());
    }
  }

  /** Whichever byte of a file flips: it is refused, or it holds the same tensors. */
  @Test
  void noFlippedBitChangesAWeight() throws IOException {
    byte[] original = Files.readAllBytes(Golden.file("no_checksums.pth"));
    StateDict truth = CheckpointReader.read(Golden.file("no_checksums.pth")).state();
    Path whole = folder.resolve("whole.pth");
    TorchZipWriter.write(whole, truth);
    byte[] bytes = Files.readAllBytes(whole);
    assertTrue(original.length > 0);
    for (int at = 0; at < bytes.length; at++) {
      byte[] flipped = bytes.clone();
      flipped[at] ^= (byte) (1 << at % 8);
      Path file = Files.write(folder.resolve("flipped-" + at), flipped);
      try {
        StateDict state = CheckpointReader.read(file).state();
        for (Map.Entry<String, HostTensor> entry : truth.asMap().entrySet()) {
          assertTrue(entry.getValue().contentEquals(state.get(entry.getKey())), "byte " + at);
        }
      } catch (CheckpointException e) {
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
      }
    }
  }

  @Test
  void aCompressedEntryIsCheckedToo() throws IOException {
    Path file = folder.resolve("deflated.pth");
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(Golden.file("torch_zip.pth").toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    assertEquals(
        CheckpointReader.read(Golden.file("torch_zip.pth")).state().keys(),
        CheckpointReader.read(file).state().keys());
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer directory = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = bytes.length - Integer.BYTES; at >= 0; at--) {
      if (directory.getInt(at) == DIRECTORY) {
        bytes[at + 16] ^= 1; // the checksum
      }
    }
    Files.write(file, bytes);
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> CheckpointReader.read(file));
    assertTrue(fault.getMessage().contains("CRC-32"), fault.getMessage());
  }

  @Test
  void entriesThatShareBytesAreRefused() throws IOException {
    Path file = folder.resolve("overlap.pth");
    TorchZipWriter.write(
        file,
        StateDict.of(
            Map.of(
                "a", HostTensor.ofFloats(new float[] {1, 2}, 2),
                "b", HostTensor.ofFloats(new float[] {3, 4}, 2))));
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer directory = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int first = -1;
    for (int at = 0; at < bytes.length - LOCAL_OFFSET_FIELD - Integer.BYTES; at++) {
      if (directory.getInt(at) == DIRECTORY) {
        first = first < 0 ? directory.getInt(at + LOCAL_OFFSET_FIELD) : first;
        directory.putInt(at + LOCAL_OFFSET_FIELD, first);
      }
    }
    Files.write(file, bytes);
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> CheckpointReader.read(file));
    assertTrue(fault.getMessage().contains("share bytes"), fault.getMessage());
  }

  @Test
  void anArchiveThatPyTorchWroteWithoutChecksumsIsRead() {
    HostTensor tensor =
        CheckpointReader.read(Golden.file("no_checksums.pth")).state().get("z.float32");
    assertTrue(
        tensor.contentEquals(Safetensors.read(Golden.file("golden.safetensors")).get("z.float32")));
  }

  private static int find(byte[] bytes, byte[] part) {
    for (int at = 0; at <= bytes.length - part.length; at++) {
      int i = 0;
      while (i < part.length && bytes[at + i] == part[i]) {
        i++;
      }
      if (i == part.length) {
        return at;
      }
    }
    throw new AssertionError("not in the file");
  }
}
