package org.maskwright.trainer.weak;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.transform.View;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.PointSource;
import org.maskwright.trainer.match.MatchSettings;

/**
 * Losses on points and boxes against the pure functions of detectron2's PointSup and AdelaiDet's
 * BoxInst, which make_weak.py beside the golden file ran.
 */
class WeakParityTest {
  private static final double TOLERANCE = 1e-5;

  private final StateDict golden = read();

  private static StateDict read() {
    try {
      return Safetensors.read(
          Path.of(WeakParityTest.class.getResource("weak.safetensors").toURI()));
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private float[] floats(String key) {
    return golden.get(key).toFloatArray();
  }

  private static Engine open(String backend) {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withBackend(backend).withThreads(1));
  }

  private Tensor variable(Engine engine, String key, long... shape) {
    return engine.floats(floats(key), shape).variable();
  }

  private void assertGradient(String key, Tensor variable) {
    float[] expected = floats(key);
    float[] got = variable.grad().toFloats();
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - got[i]));
    }
    assertTrue(difference <= TOLERANCE * largest + 1e-9, key + ": differs by " + difference);
  }

  /**
   * Without points that are ignored the mean of the reference, over all points, is that over the
   * points that count; here of each object, there of all, which have as many.
   */
  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void crossEntropyAtPointsEqualsPointSups(String backend) {
    float[] coords = floats("points.coords");
    float[] labels = floats("points.labels");
    int rows = (int) golden.get("points.mask").size(0);
    int count = labels.length / rows;
    float[] image = floats("points.image");
    Size size = new Size((int) image[1], (int) image[0]);
    int[] classes = new int[rows];
    List<Optional<WeakLabel>> known = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      double[] xy = new double[2 * count];
      boolean[] inside = new boolean[count];
      for (int p = 0; p < count; p++) {
        xy[2 * p] = coords[2 * (r * count + p)] + 0.5;
        xy[2 * p + 1] = coords[2 * (r * count + p) + 1] + 0.5;
        inside[p] = labels[r * count + p] == 1;
      }
      known.add(Optional.of(WeakLabel.of(PointLabels.of(xy, inside))));
    }
    TrainingExample example =
        new TrainingExample(
            new SampleInfo(ImageId.of(1), Path.of("a.png"), size.width(), size.height()),
            new PixelPlanes.Bytes(size, new byte[3 * size.width() * size.height()]),
            size,
            size,
            classes,
            new MaskStack(rows, size.height(), size.width()),
            known);
    // Query n is target n; the class and the dice loss do not count.
    Criterion criterion =
        Criterion.of(
            new CriterionSettings.Points(
                0,
                1,
                0,
                0.1,
                16,
                3,
                0.75,
                new org.maskwright.trainer.loss.ClassWeightSettings.None(),
                new MatchSettings.Identity(),
                java.util.Map.of()));
    try (Engine engine = open(backend);
        var scope = engine.scope()) {
      long h = golden.get("points.mask").size(2);
      long w = golden.get("points.mask").size(3);
      Tensor masks = variable(engine, "points.mask", 1, rows, 1, h, w);
      Outputs outputs =
          Outputs.ofLayers(
              List.of(new Outputs.Layer(Optional.of(engine.zeros(1, rows, 2)), masks)));
      Tensor loss =
          criterion
              .compute(
                  outputs,
                  List.of(
                      AnnotatedSupervision.of(
                          example,
                          size.height(),
                          size.width(),
                          new PointLosses(0, 0, 0, 0),
                          Optional.empty())),
                  new PointSource.Given(new float[32], new float[32]))
              .total();
      assertEquals(floats("points.loss")[0], loss.item(), TOLERANCE);
      loss.backward();
      assertGradient("points.grad", masks);
    }
  }

  @org.junit.jupiter.api.Test
  void pointsMoveWithTheViewAsTheLoadersCoordinates() {
    double[] xy = golden.get("moved.coords").toDoubleArray();
    View whole = View.whole(32, 24);
    assertArrayEquals(golden.get("moved.flipped").toDoubleArray(), whole.flipped().map(xy), 1e-12);
    assertArrayEquals(
        golden.get("moved.resized").toDoubleArray(), whole.resized(48, 36).map(xy), 1e-12);
  }

  /** Boxes of the reference's bitmaps, in shares of the map. */
  private List<BoxLabel> boxes(ColourEdges colours, int height, int width) {
    float[] spans = floats("box.spans"); // y0, y1, x0, x1
    List<BoxLabel> out = new ArrayList<>();
    for (int i = 0; i < spans.length; i += 4) {
      out.add(
          new BoxLabel(
              spans[i + 2] / width,
              spans[i] / height,
              spans[i + 3] / width,
              spans[i + 1] / height,
              1,
              colours));
    }
    return out;
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void theProjectionEqualsBoxInsts(String backend) {
    try (Engine engine = open(backend);
        var scope = engine.scope()) {
      long[] shape = golden.get("box.mask").shape();
      Tensor masks = variable(engine, "box.mask", shape);
      Tensor losses = ProjectionTerm.losses(masks, boxes(null, (int) shape[2], (int) shape[3]));
      assertArrayEquals(floats("box.loss"), losses.toFloats(), (float) TOLERANCE);
      losses.sum().backward();
      assertGradient("box.grad", masks);
    }
  }

  private ColourEdges colours() {
    long[] shape = golden.get("colour.image").shape();
    float[] values = floats("colour.image");
    byte[] pixels = new byte[values.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (int) values[i];
    }
    Size size = new Size((int) shape[2], (int) shape[1]);
    TrainingExample example =
        new TrainingExample(
            new SampleInfo(ImageId.of(1), Path.of("a.png"), size.width(), size.height()),
            new PixelPlanes.Bytes(size, pixels),
            size,
            size,
            new int[0],
            new MaskStack(0, size.height(), size.width()));
    return ColourEdges.of(example, new BoxLosses(1, 1, 0.3, 0), size.height(), size.width());
  }

  @org.junit.jupiter.api.Test
  void neighboursOfOneColourAreBoxInsts() {
    ColourEdges colours = colours();
    int height = colours.height();
    int width = colours.width();
    float[] similarity = floats("colour.similarity"); // [8,h,w], rows of 3 x 3 without the middle
    // The later one of each pair: right, below left, below, below right of the reference's order.
    int[] numbers = {4, 6, 7, 5};
    for (int d = 0; d < ColourEdges.directions(); d++) {
      int number = numbers[d];
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          boolean expected = similarity[(number * height + y) * width + x] >= 0.3f;
          assertEquals(expected, colours.alike(d, y, x), "direction " + d + " at " + x + "," + y);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void thePairwiseTermEqualsBoxInsts(String backend) {
    ColourEdges colours = colours();
    try (Engine engine = open(backend);
        var scope = engine.scope()) {
      long[] shape = golden.get("colour.mask").shape();
      Tensor masks = variable(engine, "colour.mask", shape);
      List<BoxLabel> boxes = boxes(colours, (int) shape[2], (int) shape[3]);
      Tensor loss = PairwiseTerm.losses(masks, boxes).sum().div(floats("colour.edges")[0]);
      assertEquals(floats("colour.loss")[0], loss.item(), TOLERANCE);
      loss.backward();
      assertGradient("colour.grad", masks);
    }
  }

  @org.junit.jupiter.api.Test
  void aBoxCoversTheCellsWhoseMiddlesAreInIt() {
    BoxLabel.Span span = BoxLabel.Span.of(4 / 32.0, 20 / 32.0, 8);
    assertEquals(new BoxLabel.Span(1, 5), span);
    assertEquals(new BoxLabel.Span(3, 4), BoxLabel.Span.of(13 / 32.0, 13.5 / 32, 8));
  }
}
