package org.maskwright.trainer.result;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.QueryOutputs;

/**
 * Answers from the colours of a picture alone: each colour is an object, or a region of stuff, of
 * the class {@code colour % K}; black is nothing. So what it says of a pixel does not depend on
 * which tile shows it.
 */
final class ColourModel {
  private static final float SURE = 8;

  private final RgbImage picture;
  private final ClassSpace classes;

  ColourModel(RgbImage picture, ClassSpace classes) {
    this.picture = picture;
    this.classes = classes;
  }

  Size size() {
    return new Size(picture.width(), picture.height());
  }

  /** Rules under which all that it says comes out. */
  static ResultContext context(ClassSpace classes, Set<String> kinds) {
    return new ResultContext(
        classes, new InferenceSettings(32, 32, 0.5, 0.5, 5000, kinds), FamilyRules.MASK2FORMER);
  }

  /** What it says of a window. */
  ImageOutputs outputs(Window window) {
    int[] colours = new int[window.width() * window.height()];
    for (int y = 0; y < window.height(); y++) {
      for (int x = 0; x < window.width(); x++) {
        colours[y * window.width() + x] = picture.rgb(window.x() + x, window.y() + y);
      }
    }
    int[] objects = Arrays.stream(colours).filter(c -> c != 0).distinct().sorted().toArray();
    int queries = Math.max(1, objects.length);
    int width = classes.size() + 1;
    float[] classLogits = new float[queries * width];
    float[] maskLogits = new float[queries * colours.length];
    Arrays.fill(maskLogits, -SURE);
    for (int q = 0; q < queries; q++) {
      boolean any = q < objects.length;
      classLogits[q * width + (any ? objects[q] % classes.size() : classes.size())] = SURE;
      for (int i = 0; any && i < colours.length; i++) {
        if (colours[i] == objects[q]) {
          maskLogits[q * colours.length + i] = SURE;
        }
      }
    }
    return new ImageOutputs(
        new QueryOutputs(classLogits, classes.size(), maskLogits, window.height(), window.width()),
        ImageFrame.unchanged(window.height(), window.width()));
  }

  /** The objects of colours 1 to {@code count}, straight from the pixels. */
  Set<String> objects(int count) {
    int[] colours = new int[picture.width() * picture.height()];
    for (int i = 0; i < colours.length; i++) {
      colours[i] = picture.rgb(i % picture.width(), i / picture.width());
    }
    Map<Integer, Rle> masks = Rle.ofLabels(colours, picture.height(), picture.width());
    Set<String> out = new HashSet<>();
    for (int colour = 1; colour <= count; colour++) {
      out.add(key(colour % classes.size(), masks.get(colour).counts()));
    }
    return out;
  }

  /** What tells an object from the others. */
  static String key(int classIndex, int[] runs) {
    return classIndex + " " + Arrays.toString(runs);
  }

  /** The result of the whole picture. */
  <R> R whole(ResultKind<R> kind) {
    ResultContext context = context(classes, Set.of(kind.name()));
    return kind.process(outputs(Window.of(size())), context);
  }

  /** The result from tiles. */
  <R> R tiled(ResultKind<R> kind, TileGrid grid) {
    ResultContext context = context(classes, Set.of(kind.name()));
    TiledImage image = new TiledImage(grid, List.of(kind), context);
    for (int i = 0; i < grid.count(); i++) {
      image.add(i, outputs(grid.tile(i)));
    }
    return image.of(kind).value();
  }
}
