package org.maskwright.trainer.incontext;

import java.util.List;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.InContextDecoder;
import org.maskwright.modelzoo.decoder.InContextDecoder.Meaning;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;

/**
 * In-context painting: of an example above a picture, both painted, patches are hidden and the
 * model paints them. What is painted, in which colours and what is hidden is drawn anew for each
 * example of a step, from the seed, the step and the number of the example.
 *
 * <p>The loss {@code loss_paint} is smooth L1 of normalised colours, a mean over the channels of
 * the pixels of hidden patches that are not padding.
 *
 * <p><b>Source</b> SegGPT (arXiv 2304.03284), Painter (arXiv 2212.02499). <b>Differs:</b> pairs are
 * one picture above one other, not several stitched together; {@code painted = one}
 */
final class InContextTask implements TrainTask {
  private static final String PIXELS = "painted";
  private static final int COLOURS = 3;
  private static final double PAINTER_OFFSET = 0.01;
  private final SegmentationModel model;
  private final InContextDecoder decoder;
  private final InContext.Settings settings;
  private final Normalization normalization;
  private final int side;
  private final int patch;

  InContextTask(SegmentationModel model, InContext.Settings settings, Normalization normalization) {
    this.model = model;
    this.decoder = InContextModels.decoder(model);
    this.settings = settings;
    this.normalization = normalization;
    this.side = InContextModels.side(model);
    this.patch = InContextModels.patch(model);
  }

  @Override
  public Module model() {
    return model;
  }

  private CanvasDraw draw(Step step, int number, TrainingExample example) {
    if (example.frames() != 2 || example.height() > side || example.width() > side) {
      throw new IllegalArgumentException(
          "in-context: expected examples of two pictures of at most %d x %d (data.source.clips { frames = 2, from = pairs }, and augment to that size), got %d of %d x %d"
              .formatted(side, side, example.frames(), example.width(), example.height()));
    }
    RandomStream random = model.engine().random().get("canvases").fork(step.number()).fork(number);
    return CanvasDraw.of(example, settings, 2 * side / patch, random);
  }

  /** What is to be painted and where it counts. */
  @SuppressWarnings("ArrayRecordComponent") // each read once, by the loss
  private record Canvases(float[] painted, float[] counted, boolean[] hidden) {}

  private Canvases canvases(Step step, int first, Batch batch) {
    int pixels = 2 * side * side;
    int patches = pixels / (patch * patch);
    float[] painted = new float[Math.multiplyExact(batch.size(), COLOURS * pixels)];
    float[] counted = new float[batch.size() * pixels];
    boolean[] hidden = new boolean[batch.size() * patches];
    for (int i = 0; i < batch.size(); i++) {
      TrainingExample example = batch.examples().get(i);
      CanvasDraw draw = draw(step, first + i, example);
      draw.paint(example, normalization, side, painted, i * COLOURS * pixels);
      count(draw, example, counted, i * pixels);
      System.arraycopy(draw.hidden(), 0, hidden, i * patches, patches);
    }
    return new Canvases(painted, counted, hidden);
  }

  /** Which pixels of a canvas count, from {@code offset} on; how many these are. */
  private int count(CanvasDraw draw, TrainingExample example, float[] counted, int offset) {
    return settings.painter() && draw.isBlank(example, patch)
        ? 0
        : draw.count(example, side, patch, counted, offset);
  }

  @Override
  public StepNormalizers normalizers(Step step) {
    float[] counted = new float[2 * side * side]; // of each canvas in turn
    long count = 0;
    for (int p = 0; p < step.parts().size(); p++) {
      List<TrainingExample> examples = step.parts().get(p).examples();
      for (int i = 0; i < examples.size(); i++) {
        CanvasDraw draw = draw(step, step.firstImage(p) + i, examples.get(i));
        count += count(draw, examples.get(i), counted, 0);
      }
    }
    return StepNormalizers.of(PIXELS, COLOURS * count);
  }

  @Override
  public Losses losses(StepPart part) {
    Engine engine = model.engine();
    Batch batch = part.batch();
    int first = part.firstImage();
    engine.random().startImages(part.step().number(), 2L * first);
    Canvases canvases = canvases(part.step(), first, batch);
    Tensor painted = engine.floats(canvases.painted(), batch.size(), COLOURS, 2L * side, side);
    Tensor pictures =
        engine
            .floats(
                batch.normalizedImages(normalization, side, side),
                batch.size(),
                2,
                COLOURS,
                side,
                side)
            .permute(0, 2, 1, 3, 4)
            .reshape(batch.size(), COLOURS, 2L * side, side);
    PixelFeatures features =
        model.features(Tensor.stack(1, pictures, painted).flatten(0, 1)).ofClips(2);
    Tensor answer =
        decoder.paint(
            features,
            InContextModels.hidden(engine, canvases.hidden(), batch.size()),
            settings.objects() ? Meaning.OBJECTS : Meaning.CLASSES);
    part.phases().mark(Phases.Phase.FORWARD);
    Tensor counted = engine.floats(canvases.counted(), batch.size(), 1, 2L * side, side);
    double pixels =
        settings.painter()
            ? part.normalizers().get(PIXELS) + PAINTER_OFFSET
            : Math.max(1, part.normalizers().get(PIXELS));
    Tensor loss = PaintLoss.sum(answer, painted, counted, settings.beta()).mul(1 / pixels);
    part.phases().mark(Phases.Phase.LOSS);
    return new Losses(loss, List.of(new Losses.Term("loss_paint", loss)));
  }
}
