package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Seeded mutations of real files: a result or a {@link CheckpointException}, nothing else. {@code
 * -Dmaskwright.fuzz.mutants=N} makes it a campaign, {@code maskwright.fuzz.seed} another one.
 */
class CheckpointFuzzTest {
  private static final int MUTANTS = Integer.getInteger("maskwright.fuzz.mutants", 2000);
  private static final long SEED = Long.getLong("maskwright.fuzz.seed", 1);

  /** Not a speed limit: only an endless loop reaches it. */
  private static final Duration ENDLESS = Duration.ofMinutes(5).plusMillis(100L * MUTANTS);

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
        "objects_safe_legacy.pth",
        "hostile.pkl"
      })
  void everyMutantGivesAResultOrACheckpointException(String name) throws IOException {
    byte[] original = Files.readAllBytes(Golden.file(name));
    Random random = new Random(SEED + name.hashCode());
    Tally tally = readAll(i -> new Mutant(ByteBuffer.wrap(mutate(original, random)), -1));
    assertTrue(tally.refused() > 0, name + ": " + tally);
  }

  /**
   * Changes within the JSON, with a length field that is right, reach what is behind the parser.
   */
  @Test
  void aMutatedSafetensorsHeaderIsRefusedOrCoversTheDataExactly() throws IOException {
    ByteBuffer golden =
        ByteBuffer.wrap(Files.readAllBytes(Golden.file("golden.safetensors")))
            .order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[Math.toIntExact(golden.getLong())];
    golden.get(header);
    byte[] data = new byte[golden.remaining()];
    golden.get(data);
    String json = new String(header, StandardCharsets.UTF_8);
    Random random = new Random(SEED);
    Tally tally =
        readAll(
            i -> {
              byte[] changed = mutateJson(json, random).getBytes(StandardCharsets.UTF_8);
              int size = Math.max(0, data.length + (random.nextInt(8) == 0 ? pick(random) : 0));
              byte[] all =
                  ByteBuffer.allocate(Long.BYTES + changed.length + size)
                      .order(ByteOrder.LITTLE_ENDIAN)
                      .putLong(changed.length)
                      .put(changed)
                      .put(data, 0, Math.min(size, data.length))
                      .array();
              return new Mutant(ByteBuffer.wrap(all), size);
            });
    assertTrue(tally.refused() > 0 && tally.read() > 0, tally::toString);
  }

  private static int pick(Random random) {
    return random.nextInt(9) - 4;
  }

  /** The checksums are right, so that mutants get past the archive. */
  @ParameterizedTest
  @ValueSource(
      strings = {"torch_zip.pth", "objects_safe.pth", "objects_unknown.pth", "objects_flat.pth"})
  void aMutatedPickleOrEntryOfAnIntactZipGivesAResultOrACheckpointException(String name)
      throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(Golden.file(name).toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    Random random = new Random(SEED + 1);
    Tally tally =
        readAll(i -> new Mutant(ByteBuffer.wrap(zip(mutateEntries(entries, random), random)), -1));
    assertTrue(tally.refused() > 0 && tally.read() > 0, tally::toString);
  }

  /** A file, and how many bytes its tensors must take if it is read; -1 = any. */
  private record Mutant(ByteBuffer bytes, long tensorBytes) {}

  private record Tally(int read, int refused) {}

  private interface Mutants {
    Mutant get(int index) throws IOException;
  }

  private Tally readAll(Mutants mutants) {
    return assertTimeoutPreemptively(
        ENDLESS,
        () -> {
          int read = 0;
          for (int i = 0; i < MUTANTS; i++) {
            Mutant mutant = mutants.get(i);
            // Each a new file: to write an old one again is to wait for the disk.
            Path file = Files.write(folder.resolve("mutant-" + i), mutant.bytes().array());
            try {
              long bytes = 0;
              for (HostTensor tensor : CheckpointReader.read(file).state().values()) {
                bytes += tensor.bytes().remaining();
              }
              if (mutant.tensorBytes() >= 0) {
                assertEquals(mutant.tensorBytes(), bytes, "mutant " + i);
              }
              read++;
            } catch (CheckpointException e) {
              assertFalse(e.getMessage().isBlank());
            } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
              throw new AssertionError("mutant " + i + " of seed " + SEED + ": " + e, e);
            }
            Files.delete(file);
          }
          return new Tally(read, MUTANTS - read);
        });
  }

  private static final Pattern JSON_TOKEN = Pattern.compile("\\d+|\"[^\"]*\"|[{}\\[\\]:,]");

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "-1",
          "2147483648",
          "4294967296",
          "4611686018427387904",
          "9223372036854775807",
          "9223372036854775808",
          "99999999999999999999",
          "1e3",
          "1.5",
          "null",
          "true",
          "[]",
          "{}");

  /** Numbers made extreme, names and types exchanged, punctuation lost, doubled or exchanged. */
  private static String mutateJson(String json, Random random) {
    String mutant = json;
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      List<MatchResult> tokens = JSON_TOKEN.matcher(mutant).results().toList();
      if (tokens.isEmpty()) {
        return mutant;
      }
      MatchResult token = tokens.get(random.nextInt(tokens.size()));
      String other = tokens.get(random.nextInt(tokens.size())).group();
      boolean number = Character.isDigit(token.group().charAt(0));
      String instead =
          switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 -> number ? NUMBERS.get(random.nextInt(NUMBERS.size())) : other;
            case 2 -> number ? NUMBERS.get(random.nextInt(NUMBERS.size())) : token.group();
            default -> other;
          };
      mutant = mutant.substring(0, token.start()) + instead + mutant.substring(token.end());
    }
    return mutant;
  }

  private static Map<String, byte[]> mutateEntries(Map<String, byte[]> entries, Random random) {
    Map<String, byte[]> mutant = new LinkedHashMap<>(entries);
    List<String> names = List.copyOf(entries.keySet());
    String name = names.get(random.nextInt(names.size()));
    String other = names.get(random.nextInt(names.size()));
    String pickle = names.stream().filter(n -> n.endsWith("/data.pkl")).findFirst().orElseThrow();
    switch (random.nextInt(12)) {
      case 0 -> mutant.remove(name);
      case 1 -> mutant.put(name, entries.get(other));
      case 2 -> mutant.put(name + "/..", entries.get(name));
      case 3 -> mutant.put("x" + name, mutant.remove(name));
      case 4 -> mutant.put(name, new byte[1 << 21]); // a thousandth of it when compressed
      case 5 -> mutant.put(name, Arrays.copyOf(entries.get(name), random.nextInt(64)));
      default -> mutant.put(pickle, mutate(entries.get(pickle), random));
    }
    return mutant;
  }

  private static byte[] zip(Map<String, byte[]> entries, Random random) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean stored = random.nextBoolean();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> e : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(e.getKey());
        if (stored) {
          CRC32 crc = new CRC32();
          crc.update(e.getValue());
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(e.getValue().length);
          entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(e.getValue());
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  /**
   * A few changed bytes, most near the start where the headers are or near the end where a zip has
   * its directory, or a piece cut or doubled.
   */
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
      int near = Math.min(random.nextBoolean() ? 64 : 512, mutant.length);
      int at =
          switch (random.nextInt(4)) {
            case 0, 1 -> random.nextInt(near);
            case 2 -> mutant.length - 1 - random.nextInt(near);
            default -> random.nextInt(mutant.length);
          };
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
