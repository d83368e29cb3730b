package org.maskwright.modelzoo.pixeldecoder;

import org.maskwright.engine.array.Activation;
import org.maskwright.engine.nn.Dropout;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.MultiHeadAttention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/** DETR's encoder layer: self-attention, then an MLP; each added, then normalised. */
final class TransformerEncoderLayer extends Module {
  private final MultiHeadAttention attention;
  private final Linear linear1;
  private final Linear linear2;
  private final LayerNorm norm1;
  private final LayerNorm norm2;
  private final Dropout dropout;

  TransformerEncoderLayer(Engine engine, int channels, TransformerFpnPart.Settings config) {
    super(engine);
    attention =
        child(
            "self_attn",
            new MultiHeadAttention(engine, channels, config.heads(), config.dropout()));
    linear1 = child("linear1", Linear.xavier(engine, channels, config.feedforwardDim()));
    linear2 = child("linear2", Linear.xavier(engine, config.feedforwardDim(), channels));
    norm1 = child("norm1", new LayerNorm(engine, channels));
    norm2 = child("norm2", new LayerNorm(engine, channels));
    dropout = child("dropout", new Dropout(engine, config.dropout()));
  }

  /** tokens [B,S,C], positions [S,C]; result [B,S,C]. */
  Tensor forward(Tensor tokens, Tensor positions) {
    return engine()
        .tidy(
            scope -> {
              Tensor attended = attention.forwardSelf(tokens.add(positions), tokens);
              Tensor x = norm1.forward(tokens.add(dropout.forward(attended)));
              Tensor hidden = dropout.forward(linear1.forward(x, Activation.RELU));
              return norm2.forward(x.add(dropout.forward(linear2.forward(hidden))));
            });
  }
}
