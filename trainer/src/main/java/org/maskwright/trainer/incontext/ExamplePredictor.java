package org.maskwright.trainer.incontext;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
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
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;

/**
 * Finds in pictures what is marked in examples, with the same labels; or, by the example that a
 * model has learnt, its classes.
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
  private final List<Label> labels;
  private final int[] colours; // black, then one of each label
  private final List<ExamplePainter.Example> examples;

  /**
   * What can be found.
   *
   * @param number of the examples' masks, or of the class, the background not among them, from 1
   * @param name of the class, where the model has learnt its example, else "label" and the number
   */
  public record Label(int number, String name) {}

  /** Of a model that is loaded, and examples of the same labels; for the rest see {@link #open}. */
  ExamplePredictor(
      SegmentationModel model, Normalization normalization, List<GivenExample> given, int grid) {
    this.model = model;
    this.painter = new ExamplePainter(model, normalization);
    this.examples = new ArrayList<>();
    if (given.isEmpty()) {
      examples.add(learnt());
      int background = InContextModels.background(model);
      List<ClassSpace.Entry> classes = model.classSpace().classes();
      int[] own = PaintColours.fixed(classes.size());
      List<Label> named = new ArrayList<>();
      List<Integer> painted = new ArrayList<>(List.of(PaintColours.BACKGROUND));
      for (int k = 0; k < own.length; k++) {
        if (k != background) {
          named.add(new Label(named.size() + 1, classes.get(k).name()));
          painted.add(own[k]);
        }
      }
      this.labels = List.copyOf(named);
      this.colours = painted.stream().mapToInt(c -> c).toArray();
      return;
    }
    this.labels = given.get(0).labels().stream().map(l -> new Label(l, "label " + l)).toList();
    this.colours = colours(labels.size());
    requireGrid(given.size(), grid);
    for (int i = 0; i < given.size(); i += grid * grid) {
      examples.add(example(given.subList(i, i + grid * grid), grid));
    }
  }

  private ExamplePainter.Example learnt() {
    return painter
        .own()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "example: expected at least one, as the model has learnt none, got none"));
  }

  /**
   * Loads a model.
   *
   * @param given all with the same labels; none: the one that the model has learnt
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

  /**
   * Checks that examples show the same.
   *
   * @throws IllegalArgumentException if their labels differ
   */
  static void requireSameLabels(List<GivenExample> given) {
    for (int i = 1; i < given.size(); i++) {
      SortedSet<Integer> first = given.get(0).labels();
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
          painted[at + x] = colours[place(given.get(i).at(x, y, small))];
        }
      }
    }
    return new ExamplePainter.Example(
        painter.picture(new RgbImage(side, side, picture)), painter.painted(painted));
  }

  /** Of a number of a mask the place of its colour; 0 of what is not marked. */
  private int place(int number) {
    for (int i = 0; i < labels.size(); i++) {
      if (labels.get(i).number() == number) {
        return i + 1;
      }
    }
    return 0;
  }

  /** What can be found, by rising numbers. */
  public List<Label> labels() {
    return labels;
  }

  /**
   * What was found of a label.
   *
   * @param mask of the picture's size
   */
  public record Found(Label label, Rle mask) {}

  /**
   * Finds what is marked in the examples, or the classes.
   *
   * @return one of each label, in order; masks do not overlap
   */
  public List<Found> find(RgbImage photograph) {
    return found(nearest(painter.picture(photograph), examples), photograph);
  }

  /** Of each of S x S places the number of the colour that was painted. */
  private int[] nearest(float[] picture, List<ExamplePainter.Example> shown) {
    return painter.nearest(painter.paint(picture, shown, Meaning.CLASSES), colours);
  }

  private List<Found> found(int[] nearest, RgbImage photograph) {
    int side = painter.side();
    List<Found> out = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      Rle mask = Rle.ofLabel(nearest, side, side, i + 1);
      out.add(new Found(labels.get(i), mask.sampled(photograph.height(), photograph.width())));
    }
    return out;
  }

  /**
   * The frames of a video: beside the examples each is asked about by the last frames before it,
   * with what was found in them, in the examples' colours.
   *
   * <p><b>Source</b> SegGPT, section 3.3, and its official code. <b>Differs:</b> a label keeps its
   * colour, where the official code has white alone
   */
  final class Frames {
    private final Deque<ExamplePainter.Example> last = new ArrayDeque<>();
    private final int most;

    /**
     * Before the first.
     *
     * @param most how many of the last frames are shown, at least 0
     */
    Frames(int most) {
      this.most = most;
    }

    /** What is found in the next one, as {@link ExamplePredictor#find}. */
    List<Found> find(RgbImage frame) {
      float[] picture = painter.picture(frame);
      List<ExamplePainter.Example> shown = new ArrayList<>(examples);
      shown.addAll(last);
      int[] nearest = nearest(picture, shown);
      int[] painted = Arrays.stream(nearest).map(i -> colours[i]).toArray();
      last.add(new ExamplePainter.Example(picture, painter.painted(painted)));
      if (last.size() > most) {
        last.remove();
      }
      return found(nearest, frame);
    }
  }

  /** The labels of what was found, 0 elsewhere. */
  public static LabelMap map(List<Found> found, int height, int width) {
    int[] out = new int[height * width];
    found.forEach(f -> f.mask().paint(out, f.label().number()));
    return new LabelMap(height, width, out);
  }

  @Override
  public void close() {
    model.close();
  }
}
