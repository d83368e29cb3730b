package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.ImageDecoder;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.SampleRandom;

/**
 * Broken annotations, label maps and photographs: a result or a DatasetException, never another
 * error. {@code -Dmaskwright.fuzz.mutants=N} makes it a campaign, {@code maskwright.fuzz.seed}
 * another one.
 */
class ReaderFuzzTest {
  private static final int MUTANTS = Integer.getInteger("maskwright.fuzz.mutants", 150);
  private static final long SEED = Long.getLong("maskwright.fuzz.seed", 1);

  private static final Pattern TOKEN =
      Pattern.compile("-?\\d+(\\.\\d+)?|\"[^\"]*\"|[{}\\[\\]:,]|true|false");

  private static final List<String> TOKENS =
      List.of(
          "0",
          "-1",
          "1",
          "2147483648",
          "9223372036854775807",
          "99999999999999999999",
          "1e400",
          "-1e3",
          "0.5",
          "null",
          "true",
          "[]",
          "{}",
          "[[]]",
          "[1,2]",
          "{\"size\":[1,1],\"counts\":\"1\"}",
          "{\"size\":[4,4],\"counts\":[17]}",
          "\"\"",
          "\"../x\"",
          "\"\\u0000\"",
          ",",
          "]",
          "}");

  @TempDir private Path folder;
  private final SplittableRandom random = new SplittableRandom(SEED);

  @BeforeEach
  void writeScenes() {
    Scenes.write(folder.resolve("scenes"), new ScenesConfig(1, 2, 1, 48, 32, 4));
  }

  private Path scene(String name) {
    return folder.resolve("scenes").resolve(name);
  }

  private interface Read {
    void run() throws IOException;
  }

  /** Whether it could be read. */
  private static boolean reads(int mutant, Read read) throws IOException {
    try {
      read.run();
      return true;
    } catch (DatasetException e) {
      assertFalse(e.getMessage().isBlank());
      return false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("mutant " + mutant + " of seed " + SEED + ": " + e, e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"instances", "panoptic"})
  void brokenAnnotationsAreADataSetOrADatasetException(String kind) throws IOException {
    Path json = scene("annotations/" + kind + "_train.json");
    String original = Files.readString(json);
    String type = kind.equals("panoptic") ? "coco-panoptic" : "coco-instance";
    var settings = DatasetSettings.of(type, folder.resolve("scenes"), "train");
    int read = 0;
    for (int i = 0; i < MUTANTS; i++) {
      Files.writeString(json, mutateTokens(original));
      read += reads(i, () -> readAll(DatasetOpener.open(settings))) ? 1 : 0;
    }
    assertTrue(read < MUTANTS, "no mutant was refused");
    Files.writeString(json, original);
    readAll(DatasetOpener.open(settings));
  }

  /** Then nothing but the photograph says how large a mask must be. */
  @Test
  void brokenAnnotationsOfImagesWithoutASizeAreADataSetOrADatasetException() throws IOException {
    Path json = scene("annotations/instances_train.json");
    String original =
        Files.readString(json)
            .replaceAll("\"(?:width|height)\":\\s*\\d+,?", "")
            .replaceAll(",\\s*}", "}");
    var settings = DatasetSettings.of("coco-instance", folder.resolve("scenes"), "train");
    Files.writeString(json, original);
    readAll(DatasetOpener.open(settings));
    for (int i = 0; i < MUTANTS; i++) {
      Files.writeString(json, mutateTokens(original));
      reads(i, () -> readAll(DatasetOpener.open(settings)));
      reads(i, () -> DatasetStats.quick(DatasetOpener.open(settings)));
    }
  }

  @Test
  void theCheckOfABrokenDataSetReportsOrThrowsADatasetException() throws IOException {
    Path json = scene("annotations/instances_train.json");
    String original = Files.readString(json);
    var settings = DatasetSettings.of("coco-instance", folder.resolve("scenes"), "train");
    for (int i = 0; i < MUTANTS; i++) {
      Files.writeString(json, mutateTokens(original));
      reads(i, () -> DataCheck.run(settings));
    }
  }

  private static void readAll(Dataset dataset) {
    for (int i = 0; i < dataset.size(); i++) {
      Sample sample = dataset.load(i);
      SegmentAreas.of(sample);
      Augmentation.none(Task.INSTANCE)
          .apply(sample, dataset.categories(), SampleRandom.of(0, 0, i));
      MergedThings.of(dataset).load(i);
    }
  }

  @Test
  void brokenBytesOfAnnotationsAreADataSetOrADatasetException() throws IOException {
    Path json = scene("annotations/instances_train.json");
    byte[] original = Files.readAllBytes(json);
    var settings = DatasetSettings.of("coco-instance", folder.resolve("scenes"), "train");
    for (int i = 0; i < MUTANTS; i++) {
      Files.write(json, mutateBytes(original));
      reads(i, () -> readAll(DatasetOpener.open(settings)));
    }
  }

  @Test
  void aBrokenLabelMapIsALabelMapOrADatasetException() throws IOException {
    byte[] ids = Files.readAllBytes(scene("annotations/panoptic_train/000000000001.png"));
    fuzz(ids, LabelPng::decode);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "scene.jpg",
        "rgb.jpg",
        "cmyk.jpg",
        "rgb.png",
        "grey16.png",
        "rgb.tif",
        "rgb.webp"
      })
  void aBrokenPhotographIsAPhotographOrADatasetException(String name) throws IOException {
    Path scene = scene("images/train/000000000001.jpg");
    byte[] photo =
        name.equals("scene.jpg")
            ? Files.readAllBytes(scene)
            : ReaderFuzzTest.class
                .getResourceAsStream("/org/maskwright/datasets/image/" + name)
                .readAllBytes();
    fuzz(photo, ImageDecoder::decode);
  }

  private interface Decode {
    Object decode(byte[] file);
  }

  private void fuzz(byte[] original, Decode decode) throws IOException {
    decode.decode(original);
    int read = 0;
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = mutateBytes(original);
      read += reads(i, () -> decode.decode(mutant)) ? 1 : 0;
    }
    assertTrue(read < MUTANTS, "no mutant was refused");
  }

  /** One to three tokens of JSON replaced, dropped or doubled. */
  private String mutateTokens(String json) {
    String mutant = json;
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      List<MatchResult> tokens = TOKEN.matcher(mutant).results().toList();
      if (tokens.isEmpty()) {
        return mutant;
      }
      MatchResult token = tokens.get(random.nextInt(tokens.size()));
      String instead =
          switch (random.nextInt(6)) {
            case 0 -> "";
            case 1 -> token.group() + token.group();
            case 2 -> tokens.get(random.nextInt(tokens.size())).group();
            default -> TOKENS.get(random.nextInt(TOKENS.size()));
          };
      mutant = mutant.substring(0, token.start()) + instead + mutant.substring(token.end());
    }
    return mutant;
  }

  /** A few changed bytes, half of them near the start, or a piece cut off or doubled. */
  private byte[] mutateBytes(byte[] original) {
    int kind = random.nextInt(8);
    if (kind == 0) {
      return Arrays.copyOf(original, random.nextInt(original.length));
    }
    byte[] mutant = original.clone();
    if (kind == 1) {
      int from = random.nextInt(original.length);
      int length = random.nextInt(Math.min(64, original.length - from) + 1);
      mutant = Arrays.copyOf(original, original.length + length);
      System.arraycopy(original, from, mutant, from + length, original.length - from);
      return mutant;
    }
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int within = random.nextBoolean() ? Math.min(96, mutant.length) : mutant.length;
      int at = random.nextInt(within);
      mutant[at] =
          random.nextBoolean()
              ? (byte) (mutant[at] ^ 1 << random.nextInt(8))
              : (byte) random.nextInt(256);
    }
    return mutant;
  }
}
