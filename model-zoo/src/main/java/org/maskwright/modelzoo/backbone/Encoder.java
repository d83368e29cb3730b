package org.maskwright.modelzoo.backbone;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * The part of a backbone that its weights were trained for, apart from what each model adds to it
 * (the pyramid of a plain transformer, blocks that a mask decoder runs, the normalisation of the
 * maps): what can stay as it is while the rest learns.
 *
 * @param encoding pixels [B,C,H,W] to features, of which the first axis is B
 * @param mapping features to the backbone's maps; after the encoding this is {@link
 *     Backbone#forward}
 * @param state the parameters and buffers that the encoding reads, by their names in the backbone
 */
public record Encoder(
    Function<Tensor, List<Tensor>> encoding,
    UnaryOperator<List<Tensor>> mapping,
    Map<String, Parameter> state) {
  /** Keeps the map, in its order. */
  public Encoder {
    state = Collections.unmodifiableMap(new LinkedHashMap<>(state));
  }

  /** The features of images. */
  public List<Tensor> encode(Tensor pixels) {
    return encoding.apply(pixels);
  }

  /** The maps that are made of features. */
  public List<Tensor> maps(List<Tensor> features) {
    return mapping.apply(features);
  }
}
