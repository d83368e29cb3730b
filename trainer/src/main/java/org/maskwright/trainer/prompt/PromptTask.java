package org.maskwright.trainer.prompt;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.Masks;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.loss.StepNormalizers;

/**
 * Teaches a model to answer prompts. A picture is encoded once; about each of its objects the
 * decoder is asked again and again, first by a point or a box, then with a point more in what was
 * wrong and with the logits of the answer before, twice with nothing new.
 *
 * <p><b>Maths</b> the sum over objects and the mean over their answers of w_f focal + w_d dice +
 * w_q (expected IoU - IoU)^2, divided by the number of objects of the step. Of the three hypotheses
 * for a first prompt that of the least mask loss counts; all three learn what IoU to expect.
 *
 * <p><b>Source</b> Segment Anything (arXiv 2304.02643), appendix A. Its training code is not
 * released; what the paper leaves open is decided in docs/prompt-training.md
 */
public final class PromptTask implements TrainTask {
  private static final String OBJECTS = "objects";

  private final SegmentationModel model;
  private final PromptTaskKind.Settings settings;
  private final Normalization normalization;

  /**
   * For a model that answers prompts.
   *
   * @param sources of the data, whose objects have masks
   */
  PromptTask(
      SegmentationModel model,
      PromptTaskKind.Settings settings,
      List<SourceSupervision> sources,
      Normalization normalization) {
    for (SourceSupervision source : sources) {
      if (!(source.supervision() instanceof Masks.Settings) || !source.weights().isEmpty()) {
        throw new ConfigException(
            "data.source: expected supervision.type = masks and no loss-weights with train.task.type = prompts, which clicks into masks; got "
                + source);
      }
    }
    this.model = model;
    this.settings = settings;
    this.normalization = normalization;
  }

  @Override
  public Module model() {
    return model;
  }

  private RandomStream stream() {
    return model.engine().random().get("prompts");
  }

  private PromptTargets targets() {
    return new PromptTargets(settings, stream());
  }

  @Override
  public StepNormalizers normalizers(Step step) {
    int objects = 0;
    for (int part = 0; part < step.parts().size(); part++) {
      objects +=
          targets().of(step, step.parts().get(part), step.firstImage(part)).size();
    }
    return StepNormalizers.of(OBJECTS, objects);
  }

  @Override
  public Losses losses(StepPart part) {
    Engine engine = model.engine();
    Step step = part.step();
    Batch batch = part.batch();
    engine.random().startImages(step.number(), part.firstImage());
    Tensor pixels =
        engine.floats(
            batch.normalizedImages(normalization, step.height(), step.width()),
            batch.size(),
            model.inputs(),
            step.height(),
            step.width());
    PixelFeatures features = model.features(pixels);
    part.phases().mark(Phases.Phase.FORWARD);
    List<PromptTargets.Target> all = targets().of(step, batch, part.firstImage());
    int extra = stream().fork(step.number()).nextInt(settings.points() + 1) + 1;
    double objects = part.normalizers().get(OBJECTS);
    PromptRounds.Sums sums = new PromptRounds.Sums();
    for (boolean boxed : new boolean[] {false, true}) {
      List<PromptTargets.Target> some = all.stream().filter(t -> t.boxed() == boxed).toList();
      if (!some.isEmpty()) {
        new PromptRounds(
                model, features, settings, PromptMasks.of(model, step, batch, some), part.decisions())
            .run(extra, sums);
      }
    }
    Losses losses = losses(sums, features, objects);
    part.phases().mark(Phases.Phase.LOSS);
    return losses;
  }

  private Losses losses(PromptRounds.Sums sums, PixelFeatures features, double objects) {
    if (sums.isEmpty()) { // no object in these images: nothing to learn from
      Tensor zero = features.memory().get(0).tokens().mul(0).sum();
      return new Losses(zero, List.of());
    }
    double share = 1 / (objects * (settings.points() + 3));
    List<Losses.Term> terms = new ArrayList<>();
    Tensor total = null;
    for (PromptRounds.Part part : PromptRounds.Part.values()) {
      Tensor value = sums.of(part).mul(share * part.weight(settings));
      terms.add(new Losses.Term(part.lossName(), value));
      total = total == null ? value : total.add(value);
    }
    return new Losses(total, terms);
  }
}
