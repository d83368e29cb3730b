package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeded mutations of real files: a result or a {@link CheckpointException}, nothing else. */
class CheckpointFuzzTest {
  private static final int MUTANTS = 400;

  /** Not a speed limit: only an endless loop reaches it. */
  private static final Duration ENDLESS = Duration.ofMinutes(5);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "golden.safetensors",
        "torch_zip.pth",
        "torch_legacy.pth",
        "detectron2_numpy_protocol0.pkl",
        "detectron2_numpy_protocol2.pkl",
        "detectron2_numpy_protocol4.pkl",
        "detectron2_numpy_protocol5.pkl",
        "detectron2_torch.pkl",
        "sharded/model.safetensors.index.json",
        "hostile.pkl"
      })
  void everyMutantGivesAResultOrACheckpointException(String name) throws IOException {
    byte[] original = Files.readAllBytes(Golden.file(name));
    Random random = new Random(name.hashCode());
    assertTimeoutPreemptively(
        ENDLESS,
        () -> {
          int read = 0;
          int refused = 0;
          for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = mutate(original, random);
            Path file = Files.write(folder.resolve("mutant"), mutant);
            try {
              for (HostTensor tensor : CheckpointReader.read(file).state().values()) {
                tensor.bytes();
              }
              read++;
            } catch (CheckpointException e) {
              refused++;
            }
          }
          assertTrue(refused > 0, name + ": " + read + " read, none refused");
        });
  }

  /** A few changed bytes, most near the start where the headers are, or a piece cut or doubled. */
  private static byte[] mutate(byte[] original, Random random) {
    byte[] mutant = original.clone();
    int kind = random.nextInt(8);
    if (kind == 0) {
      return Arrays.copyOf(mutant, random.nextInt(mutant.length));
    }
    if (kind == 1) {
      int from = random.nextInt(mutant.length);
      int length = random.nextInt(Math.min(64, mutant.length - from) + 1);
      byte[] doubled = Arrays.copyOf(mutant, mutant.length + length);
      System.arraycopy(mutant, from, doubled, from + length, mutant.length - from);
      return doubled;
    }
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int limit = random.nextBoolean() ? Math.min(64, mutant.length) : mutant.length;
      int at = random.nextInt(limit);
      mutant[at] =
          switch (random.nextInt(4)) {
            case 0 -> (byte) (mutant[at] ^ 1 << random.nextInt(8));
            case 1 -> (byte) 0xff;
            case 2 -> 0;
            default -> (byte) random.nextInt(256);
          };
    }
    return mutant;
  }
}
