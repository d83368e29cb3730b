package org.maskwright.modelzoo.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.text.TemplateWeights.Debias;
import org.maskwright.modelzoo.text.TemplateWeights.Settings;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.NumpyArchive;

class TemplateWeightsTest {
  private static List<float[]> rows(HostTensor tensor) {
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < tensor.size(0); i++) {
      rows.add(tensor.rows(i, i + 1).toFloatArray());
    }
    return rows;
  }

  private static void assertClose(HostTensor expected, List<Double> got) {
    double[] values = expected.toDoubleArray();
    assertEquals(values.length, got.size());
    for (int p = 0; p < values.length; p++) {
      assertEquals(values[p], got.get(p), 1e-4);
    }
  }

  /** make_template_weights.py made the file. */
  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void weightsAreThoseOfThePaper(String backend) throws Exception {
    Path file = Path.of(TemplateWeightsTest.class.getResource("template-weights.npz").toURI());
    NumpyArchive golden = NumpyArchive.read(file);
    TextBank bank = TextBank.read(file);
    List<float[]> images = rows(golden.tensor("images"));
    Optional<float[]> pretrain =
        Optional.of(TemplateWeights.meanOf(rows(golden.tensor("pretrain"))));
    double scale = golden.tensor("scale").toDoubleArray()[0];
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend))) {
      for (String name : List.of("naive", "test", "both")) {
        Debias debias = name.equals("naive") ? Debias.NONE : Debias.MEANS;
        Optional<float[]> given = name.equals("both") ? pretrain : Optional.empty();
        TemplateWeights all =
            TemplateWeights.of(
                engine, bank, images, given, new Settings(scale, debias, OptionalDouble.empty()));
        assertClose(golden.tensor(name + ".scores"), all.scores());
        assertClose(golden.tensor(name + ".weights"), all.weights());
        TemplateWeights some =
            TemplateWeights.of(
                engine,
                bank,
                images,
                given,
                new Settings(scale, debias, OptionalDouble.of(TemplateWeights.GENERAL_THRESHOLD)));
        assertClose(golden.tensor(name + ".selected"), some.weights());
        assertEquals(
            some.weights().get(3).floatValue(), some.in(bank).templateWeights().orElseThrow()[3]);
      }
    }
  }

  private static final int CLASSES = 12;
  private static final int GOOD = 3;
  private static final int TEMPLATES = 13;
  private static final int WIDTH = 48;
  private static final double SCALE = 100;

  /** A world of pictures around their classes' directions, all with something in common. */
  private static final class World {
    private final Random random;
    private final List<float[]> pictures = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();
    private final TextBank bank;

    /**
     * Of the templates the first three say their classes with little noise. The others say less of
     * the class and much of what pictures have in common, of some classes more than of others:
     * loud, and wrong.
     */
    World(long seed) {
      random = new Random(seed);
      float[] common = direction();
      List<float[]> classes = IntStream.range(0, CLASSES).mapToObj(k -> direction()).toList();
      for (int n = 0; n < 600; n++) {
        int k = n % CLASSES;
        pictures.add(mixed(common, 1, classes.get(k), 0.6, 0.9));
        labels.add(k);
      }
      float[] values = new float[CLASSES * TEMPLATES * WIDTH];
      for (int k = 0; k < CLASSES; k++) {
        for (int p = 0; p < TEMPLATES; p++) {
          float[] text =
              p < GOOD
                  ? mixed(common, 0.2, classes.get(k), 1, 0.3)
                  : mixed(common, 2.5 * random.nextDouble(), classes.get(k), 0.25, 1);
          TextBank.normalize(text, 0, WIDTH);
          System.arraycopy(text, 0, values, (k * TEMPLATES + p) * WIDTH, WIDTH);
        }
      }
      bank =
          TextBank.of(
              IntStream.range(0, CLASSES).mapToObj(k -> WordClass.named("c" + k)).toList(),
              IntStream.range(0, TEMPLATES).mapToObj(p -> p + " {}").toList(),
              WIDTH,
              values);
    }

    private float[] direction() {
      return TextBankTest.unit(random, 1, WIDTH);
    }

    private float[] mixed(float[] a, double ofA, float[] b, double ofB, double noise) {
      float[] other = direction();
      float[] sum = new float[WIDTH];
      for (int i = 0; i < WIDTH; i++) {
        sum[i] = (float) (ofA * a[i] + ofB * b[i] + noise * other[i]);
      }
      return sum;
    }

    double accuracy(TextBank weighted) {
      float[] rows = weighted.table(Reduction.WEIGHTED).rows();
      int right = 0;
      for (int n = 0; n < pictures.size(); n++) {
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < CLASSES; k++) {
          double score = 0;
          for (int i = 0; i < WIDTH; i++) {
            score += (double) pictures.get(n)[i] * rows[k * WIDTH + i];
          }
          if (score > most) {
            most = score;
            best = k;
          }
        }
        right += best == labels.get(n) ? 1 : 0;
      }
      return (double) right / pictures.size();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void plantedTemplatesWinAndCountMost(long seed) {
    World world = new World(seed);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"))) {
      TemplateWeights found =
          TemplateWeights.of(
              engine, world.bank, world.pictures, Optional.empty(), Settings.of(SCALE));
      Set<Integer> best =
          IntStream.range(0, TEMPLATES)
              .boxed()
              .sorted((a, b) -> Double.compare(found.scores().get(b), found.scores().get(a)))
              .limit(GOOD)
              .collect(Collectors.toSet());
      assertEquals(Set.of(0, 1, 2), best, () -> "scores " + found.scores());
      TemplateWeights naive =
          TemplateWeights.of(
              engine,
              world.bank,
              world.pictures,
              Optional.empty(),
              new Settings(SCALE, Debias.NONE, OptionalDouble.empty()));
      float[] equal = new float[TEMPLATES];
      java.util.Arrays.fill(equal, 1f / TEMPLATES);
      double ofFound = world.accuracy(found.in(world.bank));
      double ofMean = world.accuracy(world.bank.withTemplateWeights(equal));
      double ofNaive = world.accuracy(naive.in(world.bank));
      String all = "found %.3f, mean %.3f, naive %.3f".formatted(ofFound, ofMean, ofNaive);
      assertTrue(ofFound > ofMean && ofMean > ofNaive, all);
    }
  }

  @Test
  void picturesThatSayNothingAreRefused() {
    World world = new World(1);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"))) {
      for (List<float[]> bad :
          List.of(List.<float[]>of(), List.of(new float[WIDTH]), List.of(new float[WIDTH + 1]))) {
        assertThrows(
            IllegalArgumentException.class,
            () ->
                TemplateWeights.of(engine, world.bank, bad, Optional.empty(), Settings.of(SCALE)));
      }
      assertThrows(
          IllegalArgumentException.class,
          () ->
              TemplateWeights.of(
                  engine,
                  world.bank,
                  world.pictures,
                  Optional.empty(),
                  new Settings(SCALE, Debias.MEANS, OptionalDouble.of(1e9))));
    }
  }
}
