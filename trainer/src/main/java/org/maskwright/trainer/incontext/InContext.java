package org.maskwright.trainer.incontext;

import static org.maskwright.modelzoo.part.Ranges.require;

import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loop.TrainTaskSettings;

/** {@link InContextTask}. */
public final class InContext implements TrainTaskKind {
  /** Which of the targets that both pictures show are painted. */
  public enum Painted {
    /** One, at random: what it is is then only to be known from the example. */
    ONE,
    /** All of them. */
    ALL
  }

  /** The colours of what is painted. */
  public enum Colours {
    /** New ones for each example, the same in both of its pictures. */
    RANDOM,
    /** Those of the class, always: no example is then needed, and none heeded. */
    FIXED
  }

  /**
   * How canvases are made and what is learnt from them.
   *
   * @param painted targets
   * @param colours of them
   * @param hidden share of the patches that are hidden, in (0,1)
   * @param smallestBlock patches of a hidden rectangle, at least
   * @param largestBlock patches of a hidden rectangle, at most
   * @param leastAspect height over width of a hidden rectangle, at least, in (0,1]
   * @param halfHidden probability that the lower half is hidden instead, as in use
   * @param objects whether targets are objects of the picture, not classes
   * @param painter whether canvases whose seen part is blank count nothing and 0.01 is added to
   *     what the loss is divided by
   * @param beta of smooth L1, above 0
   */
  @Doc("Masks of what an example shows, on canvases of the two; docs/in-context.md.")
  public record Settings(
      @Doc("Which of the targets that both pictures show are painted: one, at random, or all.")
          Painted painted,
      @Doc(
              "Colours of what is painted: random = new ones for each example, the same in both pictures; fixed = those of the class, for comparing: no example is heeded then.")
          Colours colours,
      @Doc("Share of a canvas' patches that are hidden, in (0,1).") double hidden,
      @Doc("Patches of a hidden rectangle, at least.") int smallestBlock,
      @Doc("Patches of a hidden rectangle, at most.") int largestBlock,
      @Doc("Height over width of a hidden rectangle, at least; at most its reciprocal; in (0,1].")
          double leastAspect,
      @Doc("Probability that exactly the lower half is hidden instead, as in use; in [0,1].")
          double halfHidden,
      @Doc(
              "Whether a colour stands for an object, not for a class: with task = instance and clips from stills; of models with type tokens.")
          boolean objects,
      @Doc(
              "Whether canvases of whose seen part nothing is painted count nothing, and 0.01 is added to the number of pixels that the loss is divided by, as in Painter.")
          boolean painter,
      @Doc("Differences of normalised colours below this count by their squares; above 0.")
          double beta)
      implements TrainTaskSettings {
    /** Checks the ranges. */
    public Settings {
      require(hidden > 0 && hidden < 1, "hidden", "a share in (0,1)", hidden);
      require(smallestBlock > 0, "smallestBlock", "at least 1", smallestBlock);
      require(
          largestBlock >= smallestBlock,
          "largestBlock",
          "at least smallest-block " + smallestBlock,
          largestBlock);
      require(leastAspect > 0 && leastAspect <= 1, "leastAspect", "in (0,1]", leastAspect);
      require(halfHidden >= 0 && halfHidden <= 1, "halfHidden", "in [0,1]", halfHidden);
      require(beta > 0, "beta", "above 0", beta);
    }

    /** For canvases of so many rows of patches, half as many columns. */
    PatchMasks masks(int rows) {
      int all = rows * (rows / 2);
      return new PatchMasks(
          rows, rows / 2, (int) Math.round(hidden * all), smallestBlock, largestBlock, leastAspect);
    }

    @Override
    public boolean takesPairs() {
      return true;
    }

    @Override
    public TrainTask build(Context context) {
      return new InContextTask(context.model(), this, context.normalization());
    }
  }

  @Override
  public boolean trains(DecoderConfig decoder) {
    return decoder.takesExamples();
  }

  @Override
  public String name() {
    return "in-context";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
