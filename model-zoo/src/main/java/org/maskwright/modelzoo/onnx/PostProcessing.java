package org.maskwright.modelzoo.onnx;

import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;

/**
 * Results in place of logits, at the size of the graph's input: for runtimes in which nobody wants
 * to write post-processing.
 *
 * <p><b>Shapes</b> {@code labels} [B,H,W] int64, the class with the largest sum over queries of
 * class probability times mask probability (MaskFormer, arXiv 2107.06278, section 3.3). Of a model
 * that classifies masks also the {@value #INSTANCES} best pairs of query and class, in falling
 * order of the class's probability: {@code instance_classes} [B,N] int64, {@code instance_scores}
 * [B,N], class probability times the mean mask probability inside the mask, and {@code
 * instance_masks} [B,N,H,W] bool (Mask2Former's instance_inference)
 */
public final class PostProcessing implements OnnxModel.Ending {
  /** Instances of an image, where the model has so many pairs of query and class. */
  public static final int INSTANCES = 100;

  private static final double EPS = 1e-6;

  private final SegmentationModel model;

  /** Of a model that is recorded. */
  public PostProcessing(SegmentationModel model) {
    this.model = model;
  }

  @Override
  public Map<String, Tensor> of(Outputs outputs, Tensor pixels) {
    int height = pixels.intSize(2);
    int width = pixels.intSize(3);
    Tensor masks =
        outputs
            .imageMaskLogits()
            .resize(model.paddedSize(height), model.paddedSize(width), ResizeMode.BILINEAR)
            .slice(2, 0, height)
            .slice(3, 0, width); // [B,Q,H,W]
    int classes = outputs.classLogits().intSize(2) - 1;
    Tensor probabilities = outputs.classLogits().softmax(2).slice(2, 0, classes); // [B,Q,K]
    Map<String, Tensor> out = new LinkedHashMap<>();
    out.put("labels", labels(outputs.maskScores(), masks, probabilities));
    if (outputs.maskScores() == MaskScores.SIGMOID) {
      instances(masks, probabilities, out);
    }
    return out;
  }

  private static Tensor labels(MaskScores scores, Tensor masks, Tensor probabilities) {
    Tensor shares =
        switch (scores) {
          case SIGMOID -> masks.sigmoid();
          case SOFTMAX -> masks.softmax(1);
        };
    Tensor sums = probabilities.transpose(1, 2).matmul(shares.flatten(2, 3)); // [B,K,H*W]
    return sums.argMax(1).reshape(masks.size(0), masks.size(2), masks.size(3));
  }

  private static void instances(Tensor masks, Tensor probabilities, Map<String, Tensor> out) {
    long images = masks.size(0);
    long classes = probabilities.size(2);
    Tensor pairs = probabilities.flatten(1, 2); // [B,Q*K]
    int count = (int) Math.min(INSTANCES, pairs.size(1));
    Tensor[] best = pairs.topK(count);
    Tensor place = best[1].cast(DType.FLOAT32); // exact: far fewer than 2^24
    Tensor query = place.add(0.5).div(classes).floor(); // [B,N]
    Tensor chosen = place.sub(query.mul(classes)).cast(DType.INT64);
    long height = masks.size(2);
    long width = masks.size(3);
    Tensor index = query.cast(DType.INT64).unsqueeze(2).expand(images, count, height * width);
    Tensor logits = masks.flatten(2, 3).gather(1, index); // [B,N,H*W]
    Tensor inside = logits.gt(0);
    Tensor weight = inside.cast(DType.FLOAT32);
    Tensor mean = logits.sigmoid().mul(weight).sum(2).div(weight.sum(2).add(EPS)); // [B,N]
    out.put("instance_classes", chosen);
    out.put("instance_scores", best[0].mul(mean));
    out.put("instance_masks", inside.reshape(images, count, height, width));
  }
}
