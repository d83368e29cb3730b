package org.maskwright.modelzoo.head;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.fused.PointSampling;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.PointMasks;

/** The masks of a model's last output as an {@link ImplicitPointHead} makes them. */
public final class ImplicitMasks implements PointMasks {
  private final ImplicitPointHead head;
  private final Tensor states;
  private final Tensor features;
  private final Subdivision subdivision;

  /**
   * Of one call of a decoder.
   *
   * @param states [B,Q,C]
   * @param features [B,F,h,w], reduced
   * @param subdivision how finely the answer's masks are computed
   */
  public ImplicitMasks(
      ImplicitPointHead head, Tensor states, Tensor features, Subdivision subdivision) {
    this.head = head;
    this.states = states;
    this.features = features;
    this.subdivision = subdivision;
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(states, features);
  }

  private int queries() {
    return states.intSize(1);
  }

  @Override
  public Tensor parameters(long[] rows) {
    Engine engine = states.engine();
    return head.parameters(
        states.flatten(0, 1).indexSelect(0, engine.longs(rows, rows.length)).cast(DType.FLOAT32));
  }

  @Override
  public Tensor logits(long[] rows, int[] classes, Tensor points) {
    Tensor all = head.logits(parameters(rows), at(rows, points), points); // [n,P,K]
    return chosen(all, classes);
  }

  /** The features [n,P,F] of each row's image at its points [n,P,2]. */
  private Tensor at(long[] rows, Tensor points) {
    List<Tensor> parts = new ArrayList<>();
    int from = 0;
    while (from < rows.length) {
      long image = rows[from] / queries();
      int to = from;
      while (to < rows.length && rows[to] / queries() == image) {
        to++;
      }
      parts.add(
          sampled(image, points.slice(0, from, to).reshape(1, -1, 2))
              .reshape(to - from, points.size(1), features.size(1)));
      from = to;
    }
    return Tensor.concat(0, parts.toArray(Tensor[]::new));
  }

  /** The features [P,F] of an image at points [1,P,2]. */
  private Tensor sampled(long image, Tensor points) {
    return PointSampling.sample(features.slice(0, image, image + 1).cast(DType.FLOAT32), points)
        .squeeze(0)
        .transpose(0, 1);
  }

  /** Of logits [n,P,K] those [n,P] of each row's class. */
  private static Tensor chosen(Tensor all, int[] classes) {
    if (all.size(2) == 1) {
      return all.squeeze(2);
    }
    long n = all.size(0);
    long[] index = Arrays.stream(classes).mapToLong(k -> k).toArray();
    Tensor at = all.engine().longs(index, n, 1, 1).expand(n, all.size(1), 1);
    return all.gather(2, at).squeeze(2);
  }

  @Override
  public Outputs.Layer refined(Outputs.Layer last) {
    Engine engine = states.engine();
    try (var off = engine.noGrad()) {
      int images = states.intSize(0);
      int[][] classes = likeliest(last.classes(), images);
      Tensor[] masks = new Tensor[images];
      for (int b = 0; b < images; b++) {
        masks[b] = refined(b, classes[b]);
      }
      return new Outputs.Layer(last.classes(), Tensor.concat(0, masks));
    }
  }

  /** The class of each query; of masks that do not differ from class to class any. */
  private int[][] likeliest(Optional<Tensor> logits, int images) {
    int[][] out = new int[images][queries()];
    if (head.classes() == 1 || logits.isEmpty()) {
      return out;
    }
    long noObject = logits.get().size(2) - 1;
    long[] best = logits.get().slice(2, 0, noObject).argMax(2).toLongs(); // [B,Q]
    for (int i = 0; i < best.length; i++) {
      out[i / queries()][i % queries()] = (int) best[i];
    }
    return out;
  }

  /** The masks [1,Q,1,h',w'] of an image. */
  private Tensor refined(int image, int[] classes) {
    Engine engine = states.engine();
    return engine.tidy(
        scope -> {
          Tensor parameters = head.parameters(states.select(0, image).cast(DType.FLOAT32)); // [Q,N]
          int height = subdivision.first(features.intSize(2));
          int width = subdivision.first(features.intSize(3));
          float[] logits = everywhere(image, parameters, classes, height, width);
          for (int step = 0; step < subdivision.steps(); step++) {
            Tensor coarse = engine.floats(logits, 1, queries(), height, width);
            height *= 2;
            width *= 2;
            logits = coarse.resize(height, width, ResizeMode.BILINEAR).toFloats();
            Subdivision.Cells cells = subdivision.uncertain(logits, queries(), height, width);
            float[] values = at(image, parameters, classes, cells);
            cells.put(values, logits);
          }
          return engine.floats(logits, 1, queries(), 1, height, width);
        });
  }

  /** Logits [Q,h,w] at the middles of the cells of a grid. */
  private float[] everywhere(int image, Tensor parameters, int[] classes, int height, int width) {
    Engine engine = states.engine();
    float[] grid = PointSampling.middles(height, width);
    int cells = height * width;
    return engine
        .tidy(
            scope -> {
              Tensor points = engine.floats(grid, 1, cells, 2);
              Tensor own = sampled(image, points).unsqueeze(0).expand(queries(), cells, -1);
              return chosen(
                  head.logits(parameters, own, points.expand(queries(), cells, 2)), classes);
            })
        .toFloats();
  }

  /** Logits [Q,P] of each query at cells of its own. */
  private float[] at(int image, Tensor parameters, int[] classes, Subdivision.Cells cells) {
    Engine engine = states.engine();
    return engine
        .tidy(
            scope -> {
              Tensor points = engine.floats(cells.points(), queries(), cells.count(), 2);
              Tensor own =
                  sampled(image, points.reshape(1, -1, 2))
                      .reshape(queries(), cells.count(), features.size(1));
              return chosen(head.logits(parameters, own, points), classes);
            })
        .toFloats();
  }
}
