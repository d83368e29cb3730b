package org.maskwright.modelzoo.head;

import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Mlp;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * A mask as a function of the place: the state of a query makes the weights of a small MLP, which
 * takes the features at a place and the place itself to a logit.
 *
 * <p><b>Shapes</b> states [n,C]; features [n,P,D] of the image at the places; places [n,P,2] as
 * (x,y) in [0,1] of the image; logits [n,P,K], K = 1 where masks do not differ from class to class
 *
 * <p><b>Source</b> Implicit PointRend (arXiv 2104.06404), section 5; {@code
 * ImplicitPointRendMaskHead} of detectron2's PointRend. <b>Differs:</b> a query's state makes the
 * weights in place of the features of a region; places are of the image, not of a box; features are
 * reduced to fewer channels first, as a query's numbers grow with them; defaults are smaller
 */
public final class ImplicitPointHead extends Module {
  /** Deviation of the initial weights of the layer that makes parameters. */
  private static final double SMALL = 0.001;

  private static final int LAYERS_BEFORE = 2;

  private final Linear reduce;
  private final Mlp hidden;
  private final Linear prediction;
  private final FourierPositions positions;
  private final DynamicMlp mlp;

  /**
   * The head's sizes.
   *
   * @param width of the MLP's layers
   * @param layers of the MLP
   * @param features channels that features are reduced to
   * @param frequencies of the places' encoding
   * @param classes K, masks of a query that differ from class to class; 1 if they do not
   */
  public record Sizes(int width, int layers, int features, int frequencies, int classes) {}

  /**
   * With fresh initial values.
   *
   * @param channels C, of the states
   * @param maskDim of the features before they are reduced
   */
  public ImplicitPointHead(Engine engine, int channels, int maskDim, Sizes sizes) {
    super(engine);
    reduce = child("reduce", Linear.of(engine, maskDim, sizes.features()));
    positions = child("positions", new FourierPositions(engine, sizes.frequencies(), 1));
    mlp =
        new DynamicMlp(
            sizes.features() + positions.width(), sizes.width(), sizes.classes(), sizes.layers());
    hidden = child("hidden", new Mlp(engine, channels, channels, channels, LAYERS_BEFORE));
    int count = mlp.parameterCount();
    prediction =
        child(
            "prediction",
            Linear.with(
                engine.normal(initStream(), 0, SMALL, count, channels), engine.zeros(count)));
  }

  /** K. */
  public int classes() {
    return mlp.out();
  }

  /** Features [B,D,h,w] to fewer channels [B,F,h,w]. */
  public Tensor reduced(Tensor features) {
    return reduce
        .forward(features.flatten(2, 3).transpose(1, 2)) // [B,S,F]
        .transpose(1, 2)
        .reshape(features.size(0), -1, features.size(2), features.size(3));
  }

  /** The numbers [n,N] that make the masks of states [n,C]. */
  public Tensor parameters(Tensor states) {
    return prediction.forward(hidden.forward(states).relu());
  }

  /**
   * Logits at places.
   *
   * @param parameters [n,N]
   * @param features [n,P,F], reduced
   * @param places [n,P,2]
   * @return [n,P,K]
   */
  public Tensor logits(Tensor parameters, Tensor features, Tensor places) {
    Tensor encoded = positions.forward(places); // [n,P,2 freq]
    return mlp.forward(Tensor.concat(2, encoded, features), parameters);
  }
}
