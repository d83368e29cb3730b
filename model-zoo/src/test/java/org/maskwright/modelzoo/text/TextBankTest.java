package org.maskwright.modelzoo.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.NumpyArchive;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

class TextBankTest {
  private static final int WIDTH = 6;
  private static final List<WordClass> CLASSES =
      List.of(
          new WordClass("pet", List.of("cat", "dog")),
          new WordClass("vehicle", List.of("car", "bus", "\"tram\" ☃")),
          WordClass.named("tree"));
  private static final List<String> TEMPLATES = List.of("{}", "a photo of a {}.", "the {}");
  @TempDir Path folder;

  static float[] unit(Random random, int count, int width) {
    float[] values = new float[count * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < values.length; i += width) {
      TextBank.normalize(values, i, width);
    }
    return values;
  }

  private static TextBank bank() {
    return TextBank.of(CLASSES, TEMPLATES, WIDTH, unit(new Random(3), 6 * 3, WIDTH));
  }

  private static float[] row(WordTable table, int k, int s) {
    float[] row = new float[table.width()];
    System.arraycopy(
        table.rows(), (k * table.perClass() + s) * table.width(), row, 0, table.width());
    return row;
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(TextBankTest.class.getResource(name).toURI());
  }

  @Test
  void whatIsWrittenIsRead() {
    TextBank bank =
        bank()
            .withTemplateWeights(new float[] {0.5f, 0.25f, 0.25f})
            .withLogitScale(100.1)
            .withProvenance(Map.of("model", "tiny \"x\"\n", "date", "2026-01-01"));
    Path file = folder.resolve("bank.safetensors");
    bank.write(file);
    TextBank read = TextBank.read(file);
    assertEquals(bank.classes(), read.classes());
    assertEquals(bank.templates(), read.templates());
    assertArrayEquals(bank.embeddings(), read.embeddings());
    assertArrayEquals(bank.templateWeights().orElseThrow(), read.templateWeights().orElseThrow());
    assertEquals(bank.logitScale(), read.logitScale());
    assertEquals(bank.provenance(), read.provenance());
    assertEquals(
        List.of(0L, 0L, 1L, 1L, 1L, 2L),
        Arrays.stream(Safetensors.read(file).get("word_class").toLongArray()).boxed().toList());
    bank().write(file);
    assertTrue(TextBank.read(file).templateWeights().isEmpty());
  }

  @Test
  void meanIsTheDirectionOfTheSumOverTemplates() {
    WordTable table = bank().table(Reduction.MEAN);
    assertEquals(List.of("pet", "vehicle", "tree"), table.names());
    assertEquals(3, table.perClass());
    float[] sum = new float[WIDTH];
    for (int p = 0; p < 3; p++) {
      for (int i = 0; i < WIDTH; i++) {
        sum[i] += bank().embedding(3, p)[i];
      }
    }
    TextBank.normalize(sum, 0, WIDTH);
    assertArrayEquals(sum, row(table, 1, 1), 1e-6f);
  }

  @Test
  void classesOfFewerWordsRepeatTheirFirstRow() {
    for (Reduction reduction : List.of(Reduction.MEAN, Reduction.MAX)) {
      WordTable table = bank().table(reduction);
      int own = reduction == Reduction.MAX ? 3 : 1;
      assertEquals(3 * own, table.perClass());
      for (int s = own; s < table.perClass(); s++) {
        assertArrayEquals(row(table, 2, 0), row(table, 2, s));
      }
    }
  }

  @Test
  void greatestOfAllIsEachEmbeddingAsItIs() {
    WordTable table = bank().table(Reduction.MAX);
    assertArrayEquals(bank().embedding(4, 2), row(table, 1, 8));
  }

  @Test
  void weightedRowsGiveTheWeightedMeanOfLogits() {
    float[] weights = {0.7f, 0.1f, 0.2f};
    WordTable table = bank().withTemplateWeights(weights).table(Reduction.WEIGHTED);
    float[] image = unit(new Random(9), 1, WIDTH);
    double expected = 0;
    for (int p = 0; p < 3; p++) {
      expected += weights[p] * dot(image, bank().embedding(5, p));
    }
    assertEquals(expected, dot(image, row(table, 2, 0)), 1e-6);
    assertThrows(CheckpointException.class, () -> bank().table(Reduction.WEIGHTED));
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void wordsAreChosenForOtherClasses() {
    TextBank chosen =
        bank()
            .withLogitScale(20)
            .select(
                List.of(new WordClass("green", List.of("tree", "cat")), WordClass.named("bus")));
    assertArrayEquals(bank().embedding(5, 1), chosen.embedding(0, 1));
    assertArrayEquals(bank().embedding(0, 2), chosen.embedding(1, 2));
    assertArrayEquals(bank().embedding(3, 0), chosen.embedding(2, 0));
    assertEquals(20, chosen.logitScale().orElseThrow());
  }

  @Test
  void wordsAreFoundWhateverTheirCase() {
    TextBank chosen = bank().select(List.of(WordClass.named("Bus"), WordClass.named("cat")));
    assertEquals("Bus", chosen.words().get(0));
    assertArrayEquals(
        bank().embedding(bank().find("bus").orElseThrow(), 1), chosen.embedding(0, 1));
  }

  @Test
  void unknownWordsAreListedWithTheNearest() {
    CheckpointException error =
        assertThrows(
            CheckpointException.class,
            () -> bank().select(List.of(WordClass.named("busy"), WordClass.named("zeppelin"))));
    assertTrue(
        error.getMessage().contains("'busy' (nearest: 'bus'), 'zeppelin'"), error.getMessage());
  }

  @Test
  void whatNoBankCanHoldIsRefused() {
    float[] good = bank().embeddings();
    refused("twice", () -> new WordClass("a", List.of("b", "b")));
    refused("at least one word", () -> new WordClass("a", List.of()));
    refused("empty", () -> new WordClass("a", List.of(" ")));
    refused("empty", () -> WordClass.named(""));
    refused(
        "'cat' is there twice",
        () ->
            TextBank.of(
                List.of(WordClass.named("cat"), WordClass.named("cat")),
                List.of("{}"),
                WIDTH,
                unit(new Random(1), 2, WIDTH)));
    refused("'photo'", () -> TextBank.of(CLASSES, List.of("photo"), WIDTH, good));
    refused("'{} {}'", () -> TextBank.of(CLASSES, List.of("{} {}"), WIDTH, good));
    refused("there twice", () -> TextBank.of(CLASSES, List.of("{}", "{}"), WIDTH, good));
    refused("width 5", () -> TextBank.of(CLASSES, TEMPLATES, 5, good));
    float[] bad = good.clone();
    bad[3 * WIDTH] = Float.NaN;
    refused("'dog' in '{}' has length NaN", () -> TextBank.of(CLASSES, TEMPLATES, WIDTH, bad));
    float[] longer = good.clone();
    for (int i = 0; i < WIDTH; i++) {
      longer[i] *= 2;
    }
    refused("has length 2", () -> TextBank.of(CLASSES, TEMPLATES, WIDTH, longer));
    refused("sum 0.5", () -> bank().withTemplateWeights(new float[] {0.5f, 0, 0}));
    refused("got 2", () -> bank().withTemplateWeights(new float[] {0.5f, 0.5f}));
    refused("NaN", () -> bank().withLogitScale(Double.NaN));
  }

  private static void refused(String expected, Runnable work) {
    IllegalArgumentException error = assertThrows(IllegalArgumentException.class, work::run);
    assertTrue(error.getMessage().contains(expected), error.getMessage());
  }

  @Test
  void filesThatSayOtherwiseAreRefused() {
    Path file = folder.resolve("bank.safetensors");
    bank().write(file);
    StateDict state = Safetensors.read(file);
    Map<String, HostTensor> tensors = new LinkedHashMap<>(state.asMap());
    tensors.put("word_class", HostTensor.ofLongs(new long[] {0, 0, 1, 1, 2, 2}, 6));
    Map<String, String> metadata = state.metadata();
    List<StateDict> wrong = new ArrayList<>();
    wrong.add(StateDict.of(tensors).withMetadata(metadata));
    wrong.add(state.withMetadata(Map.of()));
    for (String key : List.of("classes", "templates", "provenance")) {
      Map<String, String> other = new LinkedHashMap<>(metadata);
      other.put(key, "{\"a\": 1}");
      wrong.add(state.withMetadata(other));
      Map<String, String> broken = new LinkedHashMap<>(metadata);
      broken.put(key, "[\"a\"");
      wrong.add(state.withMetadata(broken));
    }
    Path other = folder.resolve("other.safetensors");
    for (StateDict each : wrong) {
      Safetensors.write(other, each);
      CheckpointException error =
          assertThrows(CheckpointException.class, () -> TextBank.read(other));
      assertTrue(error.getMessage().startsWith(other.toString()), error.getMessage());
    }
  }

  @Test
  void banksOfNumpyAreRead() throws Exception {
    TextBank mean = TextBank.read(resource("bank-mean.npz"));
    assertEquals(List.of("cat", "Löwe", "犬 🐕"), mean.words());
    assertEquals(List.of("{}"), mean.templates());
    assertEquals(4, mean.width());
    TextBank all = TextBank.read(resource("bank-templates.npz"));
    assertEquals(List.of("{}", "a {}."), all.templates());
    assertEquals(20, all.logitScale().orElseThrow());
    for (int k = 0; k < 3; k++) {
      assertArrayEquals(mean.embedding(k, 0), all.embedding(k, 0), 1e-3f);
    }
    HostTensor one = NumpyArchive.read(resource("one.npy")).tensor(NumpyArchive.UNNAMED);
    float[] second = one.rows(1, 2).toFloatArray();
    TextBank.normalize(second, 0, 4);
    assertArrayEquals(second, all.embedding(1, 1), 1e-3f);
  }

  @Test
  void numpyFilesOfObjectsAndColumnsAreRefused() {
    for (String name : List.of("objects.npz", "columns.npz", "one.npy")) {
      assertThrows(CheckpointException.class, () -> TextBank.read(resource(name)), name);
    }
  }
}
