package org.maskwright.modelzoo;

import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.head.OutOfVocabulary;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * What the backbone says of the classes of the answer's masks, joined with what the head says.
 *
 * @param features of the pictures, as the backbone's encoder gives them
 */
record RegionWords(OutOfVocabulary opinion, WordSpace words, List<Tensor> features)
    implements Outputs.Refinement {
  @Override
  public List<Tensor> tensors() {
    return features;
  }

  @Override
  public Outputs.Layer refined(Outputs.Layer last) {
    Engine engine = last.maskLogits().engine();
    try (var off = engine.noGrad()) {
      WordSpace.Regions regions = words.regions(features, last.imageMaskLogits());
      Tensor classes =
          opinion.joined(
              last.classLogits().cast(DType.FLOAT32),
              regions.vectors().cast(DType.FLOAT32),
              regions.covered());
      return new Outputs.Layer(Optional.of(classes), last.maskLogits());
    }
  }
}
