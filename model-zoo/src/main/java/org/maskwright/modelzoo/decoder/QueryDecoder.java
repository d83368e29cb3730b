package org.maskwright.modelzoo.decoder;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.Outputs;

/** A decoder whose queries attend to the features; it learns some, and takes others as well. */
public abstract class QueryDecoder extends MaskDecoder {
  /** A decoder of an engine. */
  protected QueryDecoder(Engine engine) {
    super(engine);
  }

  /** The queries that the decoder has learned. */
  public abstract QuerySource learned();

  /**
   * As {@link #forward(PixelFeatures)} with given queries.
   *
   * @throws IllegalArgumentException if the queries are for another number of clips or channels
   */
  public abstract Outputs forward(PixelFeatures features, QuerySource source);

  /** As {@link #predict(PixelFeatures)} with given queries. */
  public abstract Outputs predict(PixelFeatures features, QuerySource source);

  @Override
  public final Outputs forward(PixelFeatures features) {
    return forward(features, learned());
  }

  @Override
  public final Outputs predict(PixelFeatures features) {
    return predict(features, learned());
  }

  /** The source's queries, checked. */
  final QuerySource.Queries queries(QuerySource source, PixelFeatures features, int channels) {
    QuerySource.Queries out = source.queries(features);
    int images = features.clips();
    if (out.content().size(0) != images || out.content().size(2) != channels) {
      throw new IllegalArgumentException(
          "queries: expected content [%d,Q,%d] for this decoder, got %s"
              .formatted(images, channels, out.content()));
    }
    return out;
  }
}
