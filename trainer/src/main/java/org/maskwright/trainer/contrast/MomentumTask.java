package org.maskwright.trainer.contrast;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.pretext.ContrastDecoder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskSettings;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;

/**
 * Views of pictures that are told among those of a queue, whose views a momentum encoder sees: a
 * moving mean of the model. For PLRC also points. Encoder, queue and the centre of points are
 * resumed ({@code keys.*}, {@code queue.*}, {@code points.*} of the task), and are no part of the
 * model that is kept. They move once a step, after the update.
 *
 * <p><b>Maths</b> {@code loss_image}: {@link InfoNce}; {@code loss_points}: {@link PointContrast};
 * {@code loss_affinity}: {@link PointDistillation}; means over the pictures of the step, each by
 * its weight
 *
 * <p><b>Source</b> MoCo v2 (arXiv 2003.04297), PLRC (arXiv 2202.04639). <b>Differs:</b> batches are
 * not shuffled among processes before the momentum encoder sees them: of several processes let
 * train.processes.sync-batch-norm be true, or the backbone have no batch statistics
 */
final class MomentumTask extends Module implements TrainTask {
  private static final String IMAGES = "images";
  private final SegmentationModel model;
  private final SegmentationModel keys;
  private final KeyQueue queue;
  private final Parameter begun; // whether the encoder has the model's first weights
  private final Moco.Settings settings;
  private final double imageWeight;
  private final Optional<PointLosses> points;
  private final Normalization normalization;
  private final Map<Integer, float[]> seen = new TreeMap<>(); // of each part of a step

  private MomentumTask(
      TrainTaskSettings.Context context, Moco.Settings settings, Optional<Plrc.Settings> plrc) {
    super(context.model().engine());
    this.settings = settings;
    this.normalization = context.normalization();
    this.imageWeight = plrc.map(Plrc.Settings::imageWeight).orElse(1.0);
    model = child("model", context.model());
    keys =
        child(
            "keys",
            SegmentationModels.build(engine(), model.config(), model.inputs(), model.classSpace()));
    keys.parameters().values().forEach(p -> p.setTrainable(false));
    int width = decoder(model).width();
    queue = child("queue", new KeyQueue(engine(), settings.queue(), width));
    points = plrc.map(p -> child("points", new PointLosses(engine(), p, width)));
    begun = buffer("begun", engine().zeros(1));
  }

  /** The task of a model, which it takes over. */
  static MomentumTask of(
      TrainTaskSettings.Context context, Moco.Settings settings, Optional<Plrc.Settings> plrc) {
    Engine engine = context.model().engine();
    try (var scope = engine.scope()) { // initial values are copied into parameters
      return engine.construct(() -> new MomentumTask(context, settings, plrc));
    }
  }

  /** Of fewer pictures than the queue holds, a view would be told from views of its own picture. */
  static void requireEnough(Examples examples, int queue, String key) {
    if (examples.size() < queue) {
      throw new ConfigException(
          "%s: expected at most %d, the pictures of %s, got %d; a longer queue holds views of the picture itself"
              .formatted(key, examples.size(), examples.name(), queue));
    }
  }

  private static ContrastDecoder decoder(SegmentationModel of) {
    return (ContrastDecoder) of.decoder(); // as RunSettings checks
  }

  @Override
  public Module model() {
    return this;
  }

  @Override
  public StepNormalizers normalizers(Step step) {
    return StepNormalizers.of(IMAGES, step.ownImages());
  }

  @Override
  public void trainedTo(double progress) {
    points.ifPresent(p -> p.trainedTo(progress));
    if (seen.isEmpty()) {
      return; // no step was taken since
    }
    try (var off = engine().noGrad();
        var scope = engine().scope()) {
      Map<String, Parameter> weights = model.parameters();
      keys.parameters()
          .forEach(
              (name, key) ->
                  key.mix(
                      settings.momentum(), weights.get(name).tensor(), 1 - settings.momentum()));
    }
    seen.values().forEach(queue::add);
    seen.clear();
    points.ifPresent(PointLosses::moveCentre);
  }

  private void begin() {
    if (begun.tensor().item() > 0) {
      return;
    }
    try (var off = engine().noGrad();
        var scope = engine().scope()) {
      Map<String, Parameter> state = model.state();
      keys.state().forEach((name, key) -> key.set(state.get(name).tensor()));
      begun.set(engine().ones(1));
    }
  }

  @Override
  public Losses losses(StepPart part) {
    begin();
    double images = part.normalizers().get(IMAGES);
    TwoViews views = TwoViews.of(model, part, normalization);
    PixelFeatures features = model.features(views.first());
    Tensor queries = decoder(model).pictures(features);
    PixelFeatures keyFeatures;
    Tensor answers;
    try (var off = engine().noGrad()) {
      keyFeatures = keys.features(views.second());
      answers = decoder(keys).pictures(keyFeatures);
    }
    seen.put(part.index(), answers.toFloats());
    part.phases().mark(Phases.Phase.FORWARD);
    List<Losses.Term> terms = new ArrayList<>();
    try (var float32 = engine().withPrecision(Precision.FP32)) {
      terms.add(
          new Losses.Term(
              "loss_image",
              InfoNce.losses(queries, answers, queue.rows().detach(), settings.temperature())
                  .sum()
                  .mul(imageWeight / images)));
      if (points.isPresent()) {
        terms.addAll(
            points
                .get()
                .losses(
                    part,
                    views.first().intSize(3),
                    new PointLosses.Maps(decoder(model), features),
                    new PointLosses.Maps(decoder(keys), keyFeatures),
                    images));
      }
    }
    Tensor total = terms.stream().map(Losses.Term::value).reduce(Tensor::add).orElseThrow();
    part.phases().mark(Phases.Phase.LOSS);
    return new Losses(total, terms);
  }
}
