package org.maskwright.trainer.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.Tiling;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.backbone.LayerNumbers;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.settings.Doc;
import org.maskwright.settings.Names;
import org.maskwright.settings.Registry;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loss.ClassWeights;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.LossTermSettings;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.optim.LayerDecay;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;

/** Everything a run can be configured with: the root of the settings. */
public record RunSettings(
    @Doc(
            "What the targets are: semantic (one mask a class), instance (one a thing) or panoptic (both).")
        Task task,
    @Doc("Seed of initial values, order of images, augmentation and sampled points.") long seed,
    @Doc("What computes.") EngineSettings engine,
    @Doc("The model.") ModelConfig model,
    @Doc("Initial values.") InitSettings init,
    @Doc("Data sets.") DataSettings data,
    @Doc("Augmentation of training images.") AugmentSettings augment,
    @Doc("The loss.") CriterionSettings criterion,
    @Doc("The optimiser.") OptimizerSettings optimizer,
    @Doc("The learning-rate schedule.") ScheduleSettings schedule,
    @Doc("The loop.") TrainSettings train,
    @Doc("Evaluation.") EvalSettings eval) {
  /** Checks that the model, the loss and the tasks go together. */
  public RunSettings {
    boolean pixels = model.decoder().classifiesPixels();
    Ranges.require(
        pixels == criterion.classifiesPixels(),
        "criterion",
        "type per-pixel exactly where model.decoder.type is per-pixel or per-pixel-plus",
        criterion);
    String semantic = "semantic, all that a model with a per-pixel decoder can do";
    Ranges.require(!pixels || task == Task.SEMANTIC, "task", semantic, task.key());
    List<ResultKind<?>> kinds =
        data.evaluations().stream().<ResultKind<?>>flatMap(e -> e.kinds().stream()).toList();
    List<String> names = kinds.stream().<String>map(ResultKind::name).distinct().toList();
    Ranges.require(
        !pixels || kinds.stream().noneMatch(ResultKind::needsMasks),
        "eval",
        "tasks out of "
            + ResultKinds.namesWithoutMasks()
            + ", all that a model with a per-pixel decoder can do",
        names);
    requireBest(eval, data.evaluations());
    Ranges.require(
        eval.instances().isEmpty() || data.evaluations().size() == 1,
        "eval",
        "no instances with several data.evaluations, as it is a file of one of them",
        "instances = " + eval.instances().map(Path::toString).orElse(""));
    requireTerms(criterion, data.sources(), eval);
    requireTask(model, train);
    requireAsked(model, eval, names);
    requireColours(data);
    requireLayers(optimizer.layerDecay(), model);
    requireRepeating(init, data.sources());
    requireClips(model, data.sources());
    requireExamples(model, train, data.sources());
    tiles(eval, data);
  }

  /** What decides is measured: on the only data set, or on the one that it names. */
  private static void requireBest(EvalSettings eval, List<EvaluationSettings> evaluations) {
    if (eval.decidedByLoss() && evaluations.size() == 1 && eval.bestOf().isEmpty()) {
      return;
    }
    List<String> measured = new ArrayList<>();
    for (EvaluationSettings e : evaluations) {
      String before = evaluations.size() == 1 ? "" : e.name() + ".";
      eval.withTasks(e.tasks()).metrics().keySet().forEach(m -> measured.add(before + m));
    }
    boolean loss =
        eval.decidedByLoss()
            && evaluations.stream()
                .anyMatch(e -> eval.bestOf().filter(e.name()::equals).isPresent());
    Ranges.require(
        loss || measured.contains(eval.best()),
        "eval",
        "best one of "
            + String.join(", ", measured)
            + (evaluations.size() == 1 ? "" : ", or NAME.loss.total"),
        eval.best());
  }

  /** A task trains the mask decoders that it is for. */
  private static void requireTask(ModelConfig model, TrainSettings train) {
    Registry<TrainTaskKind> tasks = Registry.of(TrainTaskKind.class);
    List<String> fitting =
        tasks.variants().stream()
            .filter(kind -> tasks.ask(kind, () -> kind.trains(model.decoder())))
            .map(TrainTaskKind::name)
            .toList();
    String chosen = tasks.of(train.task()).name();
    Ranges.require(
        fitting.contains(chosen),
        "train",
        "task.type out of %s with model.decoder.type = %s".formatted(fitting, model.decoderName()),
        chosen);
  }

  /** A model that is asked, by prompts, examples or a pretext, is evaluated so, and no other is. */
  private static void requireAsked(ModelConfig model, EvalSettings eval, List<String> tasks) {
    boolean asked = model.decoder().isAsked();
    List<String> kinds =
        ResultKinds.namesOf(asked ? Optional.of(model.decoder()) : Optional.empty());
    String decoder = Registry.of(DecoderPart.class).of(model.decoder()).name();
    Ranges.require(
        kinds.containsAll(tasks),
        "eval",
        "tasks out of %s with model.decoder.type = %s".formatted(kinds, decoder),
        tasks);
    Ranges.require(
        !asked || !eval.decidedByLoss(),
        "eval",
        "best a metric with model.decoder.type = "
            + decoder
            + ", whose loss no evaluation computes",
        eval.best());
  }

  /** Brightness, saturation and hue are those of colours. */
  private static void requireColours(DataSettings data) {
    boolean jitter = data.sources().stream().anyMatch(s -> s.augment().changesColours());
    Ranges.require(
        !jitter || data.channels() == Channels.RGB.count(),
        "augment",
        "color-jitter = false where data.channels is not 3, as it changes colours",
        "data.channels = " + data.channels());
  }

  /** A rate that differs from layer to layer is of a backbone that tells layers apart. */
  private static void requireLayers(LayerDecay decay, ModelConfig model) {
    int count = model.backbone().layers().map(LayerNumbers::count).orElse(0);
    Ranges.require(
        decay.isNone() || count > 0,
        "optimizer",
        "layer-decay.factor = 1 with a backbone that has no layers to tell apart, as vit, tiny-vit and convnext have",
        decay.factor());
    Ranges.require(
        decay.spared() <= count,
        "optimizer",
        "layer-decay.spared of at most %d, the layers of the backbone".formatted(count),
        decay.spared());
  }

  /** A model of photographs learns nothing from clips. */
  private static void requireClips(ModelConfig model, List<SourceSettings> sources) {
    for (SourceSettings source : sources) {
      Ranges.require(
          !source.clips().clips()
              || model.decoder().takesClips()
              || model.decoder().takesExamples(),
          "model",
          "a decoder that takes clips, such as model.decoder.type = masked-attention-video, where data.source.clips.frames = "
              + source.clips().frames(),
          Registry.of(DecoderPart.class).of(model.decoder()).name());
      Ranges.require(
          source.augment().frames() == 1
              || model.decoder().isPretext()
              || model.decoder().takesClips(),
          "augment",
          "one view of a picture, augment.views.views = [{}], with model.decoder.type = "
              + model.decoderName(),
          source.augment().frames() + " views");
    }
  }

  /** A model that answers by examples learns from pairs of pictures, and no other does. */
  private static void requireExamples(
      ModelConfig model, TrainSettings train, List<SourceSettings> sources) {
    boolean examples = model.decoder().takesExamples();
    Ranges.require(
        !examples || train.task().takesPairs() || model.decoder().hasOwnExample(),
        "model",
        "decoder.in-context.own-example = true with train.task.type = prompt-tuning, which learns it",
        "own-example = false");
    boolean pairs = train.task().takesPairs();
    for (SourceSettings source : sources) {
      Ranges.require(
          !examples || source.clips().frames() == (pairs ? 2 : 1),
          "data",
          (pairs
                  ? "source.clips { frames = 2, from = pairs }, an example and a picture, with train.task.type = "
                  : "source.clips.frames = 1, pictures alone, with train.task.type = ")
              + Registry.of(TrainTaskKind.class).of(train.task()).name(),
          "source.clips.frames = " + source.clips().frames());
    }
  }

  /** Features that are kept are asked for again. */
  private static void requireRepeating(InitSettings init, List<SourceSettings> sources) {
    FrozenEncoderSettings frozen = init.frozenEncoder();
    for (SourceSettings source : sources) {
      Ranges.require(
          !frozen.keepsFeatures() || source.augment().repeats(),
          "init",
          "frozen-encoder.type = compute, or an augmentation that shows a picture again as it was, of which features can be kept: augment.type = grid (flip and crops at fixed places) or none",
          "augment.type = %s, which hardly ever does"
              .formatted(Choices.nameOf(AugmentSettings.class, (Record) source.augment())));
      Ranges.require(
          !frozen.keepsFeatures() || !source.clips().clips(),
          "init",
          "frozen-encoder.type = compute where clips are trained on, which hardly ever come again",
          "data.source.clips.frames = " + source.clips().frames());
    }
  }

  /** What names terms of the loss names those of the criterion. */
  private static void requireTerms(
      CriterionSettings criterion, List<SourceSettings> sources, EvalSettings eval) {
    Set<String> weighed = new TreeSet<>();
    sources.forEach(source -> weighed.addAll(source.lossWeights().keySet()));
    Optional<String> deciding = eval.lossTerm();
    Criterion own = Criterion.of(criterion.withClassWeights(ClassWeights.EQUAL));
    Criterion trained =
        own.with(
            SourceSupervision.terms(sources.stream().map(SourceSettings::annotation).toList()));
    List<String> terms = trained.terms();
    for (String term : weighed) {
      Ranges.require(
          terms.contains(LossTermSettings.termName(term)),
          "data",
          "loss-weights of terms of the criterion, " + named(terms),
          term + Names.meant(term, named(terms)));
    }
    deciding.ifPresent(
        term ->
            Ranges.require(
                own.terms().contains("loss_" + term),
                "eval",
                "best a loss of the criterion, loss.total or loss. and one of "
                    + named(own.terms()),
                eval.best()));
  }

  private static List<String> named(List<String> terms) {
    return terms.stream().map(term -> term.substring("loss_".length())).toList();
  }

  /** How pictures that are evaluated are divided; empty: not at all. */
  public Optional<Tiling> evaluatedTiles() {
    return tiles(eval, data);
  }

  private static Optional<Tiling> tiles(EvalSettings eval, DataSettings data) {
    int trained = data.sources().get(0).tiles().size();
    return eval.tiles().tiling(trained > 0 ? trained : eval.shortEdge());
  }
}
