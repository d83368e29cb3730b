package org.maskwright.trainer.clip;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.pretext.CaptionDecoder;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.PairContrast;
import org.maskwright.trainer.loss.SharedRows;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.loss.ViewContrast;

/**
 * Pictures and captions that find one another, and for SLIP views of pictures that do. A picture is
 * told from those of the same batch in all processes; batches that are accumulated are each for
 * themselves, so that fewer and larger ones are not the same here.
 *
 * <p><b>Maths</b> {@code loss_clip}: {@link PairContrast} of scale * cosine of picture and caption;
 * {@code loss_ssl}: {@link ViewContrast} times its factor; both means over the pictures of the step
 *
 * <p><b>Source</b> CLIP (arXiv 2103.00020), section 2; SLIP (arXiv 2112.12750), section 3
 */
final class CaptionContrast implements TrainTask {
  private static final String PICTURES = "pictures";
  private final SegmentationModel model;
  private final CaptionDecoder decoder;
  private final Optional<SlipTask.Settings> slip;
  private final Normalization normalization;

  CaptionContrast(
      SegmentationModel model, Optional<SlipTask.Settings> slip, Normalization normalization) {
    this.model = model;
    this.decoder = CaptionModels.decoder(model);
    this.slip = slip;
    this.normalization = normalization;
  }

  @Override
  public Module model() {
    return model;
  }

  @Override
  public void trainedTo(double progress) {
    decoder.clampScale();
  }

  @Override
  public StepNormalizers normalizers(Step step) {
    return StepNormalizers.of(PICTURES, step.ownImages());
  }

  @Override
  public Losses losses(StepPart part) {
    Batch batch = part.batch();
    int views = batch.frames();
    List<Tensor> frames = frames(part, views);
    float weight = (float) (1 / part.normalizers().get(PICTURES));
    List<Losses.Term> terms = new ArrayList<>();
    Tensor pictures = decoder.pictures(decoder.pooled(frames.get(0)));
    Tensor texts = decoder.texts(captions(batch));
    List<Tensor> compared = new ArrayList<>();
    for (Tensor frame : frames.subList(1, views)) {
      compared.add(decoder.views(decoder.pooled(frame)));
    }
    part.phases().mark(Phases.Phase.FORWARD);
    try (var float32 = model.engine().withPrecision(Precision.FP32)) {
      terms.add(new Losses.Term("loss_clip", clip(pictures, texts, weight)));
      slip.ifPresent(
          s -> terms.add(new Losses.Term("loss_ssl", ssl(compared, s, weight).mul(s.sslScale()))));
    }
    Tensor total = terms.get(0).value();
    for (Losses.Term term : terms.subList(1, terms.size())) {
      total = total.add(term.value());
    }
    part.phases().mark(Phases.Phase.LOSS);
    return new Losses(total, terms);
  }

  /** The views of all pictures, [B,C,H,W] each. */
  private List<Tensor> frames(StepPart part, int views) {
    Engine engine = model.engine();
    Step step = part.step();
    Batch batch = part.batch();
    int height = model.paddedSize(step.height());
    int width = model.paddedSize(step.width());
    engine.random().startImages(step.number(), (long) views * part.firstImage());
    Tensor all =
        engine.floats(
            batch.normalizedImages(normalization, height, width),
            batch.size(),
            views,
            model.inputs(),
            height,
            width);
    List<Tensor> out = new ArrayList<>();
    for (int t = 0; t < views; t++) {
      out.add(all.select(1, t));
    }
    return out;
  }

  private static List<String> captions(Batch batch) {
    return batch.examples().stream().map(CaptionContrast::caption).toList();
  }

  private static String caption(TrainingExample example) {
    return example
        .caption()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "image %s: expected a caption, got none".formatted(example.imageId())));
  }

  private Tensor clip(Tensor pictures, Tensor texts, float weight) {
    SharedRows rows =
        SharedRows.of(
            model.engine().processes(),
            List.of(pictures.mul(decoder.scale()), texts),
            pictures.intSize(0));
    Tensor scores = rows.all(0).matmulTransposed(rows.all(1));
    return rows.told(PairContrast.loss(scores, weights(rows, weight)));
  }

  private Tensor ssl(List<Tensor> views, SlipTask.Settings settings, float weight) {
    SharedRows rows = SharedRows.of(model.engine().processes(), views, views.get(0).intSize(0));
    return rows.told(
        ViewContrast.loss(rows.all(0), rows.all(1), settings.temperature(), weights(rows, weight)));
  }

  private static float[] weights(SharedRows rows, float weight) {
    float[] out = new float[rows.total()];
    Arrays.fill(out, weight);
    return out;
  }
}
