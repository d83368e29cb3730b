package org.maskwright.trainer.caption;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.RegionEmbeddings;
import org.maskwright.trainer.loss.LossTerm;
import org.maskwright.trainer.loss.MatchedOutputs;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.loss.Supervision;
import org.maskwright.trainer.match.MatchPolicy;

/**
 * {@link Grounding} of the images that have words, at every output; the mean over the images of the
 * step. Images are told from those of the same batch in all processes; batches that are accumulated
 * are each for themselves, so that fewer and larger ones are not the same here.
 */
record GroundingTerm(double weight, Regions regions) implements LossTerm {
  static final String NAME = "loss_grounding";

  /** How many images of the step have words. */
  private static final String CAPTIONED = "captioned";

  /** What is compared with words. */
  public enum Regions {
    QUERIES,
    IMAGE
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public StepNormalizers normalizers(
      List<? extends Supervision> targets, int queries, MatchPolicy policy) {
    return StepNormalizers.of(
        CAPTIONED,
        targets.stream().filter(t -> t.saidOfImage(ImageWords.class).isPresent()).count());
  }

  @Override
  public Optional<Tensor> losses(MatchedOutputs outputs) {
    double count = outputs.step().get(CAPTIONED);
    List<ImageWords> said = new ArrayList<>();
    List<Integer> images = new ArrayList<>();
    float[] shares = new float[outputs.targets().size()];
    for (int b = 0; b < outputs.targets().size(); b++) {
      double share = weight * outputs.imageWeight(b) / Math.max(1, count);
      Optional<ImageWords> words = outputs.targets().get(b).saidOfImage(ImageWords.class);
      if (words.isPresent()) {
        shares[said.size()] = (float) share;
        said.add(words.get());
        images.add(b);
      }
    }
    if (count == 0) {
      return Optional.empty();
    }
    List<Tensor> layers = regions(outputs.predictions(), images);
    int width = layers.get(0).intSize(2);
    WordBatch own = WordBatch.of(said, Arrays.copyOf(shares, said.size()), width);
    ProcessGroup group = layers.get(0).engine().processes();
    List<Tensor> losses =
        group.size() > 1 ? new SharedRegions(group, own, layers).losses() : alone(own, layers);
    return Optional.of(Tensor.concat(0, losses.toArray(Tensor[]::new)));
  }

  /** The loss [1] of each output where there is one process. */
  private static List<Tensor> alone(WordBatch own, List<Tensor> layers) {
    if (own.images() == 0) {
      return layers.stream().map(l -> l.mul(0).sum().reshape(1)).toList();
    }
    Grounding captions = own.on(layers.get(0).engine());
    return layers.stream().map(l -> captions.loss(l).reshape(1)).toList();
  }

  /**
   * Of each output what is compared of the images with words, [n,Q,D] or [n,1,D]; of all images
   * where none has words.
   */
  private List<Tensor> regions(Outputs predictions, List<Integer> images) {
    RegionEmbeddings embeddings =
        predictions
            .extra(RegionEmbeddings.class)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "loss_grounding: expected a model that places regions among words; set model.class-head.type = grounded"));
    long[] rows = images.stream().mapToLong(Integer::longValue).toArray();
    List<Tensor> out = new ArrayList<>();
    for (Tensor layer : embeddings.layers()) {
      Tensor each = layer.cast(DType.FLOAT32);
      if (rows.length > 0 && rows.length < each.intSize(0)) {
        each = each.indexSelect(0, each.engine().longs(rows, rows.length));
      }
      out.add(regions == Regions.IMAGE ? each.mean(1).unsqueeze(1) : each);
    }
    return out;
  }
}
