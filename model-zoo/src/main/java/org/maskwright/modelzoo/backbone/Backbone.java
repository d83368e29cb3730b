package org.maskwright.modelzoo.backbone;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Images to feature maps at strides 4, 8, 16 and 32, or twice these for a residual network with
 * {@link ResNetPart.Geometry#DL4J}.
 */
public abstract class Backbone extends Module {
  /** A backbone of an engine. */
  protected Backbone(Engine engine) {
    super(engine);
  }

  /**
   * The four maps, finest first.
   *
   * <p><b>Shapes</b> pixels [B,C,H,W], normalised; result i is [B,channels(i),H/s,W/s] for the four
   * strides s, sizes rounded up; with {@link ResNetPart.Geometry#DL4J}, whose pooling does not pad,
   * up to one row and column smaller
   */
  public abstract List<Tensor> forward(Tensor pixels);

  /**
   * The blocks that are left to the mask decoder; empty of a backbone that runs all it has. With it
   * {@link #forward} gives two maps: the patches [B,C,h,w] and the tokens without a place
   * [B,C,P,1].
   */
  public Optional<TokenEncoder> tokenEncoder() {
    return Optional.empty();
  }

  /**
   * The same network, run on some of a picture's patches; empty of all but transformers whose
   * patches know their places from a table and attend to all others.
   */
  public Optional<PatchEncoder> patchEncoder() {
    return Optional.empty();
  }

  /**
   * The space of words that it was trained for, where it was trained with captions and has kept the
   * way there; empty of all others.
   */
  public Optional<WordSpace> wordSpace() {
    return Optional.empty();
  }

  /** What can stay as it is while the rest learns: all of it, where a model adds nothing. */
  public Encoder encoder() {
    return new Encoder(this::forward, UnaryOperator.identity(), state());
  }

  /**
   * What a picture is as a whole, for what tells pictures apart, not their parts.
   *
   * <p><b>Shapes</b> pixels [B,C,H,W], normalised; result [B,D], D of {@link #summaryWidth}
   *
   * @throws IllegalArgumentException if it has no such summary
   */
  public Tensor summary(Tensor pixels, Summary of) {
    requireMean(of);
    List<Tensor> maps = forward(pixels);
    return maps.get(maps.size() - 1).mean(2, 3);
  }

  /**
   * D of {@link #summary}.
   *
   * @throws IllegalArgumentException if it has no such summary
   */
  public int summaryWidth(Summary of) {
    requireMean(of);
    return channels().get(channels().size() - 1);
  }

  private static void requireMean(Summary of) {
    if (of != Summary.MEAN) {
      throw new IllegalArgumentException(
          "summary: expected mean, as this backbone has no class token, got class-token");
    }
  }

  /** Channels of the maps, finest first. */
  public abstract List<Integer> channels();
}
