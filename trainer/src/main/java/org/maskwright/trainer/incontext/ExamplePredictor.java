package org.maskwright.trainer.incontext;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.image.BilinearResize;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.InContextDecoder.Meaning;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;

/**
 * Finds in pictures what is marked in examples, with the same labels.
 *
 * <p>Several examples are asked about together: what attention gives the picture is averaged over
 * them in every block. In a grid of n x n they are put into one picture first, each n times
 * smaller.
 *
 * <p><b>Source</b> SegGPT (arXiv 2304.03284), section 3.3
 *
 * <p><b>Lifecycle</b> {@link #close} frees the model. <b>Threads</b> one at a time.
 */
public final class ExamplePredictor implements AutoCloseable {
  private static final int COLOURS = 3;
  private static final int WHITE = 0xffffff;
  private final SegmentationModel model;
  private final ExamplePainter painter;
  private final List<Integer> labels;
  private final int[] colours; // black, then one of each label
  private final List<ExamplePainter.Example> examples;

  private ExamplePredictor(
      SegmentationModel model, Normalization normalization, List<GivenExample> given, int grid) {
    this.model = model;
    this.painter = new ExamplePainter(model, normalization);
    this.labels = List.copyOf(given.get(0).labels());
    this.colours = colours(labels.size());
    requireGrid(given.size(), grid);
    this.examples = new ArrayList<>();
    for (int i = 0; i < given.size(); i += grid * grid) {
      examples.add(example(given.subList(i, i + grid * grid), grid));
    }
  }

  /**
   * Loads a model.
   *
   * @param given at least one, all with the same labels
   * @param grid n; 1 = each example is a picture of its own
   * @throws IllegalArgumentException if labels differ, or examples do not fill grids
   * @throws org.maskwright.trainer.config.ConfigException if the model takes no examples
   */
  public static ExamplePredictor open(
      Engine engine, Path folder, List<GivenExample> given, int grid) {
    requireSameLabels(given);
    ModelFile file = ModelFolder.describe(folder);
    SegmentationModel model = ModelFolder.open(engine, folder);
    try {
      return new ExamplePredictor(model, file.normalization(), given, grid);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static void requireSameLabels(List<GivenExample> given) {
    if (given.isEmpty()) {
      throw new IllegalArgumentException("example: expected at least one, got none");
    }
    SortedSet<Integer> first = given.get(0).labels();
    for (int i = 1; i < given.size(); i++) {
      if (!given.get(i).labels().equals(first)) {
        throw new IllegalArgumentException(
            "example %d: expected the labels of example 1, %s, as all examples show the same, got %s; ask about other classes in another call"
                .formatted(i + 1, first, given.get(i).labels()));
      }
    }
  }

  private void requireGrid(int count, int grid) {
    if (grid < 1 || painter.side() % grid != 0) {
      throw new IllegalArgumentException(
          "spatial: expected a divisor of %d, the side of the model's pictures, got %d"
              .formatted(painter.side(), grid));
    }
    if (count % (grid * grid) != 0) {
      throw new IllegalArgumentException(
          "spatial %d: expected a multiple of %d examples, got %d"
              .formatted(grid, grid * grid, count));
    }
  }

  /** White where there is one label, as SegGPT's users paint. */
  private static int[] colours(int count) {
    int[] out = new int[count + 1];
    int[] own = count == 1 ? new int[] {WHITE} : PaintColours.fixed(count);
    System.arraycopy(own, 0, out, 1, count);
    return out;
  }

  private ExamplePainter.Example example(List<GivenExample> given, int grid) {
    int side = painter.side();
    int small = side / grid;
    byte[] picture = new byte[side * side * COLOURS];
    int[] painted = new int[side * side];
    for (int i = 0; i < given.size(); i++) {
      int top = i / grid * small;
      int left = i % grid * small;
      byte[] resized = BilinearResize.resize(given.get(i).picture(), small, small).data();
      for (int y = 0; y < small; y++) {
        int at = (top + y) * side + left;
        System.arraycopy(resized, y * small * COLOURS, picture, at * COLOURS, small * COLOURS);
        for (int x = 0; x < small; x++) {
          painted[at + x] = colours[labels.indexOf(given.get(i).at(x, y, small)) + 1];
        }
      }
    }
    return new ExamplePainter.Example(
        painter.picture(new RgbImage(side, side, picture)), painter.painted(painted));
  }

  /** The labels of the examples, rising. */
  public List<Integer> labels() {
    return labels;
  }

  /**
   * What was found of a label.
   *
   * @param mask of the picture's size
   */
  public record Found(int label, Rle mask) {}

  /**
   * Finds what is marked in the examples.
   *
   * @return one of each label, in order; masks do not overlap
   */
  public List<Found> find(RgbImage photograph) {
    float[] painted = painter.paint(painter.picture(photograph), examples, Meaning.CLASSES);
    int side = painter.side();
    int[] nearest = painter.nearest(painted, colours);
    List<Found> out = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      Rle mask = Rle.ofLabel(nearest, side, side, i + 1);
      out.add(new Found(labels.get(i), mask.sampled(photograph.height(), photograph.width())));
    }
    return out;
  }

  /** The labels of what was found, 0 elsewhere. */
  public static LabelMap map(List<Found> found, int height, int width) {
    int[] out = new int[height * width];
    found.forEach(f -> f.mask().paint(out, f.label()));
    return new LabelMap(height, width, out);
  }

  @Override
  public void close() {
    model.close();
  }
}
