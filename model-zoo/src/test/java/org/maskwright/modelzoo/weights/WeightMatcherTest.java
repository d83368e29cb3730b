package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;

class WeightMatcherTest {
  private static final String CLASS = "sem_seg_head.predictor.class_embed.weight";
  private static final String QUERY = "sem_seg_head.predictor.query_feat.weight";
  private static final String CONV = "backbone.stem.conv1.weight";

  private final Map<String, long[]> model = new LinkedHashMap<>();
  private final Map<String, HostTensor> file = new LinkedHashMap<>();

  WeightMatcherTest() {
    model.put(CONV, new long[] {2, 3});
    model.put(CLASS, new long[] {4, 2});
    model.put(QUERY, new long[] {3, 2});
    file.put(CONV, ones(2, 3));
    file.put(CLASS, ones(4, 2));
    file.put(QUERY, ones(3, 2));
  }

  @Test
  void everyKeyIsLoadedWhenNamesAndShapesAgree() {
    WeightMatcher.Matched matched = match(LoadPolicy.strict());
    assertTrue(matched.report().isExact());
    assertEquals(List.of(CONV, CLASS, QUERY), List.copyOf(matched.weights().keys()));
  }

  @Test
  void missingUnexpectedAndMisShapedKeysAreAllListed() {
    file.remove(QUERY);
    file.put("sem_seg_head.predictor.surprise", ones(1));
    file.put(CONV, ones(2, 4));
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> match(LoadPolicy.strict()));
    assertTrue(fault.getMessage().contains("1 missing, 1 unexpected, 1 of another shape"));
    assertTrue(fault.getMessage().contains("file [2,4], model [2,3]"), fault.getMessage());
    LoadReport report = match(LoadPolicy.strict().with(LoadPolicy.Mismatch.REPORT)).report();
    assertEquals(List.of(QUERY), report.missing());
    assertEquals(List.of("sem_seg_head.predictor.surprise"), report.unexpected());
    assertEquals(1, report.misShaped().size());
    assertEquals(List.of(CLASS), report.loaded());
  }

  @Test
  void anUnexpectedKeyAloneIsRefused() {
    file.put("sem_seg_head.predictor.surprise", ones(1));
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> match(LoadPolicy.strict()));
    assertTrue(fault.getMessage().contains("0 missing, 1 unexpected"), fault.getMessage());
  }

  @Test
  void aClassHeadOfAnotherSizeStartsFreshAndIsReported() {
    file.put(CLASS, ones(9, 2));
    LoadReport report = match(LoadPolicy.strict()).report();
    assertEquals(
        List.of(new LoadReport.MisShaped(CLASS, "[9,2]", "[4,2]")), report.reinitialised());
    assertEquals(List.of(CONV, QUERY), report.loaded());
    assertThrows(
        CheckpointException.class,
        () -> match(LoadPolicy.strict().with(LoadPolicy.ClassHeads.REFUSE)));
    file.put(CLASS, ones(9, 3)); // another width is another model
    assertThrows(CheckpointException.class, () -> match(LoadPolicy.strict()));
  }

  @Test
  void anotherQueryCountIsRefusedUnlessTheFirstRowsAreAskedFor() {
    for (int fileQueries : new int[] {2, 5}) {
      file.put(QUERY, ones(fileQueries, 2));
      assertThrows(CheckpointException.class, () -> match(LoadPolicy.strict()));
      WeightMatcher.Matched matched =
          match(LoadPolicy.strict().with(LoadPolicy.Queries.TAKE_FIRST));
      assertEquals(1, matched.report().cut().size());
      assertArrayEquals(
          new long[] {Math.min(fileQueries, 3), 2}, matched.weights().get(QUERY).shape());
    }
  }

  @Test
  void rowsThatAFileLacksStayAsTheModelHasThem() {
    file.keySet().retainAll(Set.of(QUERY));
    file.put(QUERY, ones(3, 64));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        SegmentationModel tiny =
            SegmentationModels.build(
                engine, Variants.get("mask2former-tiny"), ClassSpace.ofSize(2))) {
      float[] expected = tiny.state().get(QUERY).tensor().toFloats();
      Arrays.fill(expected, 0, 3 * 64, 1);
      tiny.load(
          weights(),
          LoadPolicy.strict().with(LoadPolicy.Mismatch.REPORT).with(LoadPolicy.Queries.TAKE_FIRST));
      assertArrayEquals(expected, tiny.state().get(QUERY).tensor().toFloats());
    }
  }

  @Test
  void nanWeightsAreFoundAndCounted() {
    file.put(CONV, HostTensor.ofFloats(new float[] {1, Float.NaN, 2, Float.NaN, 3, 4}, 2, 3));
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> match(LoadPolicy.strict()));
    assertTrue(fault.getMessage().contains(CONV + ": 2 values"), fault.getMessage());
    LoadReport report = match(LoadPolicy.strict().with(LoadPolicy.NonFinite.REPORT)).report();
    assertEquals(List.of(new LoadReport.NonFinite(CONV, 2)), report.nonFinite());
  }

  @Test
  void optionalBuffersAreNeitherMissingNorUnexpected() {
    file.put("criterion.empty_weight", ones(4));
    model.put("backbone.layers.0.blocks.0.attn.relative_position_index", new long[] {4, 4});
    LoadReport report = match(LoadPolicy.strict()).report();
    assertTrue(report.isExact());
    assertEquals(List.of("criterion.empty_weight"), report.ignored());
  }

  @Test
  void aBackboneIsTakenOutOfAWholeModel() {
    file.remove(QUERY);
    LoadReport report = match(LoadPolicy.backbone()).report();
    assertEquals(List.of(CONV), report.loaded());
    assertEquals(List.of(CLASS), report.ignored());
    file.remove(CONV);
    assertThrows(CheckpointException.class, () -> match(LoadPolicy.backbone()));
  }

  /** A model that asks for the way to words needs it, one that does not may do without. */
  @Test
  void wayToWordsIsSpareButNotMadeUp() {
    String words = "backbone.words.proj.weight";
    file.put(words, ones(2, 2));
    assertTrue(match(LoadPolicy.backbone()).report().ignored().contains(words));
    model.put(words, new long[] {2, 2});
    assertEquals(List.of(CONV, words), match(LoadPolicy.backbone()).report().loaded());
    file.remove(words);
    assertThrows(CheckpointException.class, () -> match(LoadPolicy.backbone()));
  }

  @Test
  void suffixMatchingTakesTheLongestSuffixAndEveryTensorOnce() {
    StateDict state = StateDict.of(Map.of("conv1.weight", ones(1), "stem.conv1.weight", ones(2)));
    StateDict renamed = SuffixMatching.rename(state, List.of(CONV));
    assertEquals(2, renamed.get(CONV).size(0));
    assertTrue(renamed.contains("conv1.weight"));
    assertThrows(
        CheckpointException.class,
        () -> SuffixMatching.rename(state, List.of("a.conv1.weight", "b.conv1.weight")));
  }

  private WeightMatcher.Matched match(LoadPolicy policy) {
    return WeightMatcher.match(weights(), model, policy);
  }

  private ImportedWeights weights() {
    return new ImportedWeights(
        CheckpointFamily.OFFICIAL,
        StateDict.of(file),
        List.of(),
        List.of(),
        false,
        Optional.empty(),
        new Provenance("file.pth", "", "", "official", "", ""));
  }

  private static HostTensor ones(long... shape) {
    int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    float[] values = new float[count];
    Arrays.fill(values, 1);
    return HostTensor.ofFloats(values, shape);
  }
}
