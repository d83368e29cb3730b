package org.maskwright.trainer.incontext;

import java.util.List;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.InContextDecoder;
import org.maskwright.modelzoo.decoder.InContextDecoder.Meaning;
import org.maskwright.modelzoo.decoder.InContextDecoder.OwnExample;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;

/**
 * Learns the example that a model shows itself, its picture and what is painted of it, as two
 * tensors of pixels; all else of the model stays, and computes as in use. Below the example stands
 * a picture whose classes are to be painted in their fixed colours; nothing of that is seen.
 *
 * <p>The loss {@code loss_paint} is that of {@link InContextTask}, over the picture.
 *
 * <p><b>Source</b> SegGPT (arXiv 2304.03284), section 3.4
 */
final class PromptTuningTask implements TrainTask {
  private static final String PIXELS = "painted";
  private static final int COLOURS = 3;
  private final SegmentationModel model;
  private final InContextDecoder decoder;
  private final OwnExample own;
  private final double beta;
  private final Normalization normalization;
  private final int side;
  private final int patch;
  private final int background;

  /** Freezes all but the example. */
  PromptTuningTask(SegmentationModel model, double beta, Normalization normalization) {
    this.model = model;
    this.decoder = InContextModels.decoder(model);
    this.own =
        decoder
            .ownExample()
            .orElseThrow(
                () ->
                    new ConfigException(
                        "model.decoder.in-context.own-example: expected true for train.task.type = prompt-tuning, got false"));
    this.beta = beta;
    this.normalization = normalization;
    this.side = InContextModels.side(model);
    this.patch = InContextModels.patch(model);
    this.background = InContextModels.background(model);
    List<Parameter> learnt = List.of(own.picture(), own.painted());
    for (Parameter parameter : model.parameters().values()) {
      parameter.setTrainable(learnt.contains(parameter));
    }
  }

  @Override
  public Module model() {
    return model;
  }

  private CanvasDraw draw(TrainingExample example) {
    if (example.frames() != 1 || example.height() > side || example.width() > side) {
      throw new IllegalArgumentException(
          "prompt-tuning: expected pictures of at most %d x %d (data.source.clips.frames = 1, and augment to that size), got %d of %d x %d"
              .formatted(side, side, example.frames(), example.width(), example.height()));
    }
    return CanvasDraw.ofPicture(example, background, side * side / (patch * patch));
  }

  @Override
  public StepNormalizers normalizers(Step step) {
    long count = 0;
    for (Batch part : step.parts()) {
      for (TrainingExample example : part.examples()) {
        count += (long) example.contentHeight() * example.contentWidth();
      }
    }
    return StepNormalizers.of(PIXELS, COLOURS * count);
  }

  @Override
  public Losses losses(StepPart part) {
    model.setTraining(false);
    Engine engine = model.engine();
    Batch batch = part.batch();
    int size = batch.size();
    int pixels = side * side;
    float[] painted = new float[Math.multiplyExact(size, COLOURS * pixels)];
    float[] counted = new float[size * pixels];
    for (int i = 0; i < size; i++) {
      TrainingExample example = batch.examples().get(i);
      CanvasDraw draw = draw(example);
      draw.paint(example, normalization, side, painted, i * COLOURS * pixels);
      draw.count(example, side, patch, counted, i * pixels);
    }
    Tensor targets = engine.floats(painted, size, COLOURS, side, side);
    Tensor pictures =
        engine.floats(batch.normalizedImages(normalization, side, side), size, COLOURS, side, side);
    Tensor answer = below(pictures, targets);
    part.phases().mark(Phases.Phase.FORWARD);
    Tensor counts = engine.floats(counted, size, 1, side, side);
    Tensor loss =
        PaintLoss.sum(answer, targets, counts, beta)
            .mul(1 / Math.max(1, part.normalizers().get(PIXELS)));
    part.phases().mark(Phases.Phase.LOSS);
    return new Losses(loss, List.of(new Losses.Term("loss_paint", loss)));
  }

  /** What is painted of pictures [B,3,S,S] below the example. */
  private Tensor below(Tensor pictures, Tensor targets) {
    long size = pictures.size(0);
    Tensor seen = Tensor.concat(2, above(own.picture(), size), pictures);
    Tensor hidden = Tensor.concat(2, above(own.painted(), size), targets);
    PixelFeatures features = model.features(Tensor.stack(1, seen, hidden).flatten(0, 1)).ofClips(2);
    int rows = 2 * side / patch;
    return decoder
        .paint(
            features,
            InContextModels.hidden(model.engine(), PatchMasks.lowerHalf(rows, rows / 2), 1),
            Meaning.CLASSES)
        .slice(2, side, 2L * side);
  }

  private Tensor above(Parameter part, long size) {
    return part.tensor().expand(size, COLOURS, side, side);
  }
}
