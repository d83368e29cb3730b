package org.maskwright.trainer.incontext;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.engine.tensor.RandomStream;

/**
 * What is random about the canvases of one example of a step: which targets are painted in which
 * colours, and which patches are hidden.
 *
 * @param targets that are painted, by their numbers in the example
 * @param colours one of each, 0xRRGGBB; the same in both pictures
 * @param hidden patches of the canvas, row by row
 */
@SuppressWarnings("ArrayRecordComponent") // each read once, by the canvas that is painted
record CanvasDraw(int[] targets, int[] colours, boolean[] hidden) {
  private static final int COLOURS = 3;

  /** Draws them. */
  static CanvasDraw of(
      TrainingExample example, InContext.Settings settings, int rows, RandomStream random) {
    int[] shown =
        IntStream.range(0, example.targetCount())
            .filter(n -> !example.masks().isEmpty(2 * n) && !example.masks().isEmpty(2 * n + 1))
            .toArray();
    if (settings.painted() == InContext.Painted.ONE && shown.length > 1) {
      shown = new int[] {shown[random.nextInt(shown.length)]};
    }
    int[] colours =
        switch (settings.colours()) {
          case RANDOM -> PaintColours.random(random, shown.length);
          case FIXED -> fixed(example, shown);
        };
    boolean[] hidden =
        random.nextDouble() < settings.halfHidden()
            ? PatchMasks.lowerHalf(rows, rows / 2)
            : settings.masks(rows).draw(random);
    return new CanvasDraw(shown, colours, hidden);
  }

  /** A picture alone, all of it hidden, in the colours of its classes but for one. */
  static CanvasDraw ofPicture(TrainingExample example, int background, int patches) {
    int[] shown =
        IntStream.range(0, example.targetCount())
            .filter(n -> example.classes()[n] != background && !example.masks().isEmpty(n))
            .toArray();
    boolean[] hidden = new boolean[patches];
    Arrays.fill(hidden, true);
    return new CanvasDraw(shown, fixed(example, shown), hidden);
  }

  private static int[] fixed(TrainingExample example, int[] targets) {
    int[] classes = Arrays.stream(targets).map(n -> example.classes()[n]).toArray();
    int[] all = PaintColours.fixed(Arrays.stream(classes).max().orElse(-1) + 1);
    return Arrays.stream(classes).map(c -> all[c]).toArray();
  }

  /**
   * Writes the painted canvas [3,T*S,S] in normalised colours: a picture above the other, or one.
   *
   * @param side S
   * @param target from {@code offset} on
   */
  void paint(TrainingExample example, Normalization by, int side, float[] target, int offset) {
    int frames = example.frames();
    int plane = frames * side * side;
    for (int c = 0; c < COLOURS; c++) {
      Arrays.fill(
          target,
          offset + c * plane,
          offset + (c + 1) * plane,
          normalised(PaintColours.BACKGROUND, c, by));
    }
    byte[] mask = new byte[side * side];
    for (int i = 0; i < targets.length; i++) {
      for (int t = 0; t < frames; t++) {
        Arrays.fill(mask, (byte) 0);
        example.masks().unpack(targets[i] * frames + t, mask, 0, side);
        for (int p = 0; p < mask.length; p++) {
          for (int c = 0; mask[p] != 0 && c < COLOURS; c++) {
            target[offset + c * plane + t * side * side + p] = normalised(colours[i], c, by);
          }
        }
      }
    }
  }

  /** A channel of a colour as the network sees it. */
  static float normalised(int colour, int c, Normalization by) {
    return (PaintColours.channel(colour, c) - by.mean(c)) / by.std(c);
  }

  /**
   * Writes which pixels [T*S,S] count: those of hidden patches that are of the pictures proper.
   *
   * @return how many there are
   */
  int count(TrainingExample example, int side, int patch, float[] counted, int offset) {
    int columns = side / patch;
    int count = 0;
    for (int y = 0; y < example.frames() * side; y++) {
      if (y % side >= example.contentHeight()) {
        continue;
      }
      for (int x = 0; x < example.contentWidth(); x++) {
        if (hidden[y / patch * columns + x / patch]) {
          counted[offset + y * side + x] = 1;
          count++;
        }
      }
    }
    return count;
  }

  /** Whether nothing of what is seen is painted: so an example says nothing. */
  boolean isBlank(TrainingExample example, int patch) {
    int columns = (int) Math.sqrt(hidden.length / 2.0);
    for (int target : targets) {
      for (int t = 0; t < 2; t++) {
        for (int y = 0; y < example.height(); y++) {
          for (int x = 0; x < example.width(); x++) {
            if (example.masks().get(target * 2 + t, y, x)
                && !hidden[(t * columns + y / patch) * columns + x / patch]) {
              return false;
            }
          }
        }
      }
    }
    return true;
  }
}
