package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.text.ClipText;
import org.maskwright.modelzoo.text.TextCheckpoints;
import org.maskwright.modelzoo.text.TextSizes;
import org.maskwright.modelzoo.text.TextTransformer;
import org.maskwright.modelzoo.text.TokenBatch;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.KeyTranslation;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * Text encoders against Hugging Face's and OpenCLIP's; make_text.py made the golden files. The
 * tolerance is float32 rounding: 1e-4 of the largest value, of a gradient 1e-3 of the largest norm.
 */
class TextParityTest {
  private static final double TOLERANCE = 1e-4;
  private static final double GRADIENT_TOLERANCE = 1e-3;

  private static CheckpointFamily family(String name) {
    return name.equals("open-clip") ? TextCheckpoints.OPENAI : TextCheckpoints.HUGGING_FACE;
  }

  private static TextSizes sizes(String name) {
    return new TextSizes(
        120,
        12,
        32,
        2,
        2,
        name.equals("open-clip") ? 64 : 48,
        24,
        name.equals("quick-gelu") ? VitActivation.QUICK_GELU : VitActivation.GELU,
        1e-5);
  }

  /** With what is behind the ends, or without. */
  private static TokenBatch texts(HostTensor ids, boolean padded) {
    long[] all = ids.toLongArray();
    int length = (int) ids.size(1);
    List<int[]> sequences = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    for (int from = 0; from < all.length; from += length) {
      int end = 0;
      for (int i = 0; i < length; i++) {
        end = all[from + i] > all[from + end] ? i : end;
      }
      int[] sequence = new int[padded ? length : end + 1];
      for (int i = 0; i < sequence.length; i++) {
        sequence[i] = (int) all[from + i];
      }
      sequences.add(sequence);
      ends.add(end);
    }
    return new TokenBatch(sequences, ends);
  }

  private static void load(TextTransformer text, StateDict state) {
    Map<String, Parameter> parameters = text.state();
    assertEquals(new TreeSet<>(parameters.keySet()), new TreeSet<>(state.keys()));
    state.asMap().forEach((name, value) -> parameters.get(name).set(value.floats()));
  }

  @ParameterizedTest
  @CsvSource({
    "quick-gelu, torch", "quick-gelu, nd4j",
    "gelu, torch", "gelu, nd4j",
    "open-clip, torch", "open-clip, nd4j"
  })
  void embeddingsAndGradientsAreThoseOfTheReference(String name, String backend) throws Exception {
    StateDict golden = GoldenFile.read("text-" + name);
    KeyTranslation weights = family(name).translate(GoldenFile.part(golden, "state."));
    assertEquals(List.of(), weights.unexpected());
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        TextTransformer text = new TextTransformer(engine, sizes(name));
        var scope = engine.scope()) {
      load(text, weights.state());
      Tensor embeddings = text.forward(texts(golden.get("ids"), true));
      GoldenFile.assertClose("embeddings", golden.get("embeddings"), embeddings, TOLERANCE);
      GoldenFile.weighted(embeddings).backward();
      StateDict gradients = family(name).translate(GoldenFile.part(golden, "grad.")).state();
      int compared =
          GoldenFile.assertGradients(gradients, "", text.parameters(), GRADIENT_TOLERANCE);
      assertTrue(compared > 25, "compared " + compared);
    }
  }

  @Test
  void otherTextsAndPaddingChangeNothing() throws Exception {
    StateDict golden = GoldenFile.read("text-gelu");
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"));
        TextTransformer text = new TextTransformer(engine, sizes("gelu"));
        var off = engine.noGrad();
        var scope = engine.scope()) {
      load(text, family("gelu").translate(GoldenFile.part(golden, "state.")).state());
      float[] padded = text.forward(texts(golden.get("ids"), true)).toFloats();
      for (int b = 0; b < 3; b++) {
        float[] alone = text.forward(texts(golden.get("ids").rows(b, b + 1), false)).toFloats();
        float[] row = java.util.Arrays.copyOfRange(padded, 24 * b, 24 * b + 24);
        assertArrayEquals(row, alone, 1e-5f);
      }
      float[] unit = text.embed(texts(golden.get("ids"), true)).toFloats();
      double square = 0;
      for (int i = 24; i < 48; i++) {
        square += (double) unit[i] * unit[i];
      }
      assertEquals(1, square, 1e-5);
      TokenBatch beyond = new TokenBatch(List.of(new int[] {1, 120}), List.of(1));
      assertThrows(IllegalArgumentException.class, () -> text.forward(beyond));
      TokenBatch longer = new TokenBatch(List.of(new int[13]), List.of(1));
      assertThrows(IllegalArgumentException.class, () -> text.forward(longer));
    }
  }

  /** All that is in the file comes back to the bit; so it does by way of the other names. */
  @ParameterizedTest
  @CsvSource({"quick-gelu", "gelu", "open-clip"})
  void exportIsTheInverseOfImport(String name) throws Exception {
    StateDict theirs = GoldenFile.part(GoldenFile.read("text-" + name), "state.");
    KeyTranslation ours = family(name).translate(theirs);
    TreeSet<String> kept = new TreeSet<>(theirs.keys());
    ours.ignored().forEach(kept::remove);
    for (CheckpointFamily way :
        List.of(TextCheckpoints.OPENAI, TextCheckpoints.OPEN_CLIP, TextCheckpoints.HUGGING_FACE)) {
      StateDict there = way.export(ours.state());
      assertTrue(way.recognises(there.keys()));
      StateDict back = family(name).export(way.translate(there).state());
      assertEquals(kept, new TreeSet<>(back.keys()));
      back.asMap().forEach((key, value) -> assertTrue(value.contentEquals(theirs.get(key)), key));
    }
  }

  @Test
  void publishedSizesHaveThePublishedNumberOfParameters() {
    try (Engine engine = Engine.shapesOnly()) {
      // ViT-B/32, RN50 and ViT-L/14: transformers' CLIPTextModelWithProjection of these sizes.
      assertEquals(63_428_096, count(engine, 512, 512));
      assertEquals(63_690_240, count(engine, 512, 1024));
      assertEquals(123_650_304, count(engine, 768, 768));
    }
  }

  private static long count(Engine engine, int width, int embedding) {
    TextSizes sizes = TextSizes.of(width, 12, embedding, VitActivation.QUICK_GELU);
    try (TextTransformer text = new TextTransformer(engine, sizes)) {
      return text.parameterCount();
    }
  }

  /** Whole text encoders of make_text.py --full: the largest differences. */
  public static void main(String[] folders) {
    for (String folder : folders) {
      StateDict golden = Safetensors.read(Path.of(folder, "expected.safetensors"));
      for (String backend : List.of("torch", "nd4j")) {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
            ClipText text = ClipText.open(engine, Path.of(folder), Optional.empty());
            var off = engine.noGrad();
            var scope = engine.scope()) {
          float[] got = text.transformer().forward(texts(golden.get("ids"), false)).toFloats();
          float[] expected = golden.get("embeddings").toFloatArray();
          double largest = 0;
          double difference = 0;
          for (int i = 0; i < got.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(expected[i] - got[i]));
          }
          System.out.printf("%s %s: %.1e of %.2f%n", folder, backend, difference, largest);
        }
      }
    }
  }
}
