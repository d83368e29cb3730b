package org.maskwright.trainer.plan;

import com.typesafe.config.ConfigUtil;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.catalog.ChannelStatistics;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.image.PhotographSize;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.settings.Names;
import org.maskwright.settings.Registry;
import org.maskwright.trainer.checkpoint.BackboneFile;
import org.maskwright.trainer.checkpoint.BackboneFolder;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.loop.PretrainDefaults;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.run.Rehearsal;

/**
 * From a folder of pictures to the settings of a pretraining, by rules that hold for every task and
 * what the task says of itself ({@link PretrainDefaults}): looks at the pictures, takes three steps
 * to see what they cost, and fits the run into memory and time.
 */
public final class PretrainPlanner {
  private static final int REHEARSED_STEPS = 3;
  private static final int REHEARSED_IMAGES = 2;
  private static final int PROVISIONAL_STEPS = 1000;
  private static final int FEWEST_STEPS = 20;
  private static final int EVALUATIONS = 3;
  private static final int EVALUATED = 200;
  private static final int BATCH = 32;
  private static final int LARGEST_SIDE = 224;
  private static final int STRIDE = 32;
  private static final int SMALL_SIDE = 96;
  private static final int LOOKED_AT = 64;
  private static final int LONGEST_QUEUE = 65_536;

  private final PretrainWishes wishes;
  private final PretrainDefaults defaults;
  private final String task;
  private final long begin = System.nanoTime();

  private PretrainPlanner(PretrainWishes wishes, PretrainDefaults defaults) {
    this.wishes = wishes;
    this.defaults = defaults;
    this.task = wishes.task();
  }

  /** Names of the tasks that can be planned. */
  public static List<String> tasks() {
    return Registry.of(TrainTaskKind.class).variants().stream()
        .filter(kind -> kind.pretraining().isPresent())
        .map(TrainTaskKind::name)
        .toList();
  }

  /**
   * Plans a run; takes a few steps of it and keeps nothing.
   *
   * @throws DatasetException if the folder holds nothing that the task learns from
   * @throws ConfigException if there is no such task, or the time is too short
   */
  public static Planner.Planned plan(Path folder, PretrainWishes wishes) {
    Registry<TrainTaskKind> kinds = Registry.of(TrainTaskKind.class);
    PretrainDefaults defaults =
        kinds.variants().stream()
            .filter(kind -> kind.name().equals(wishes.task()))
            .flatMap(kind -> kinds.ask(kind, kind::pretraining).stream())
            .findFirst()
            .orElseThrow(
                () ->
                    new ConfigException(
                        "task: expected one of %s, got \"%s\"%s"
                            .formatted(
                                tasks(), wishes.task(), Names.meant(wishes.task(), tasks()))));
    return new PretrainPlanner(wishes, defaults).plan(folder);
  }

  /**
   * The pictures.
   *
   * @param side of the crop in pixels
   */
  private record Looked(PictureFolder folder, Dataset trained, int evaluated, int side) {}

  private Planner.Planned plan(Path folder) {
    Looked looked = look(folder);
    Plan plan = Planner.overridden(rules(looked), wishes.overrides());
    Plan provisional =
        plan.with(
            "train.steps", Math.max(FEWEST_STEPS, wishes.steps().orElse(PROVISIONAL_STEPS)), "");
    Rehearsal cost = Rehearsal.of(Planner.bound(provisional), REHEARSED_STEPS, REHEARSED_IMAGES);
    Plan timed = timed(plan, looked, cost);
    return new Planner.Planned(timed, estimates(timed, looked, cost));
  }

  private Looked look(Path folder) {
    PictureFolder found =
        switch (defaults.learnt()) {
          case PICTURES -> PictureFolder.bare(folder);
          case CLASSES -> PictureFolder.withClasses(folder);
          case CAPTIONS -> PictureFolder.withCaptions(folder);
        };
    if (found.train().holdOut() > 0) {
      int all = DatasetOpener.open(found.train().withHoldOut(0).withSplit("")).size();
      if (all < 2) {
        throw DatasetException.ofFile(
            folder,
            "expected at least 2 pictures, one to learn from and one to evaluate on, got 1");
      }
    }
    Dataset trained = DatasetOpener.open(found.train());
    Dataset evaluated = DatasetOpener.open(found.val());
    int[] sides =
        IntStream.range(0, Math.min(LOOKED_AT, trained.size()))
            .map(i -> (int) ((long) i * trained.size() / Math.min(LOOKED_AT, trained.size())))
            .map(i -> shortSide(trained, i))
            .sorted()
            .toArray();
    int typical = sides[sides.length / 2];
    int side = Math.min(LARGEST_SIDE, Math.max(STRIDE, typical / STRIDE * STRIDE));
    return new Looked(found, trained, evaluated.size(), side);
  }

  private static int shortSide(Dataset dataset, int index) {
    Size size = PhotographSize.of(dataset.info(index).file());
    return Math.min(size.width(), size.height());
  }

  private Plan rules(Looked looked) {
    Plan plan =
        new Plan(
            List.of(
                "%s on %s: %d pictures to learn from, %d to evaluate on"
                    .formatted(
                        task, looked.trained.name(), looked.trained.size(), looked.evaluated),
                "edit and run again: pretrain THIS-FILE --task " + task),
            List.of());
    plan = data(plan, looked);
    plan = model(plan, looked.side);
    plan = learning(plan, looked);
    for (PretrainDefaults.Setting setting : defaults.settings()) {
      if (wishes.init().isEmpty() || !setting.key().startsWith("model.backbone.")) {
        String value =
            setting
                .value()
                .replace("SIDE", String.valueOf(looked.side))
                .replace("GRID", String.valueOf(looked.side / STRIDE))
                .replace("QUEUE", String.valueOf(queue(looked.trained.size())));
        plan = plan.with(setting.key(), value, setting.reason());
      }
    }
    return plan;
  }

  private static int queue(int pictures) {
    return Math.min(LONGEST_QUEUE, Integer.highestOneBit(Math.max(1, pictures)));
  }

  private Plan data(Plan plan, Looked looked) {
    String why = "the pictures";
    DatasetSettings train = looked.folder.train();
    DatasetSettings val = looked.folder.val();
    Plan out =
        plan.with("data.root", ConfigUtil.quoteString(train.root().toString()), why)
            .with("data.train.type", train.type(), why);
    if (!train.list().isEmpty()) {
      out = out.with("data.train.list", ConfigUtil.quoteString(train.list()), why);
    }
    if (!train.images().isEmpty()) {
      out =
          out.with("data.train.images", ConfigUtil.quoteString(train.images()), why)
              .with("data.val.images", ConfigUtil.quoteString(val.images()), why);
    }
    if (!train.captions().isEmpty()) {
      List<String> files = train.captions().stream().map(ConfigUtil::quoteString).toList();
      out = out.with("data.train.captions", files, "what is said of the pictures");
    }
    if (train.holdOut() > 0) {
      out = out.with("data.train.hold-out", train.holdOut(), "held out to evaluate on");
    }
    if (!train.split().isEmpty()) {
      out =
          out.with("data.train.split", train.split(), why).with("data.val.split", val.split(), why);
    }
    if (wishes.ownPixels()) {
      Optional<Normalization> own =
          ChannelStatistics.of(looked.trained).map(ChannelStatistics::normalization);
      if (own.isPresent()) {
        String mean = "mean and deviation of these pictures";
        out =
            out.with("data.normalization.mean", own.get().mean(), mean)
                .with("data.normalization.std", own.get().std(), mean);
      }
    }
    return out;
  }

  private Plan model(Plan plan, int side) {
    Plan out =
        plan.with("model.pixel-decoder.type", "none", "the backbone alone is kept")
            .with("optimizer.backbone-multiplier", "1.0", "the backbone is what learns");
    Optional<Path> init = wishes.init();
    if (init.isPresent()) {
      String why = "starts from these weights";
      for (Plan.Line line : Planner.model(init.get(), described(init.get()))) {
        boolean frozen = line.key().endsWith(".norm") && line.value().contains("frozen");
        out = out.with(line.key(), frozen && wishes.normOnly() ? "batch" : line.value(), why);
      }
      Path weights = init.get().toAbsolutePath();
      out = out.with("init.backbone", ConfigUtil.quoteString(weights.toString()), why);
    } else if (defaults.hidesPatches()) {
      int patch = side < SMALL_SIDE ? 8 : 16;
      String why = "a small transformer, of which patches can be hidden";
      out =
          out.with("model.backbone.type", "vit", why)
              .with("model.backbone.vit.family", "mae", why)
              .with("model.backbone.vit.patch", patch, why)
              .with("model.backbone.vit.width", 192, why)
              .with("model.backbone.vit.depth", 12, why)
              .with("model.backbone.vit.heads", 3, why)
              .with("model.backbone.vit.mlp-dim", 768, why)
              .with("model.backbone.vit.registers", 0, why)
              .with("model.backbone.vit.grid", side / patch, why);
    } else {
      String why = "a small network from random values";
      out =
          out.with("model.backbone.type", "resnet", why)
              .with("model.backbone.resnet.block", "basic", why)
              .with("model.backbone.resnet.blocks", "[2, 2, 2, 2]", why)
              .with("model.backbone.resnet.norm", "batch", why);
    }
    return wishes.normOnly()
        ? out.with("init.train-only", "norm", "normalisations alone learn, as asked for")
        : out;
  }

  /** What the weights say of their backbone, or what they show of it. */
  private static BackboneFile described(Path weights) {
    return BackboneFolder.of(weights)
        .orElseGet(
            () -> {
              ImportedWeights read = ModelFolder.imported(weights);
              return BackboneFile.of(
                  DeducedArchitecture.of(read.state()).backbone(),
                  BackboneFile.normalization(read.family()),
                  read.provenance().licence());
            });
  }

  private Plan learning(Plan plan, Looked looked) {
    int side = looked.side;
    int batch = Math.min(BATCH, looked.trained.size());
    String crop = "squares at random, of pictures that are a little larger";
    List<Integer> edges = IntStream.rangeClosed(0, 4).mapToObj(i -> side + i * side / 8).toList();
    String rate = "the field's rate for batches of this size";
    return plan.with("augment.type", "crop", crop)
        .with("augment.crop.short-edges", edges, crop)
        .with("augment.crop.max-size", 16 * side, crop)
        .with("augment.crop.height", side, crop)
        .with("augment.crop.width", side, crop)
        .with("optimizer.learning-rate", "1.0e-3", rate)
        .with("optimizer.clip-norm", "1.0", rate)
        .with("schedule.shape.type", "cosine", rate)
        .with("train.task.type", task, "what is learnt")
        .with("train.batch-size", batch, rate)
        .with("eval.tasks", "[" + kind() + "]", "what tells how well")
        .with("eval.best", defaults.best(), "what tells how well")
        .with("eval.loss", "false", "what tells how well")
        .with("eval.short-edge", side, "pictures as they are trained on")
        .with("eval.max-size", 16 * side, "pictures as they are trained on");
  }

  private String kind() {
    return defaults.best().substring(0, defaults.best().indexOf('.'));
  }

  private Plan timed(Plan plan, Looked looked, Rehearsal cost) {
    int images = Math.min(EVALUATED, looked.evaluated);
    double evaluation = cost.imageSeconds() * (EVALUATIONS * images + 2.0 * looked.evaluated);
    int steps = wishes.steps().orElseGet(() -> stepsWithin(cost, evaluation));
    String why =
        wishes
            .seconds()
            .map(s -> String.format(Locale.ROOT, "what fits into %.0f minutes", s / 60))
            .orElse("as asked for");
    int every = Math.max(1, (steps + EVALUATIONS) / (EVALUATIONS + 1));
    return Planner.overridden(
        plan.with("train.steps", steps, why)
            .with("schedule.warmup-steps", steps / 20, why)
            .with("train.log-every", Math.max(1, Math.min(20, steps / 20)), why)
            .with("train.checkpoint-every", every, why)
            .with("train.keep-checkpoints", 1, why)
            .with("eval.every", every, why)
            .with("eval.limit", images < looked.evaluated ? images : 0, why),
        wishes.overrides());
  }

  private int stepsWithin(Rehearsal cost, double evaluation) {
    double seconds = wishes.seconds().orElseThrow();
    double besides = (System.nanoTime() - begin) / 1e9 + cost.startSeconds() + evaluation;
    int steps = (int) ((seconds - besides) / cost.stepSeconds());
    if (steps < FEWEST_STEPS) {
      throw new ConfigException(
          String.format(
              Locale.ROOT,
              "minutes: expected at least %.0f, got %.1f: a step takes %.1f s here, and looking at the data and evaluation %.0f s",
              Math.ceil((besides + FEWEST_STEPS * cost.stepSeconds()) / 60),
              seconds / 60,
              cost.stepSeconds(),
              besides));
    }
    return steps;
  }

  private static List<String> estimates(Plan plan, Looked looked, Rehearsal cost) {
    int steps = Integer.parseInt(plan.get("train.steps"));
    int batch = Integer.parseInt(plan.get("train.batch-size"));
    List<String> out = new ArrayList<>();
    out.add(
        String.format(
            Locale.ROOT,
            "time:   %.2f s a step of %d pictures, %d steps in %.1f min",
            cost.stepSeconds(),
            batch,
            steps,
            steps * cost.stepSeconds() / 60));
    out.add(
        String.format(
            Locale.ROOT,
            "memory: %.1f GiB",
            Math.max(cost.residentBytes(), cost.peakBytes()) / (double) (1L << 30)));
    out.add(
        String.format(
            Locale.ROOT,
            "each picture is seen about %.0f times",
            Math.max(1, (double) steps * batch / looked.trained.size())));
    return out;
  }
}
