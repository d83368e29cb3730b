package org.maskwright.trainer.plan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.ObjectSurvey;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.checkpoint.BackboneFile;
import org.maskwright.trainer.checkpoint.BackboneFolder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.EngineSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.config.SettingsWriter;
import org.maskwright.trainer.run.Rehearsal;

/**
 * From a folder to the settings of a run: looks at the data, applies the rules, takes three steps
 * to see what they cost, and fits the run into memory and time.
 */
public final class Planner {
  private static final int REHEARSED_STEPS = 3;
  private static final int REHEARSED_IMAGES = 2;
  private static final int FEWEST_STEPS = 20;
  private static final int SMALLEST_CROP = 128;

  /** Evaluations while it trains; one more at the end. */
  private static final int EVALUATIONS = 3;

  /** Share of the time that evaluations while it trains may take. */
  private static final double EVALUATION_SHARE = 0.1;

  /** Share of the time that all evaluations may take; else there is one alone, at the end. */
  private static final double ALL_EVALUATIONS_SHARE = 0.25;

  /** Share of the machine's memory that a run may take. */
  private static final double MEMORY_SHARE = 0.7;

  private static final double GIB = 1L << 30;

  private final Path folder;
  private final Wishes wishes;
  private final long memory;
  private final long begin = System.nanoTime();
  private PixelRules pixels; // once the data are looked at

  /**
   * A plan and what it is expected to take.
   *
   * @param plan the settings
   * @param estimates lines for the user
   */
  public record Planned(Plan plan, List<String> estimates) {
    /** Keeps the list. */
    public Planned {
      estimates = List.copyOf(estimates);
    }
  }

  private Planner(Path folder, Wishes wishes) {
    this.folder = folder.toAbsolutePath().normalize();
    this.wishes = wishes;
    this.memory =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : Long.MAX_VALUE;
  }

  /**
   * Plans a run over a folder of images; takes a few steps of it and keeps nothing.
   *
   * @throws org.maskwright.datasets.DatasetException if the folder holds no data that can be learnt
   *     from
   * @throws ConfigException if the wishes do not go together with the data, or the time is too
   *     short
   */
  public static Planned plan(Path folder, Wishes wishes) {
    return new Planner(folder, wishes).plan();
  }

  private Planned plan() {
    Facts facts = facts();
    int crop = Rules.crop(facts, wishes);
    Plan plan = settled(Rules.plan(facts, wishes, crop));
    // One image at a time tells what each image of a batch adds.
    Rehearsal one = ofOneImage(plan);
    plan = fitted(plan, one, memory);
    while (bytes(plan, one) > MEMORY_SHARE * memory && crop > SMALLEST_CROP) {
      crop = Math.max(SMALLEST_CROP, crop * 3 / 4 / 32 * 32);
      plan = settled(Rules.plan(facts, wishes, crop));
      one = ofOneImage(plan);
      plan = fitted(plan, one, memory);
    }
    Rehearsal cost = Rehearsal.of(bound(provisional(plan)), REHEARSED_STEPS, REHEARSED_IMAGES);
    Plan timed = timed(plan, facts, cost);
    List<String> said = new ArrayList<>(Rules.notes(facts, crop));
    said.addAll(estimates(timed, facts, cost));
    return new Planned(timed, said);
  }

  private Facts facts() {
    List<String> own = new ArrayList<>(List.of("data.root=\"" + folder + '"'));
    own.add("data.train.split=train");
    own.add("data.train.hold-out=0.1");
    own.add("data.val.split=val");
    own.addAll(wishes.overrides());
    RunSettings settings = ConfigFile.defaults(own).bind(RunSettings.class);
    DatasetSettings stored = settings.data().sources().get(0).dataset();
    pixels = PixelRules.of(settings.data(), stored);
    DatasetSettings train = stored.withChannels(pixels.channels());
    Task task = wishes.task().orElseGet(() -> Facts.best(DatasetOpener.open(train)));
    Dataset trained = DatasetOpener.open(train, task);
    Dataset evaluated =
        DatasetOpener.open(settings.data().val().withChannels(pixels.channels()), task);
    long things = trained.categories().asList().stream().filter(c -> c.thing()).count();
    return new Facts(
        folder,
        trained.name(),
        task,
        trained.size(),
        evaluated.size(),
        (int) things,
        trained.categories().size() - (int) things,
        ObjectSurvey.of(trained),
        start(settings),
        accelerator(settings));
  }

  /** What is asked for, else the first backbone by name in the folder zoo. */
  private static Optional<Facts.Start> start(RunSettings settings) {
    return settings
        .init()
        .backbone()
        .or(Planner::ofZoo)
        .map(weights -> new Facts.Start(weights.toAbsolutePath(), model(weights)));
  }

  private static Optional<Path> ofZoo() {
    Path zoo = Path.of("zoo");
    if (!Files.isDirectory(zoo)) {
      return Optional.empty();
    }
    try (Stream<Path> folders = Files.list(zoo)) {
      return folders.filter(BackboneFolder::isOne).min(Comparator.naturalOrder());
    } catch (IOException e) {
      throw new UncheckedIOException(zoo + " cannot be listed", e);
    }
  }

  /** The settings of the backbone that a folder holds; none where it does not say. */
  static List<Plan.Line> model(Path weights) {
    return BackboneFolder.of(weights).map(file -> model(weights, file)).orElse(List.of());
  }

  /** The settings of a backbone. */
  static List<Plan.Line> model(Path folder, BackboneFile file) {
    return ConfigFile.of(folder.toString(), SettingsWriter.render(file)).entries().stream()
        .filter(entry -> entry.path().startsWith("backbone."))
        .map(entry -> new Plan.Line("model." + entry.path(), entry.value(), ""))
        .toList();
  }

  private static boolean accelerator(RunSettings settings) {
    EngineOptions options = settings.engine().options(settings.seed());
    try (Engine engine = EngineSettings.open(options)) {
      return !engine.device().equals(Device.CPU);
    }
  }

  /** With what the user has asked for, which wins. */
  private Plan settled(Plan plan) {
    return overridden(pixels.with(plan), wishes.overrides());
  }

  /** With what a user has asked for. */
  static Plan overridden(Plan plan, List<String> overrides) {
    Plan out = plan;
    for (String override : overrides) {
      String key = override.substring(0, Math.max(0, override.indexOf('='))).strip();
      for (ConfigFile.Entry entry : ConfigFile.defaults(List.of(override)).entries()) {
        if (entry.path().equals(key) || entry.path().startsWith(key + ".")) {
          out = out.with(entry.path(), entry.value(), "as asked for");
        }
      }
    }
    return out;
  }

  /** With a schedule for the steps of a rehearsal. */
  private Plan provisional(Plan plan) {
    return plan.with("train.steps", wishes.steps().orElse(1000), "");
  }

  static RunSettings bound(Plan plan) {
    return ConfigFile.of("plan.conf", plan.toConf()).bind(RunSettings.class);
  }

  private static int batch(Plan plan) {
    return Integer.parseInt(plan.get("train.batch-size"));
  }

  private static int accumulate(Plan plan) {
    return Integer.parseInt(plan.get("train.accumulate"));
  }

  private Rehearsal ofOneImage(Plan plan) {
    return Rehearsal.of(bound(provisional(plan).with("train.batch-size", 1, "")), 1, 0);
  }

  /** With the largest of batch, batch / 2, ... 1 that fits; what is cut off is accumulated. */
  static Plan fitted(Plan plan, Rehearsal one, long memory) {
    String why =
        "the memory allows for no larger batch; what is accumulated gives the same gradients";
    Plan out = plan;
    while (batch(out) > 1 && bytes(out, one) > MEMORY_SHARE * memory) {
      out =
          out.with("train.batch-size", batch(out) / 2, why)
              .with("train.accumulate", accumulate(out) * 2, why);
    }
    return out;
  }

  /** What a run takes: what the process has beside the engine's arrays, and those of a batch. */
  private static double bytes(Plan plan, Rehearsal one) {
    double besides = Math.max(0, one.residentBytes() - (double) one.peakBytes());
    return besides + one.heldBytes() + (double) batch(plan) * (one.peakBytes() - one.heldBytes());
  }

  /**
   * Evaluations while a run trains, and at the end of it.
   *
   * @param onTheWay how many before the one after the last step
   * @param images that each looks at
   */
  record Evaluations(int onTheWay, int images) {
    /** Three on some images if the time allows for that, else one at the end. */
    static Evaluations of(Facts facts, Rehearsal cost, Optional<Double> seconds) {
      double each = EVALUATION_SHARE * seconds.orElse(Double.MAX_VALUE) / EVALUATIONS;
      double affordable = each / cost.imageSeconds();
      int images = (int) Math.max(1, Math.min(facts.evaluated(), affordable));
      Evaluations often = new Evaluations(EVALUATIONS, images);
      boolean fits =
          seconds.isEmpty() || often.seconds(facts, cost) <= ALL_EVALUATIONS_SHARE * seconds.get();
      return fits ? often : new Evaluations(0, facts.evaluated());
    }

    /** Those of a plan, which may be what the user asked for. */
    static Evaluations in(Plan plan, Facts facts) {
      int every = Integer.parseInt(plan.get("eval.every"));
      int limit = Integer.parseInt(plan.get("eval.limit"));
      int steps = Integer.parseInt(plan.get("train.steps"));
      return new Evaluations(
          every == 0 ? 0 : (steps - 1) / every,
          limit == 0 ? facts.evaluated() : Math.min(limit, facts.evaluated()));
    }

    /** Where some were looked at the last and the best checkpoint follow. */
    double seconds(Facts facts, Rehearsal cost) {
      int last = images < facts.evaluated() ? 2 * facts.evaluated() : 0;
      return cost.imageSeconds() * ((onTheWay + 1.0) * images + last);
    }
  }

  private Plan timed(Plan plan, Facts facts, Rehearsal cost) {
    Evaluations evaluations = Evaluations.of(facts, cost, wishes.seconds());
    int steps = wishes.steps().orElseGet(() -> stepsWithin(facts, cost, evaluations));
    String why =
        wishes
            .seconds()
            .map(s -> String.format(Locale.ROOT, "what fits into %.0f minutes", s / 60))
            .orElse("as asked for");
    int every = Math.max(1, (steps + EVALUATIONS) / (EVALUATIONS + 1));
    int images = evaluations.images();
    return settled(
        plan.with("train.steps", steps, why)
            .with("schedule.warmup-steps", Math.min(50, steps / 10), why)
            .with("train.log-every", Math.max(1, Math.min(20, steps / 20)), why)
            .with("train.checkpoint-every", every, why)
            .with("train.keep-checkpoints", 1, why)
            .with("eval.every", evaluations.onTheWay() == 0 ? 0 : every, why)
            .with("eval.limit", images < facts.evaluated() ? images : 0, why));
  }

  private int stepsWithin(Facts facts, Rehearsal cost, Evaluations evaluations) {
    double seconds = wishes.seconds().orElseThrow();
    double planned = (System.nanoTime() - begin) / 1e9;
    double besides = planned + cost.startSeconds() + evaluations.seconds(facts, cost);
    int steps = (int) ((seconds - besides) / cost.stepSeconds());
    if (steps < FEWEST_STEPS) {
      throw new ConfigException(
          String.format(
              Locale.ROOT,
              "minutes: expected at least %.0f, got %.1f: a step takes %.1f s here, and looking at the data and evaluation %.0f s; give more time, or fewer images to evaluate on",
              Math.ceil((besides + FEWEST_STEPS * cost.stepSeconds()) / 60),
              seconds / 60,
              cost.stepSeconds(),
              besides));
    }
    return steps;
  }

  private List<String> estimates(Plan plan, Facts facts, Rehearsal cost) {
    int steps = Integer.parseInt(plan.get("train.steps"));
    double evaluation = Evaluations.in(plan, facts).seconds(facts, cost);
    List<String> out = new ArrayList<>();
    out.add(
        String.format(
            Locale.ROOT,
            "time:   %.2f s a step of %d images, %d steps in %.0f min; evaluation %.1f min",
            cost.stepSeconds(),
            batch(plan) * accumulate(plan),
            steps,
            steps * cost.stepSeconds() / 60,
            evaluation / 60));
    out.add(
        String.format(
            Locale.ROOT,
            "memory: %.1f of %.1f GiB",
            Math.max(cost.residentBytes(), cost.peakBytes()) / GIB,
            memory / GIB));
    double seen = (double) steps * batch(plan) * accumulate(plan) / facts.trained();
    out.add(
        String.format(
            Locale.ROOT,
            "each image is seen about %.0f times%s",
            Math.max(1, seen),
            plan.has("data.source.tiles.size") ? ", a tile of it each time" : ""));
    if (facts.start().isEmpty()) {
      out.add(
          "the backbone starts from random values; trained ones learn more in the same time: import one into zoo/ (docs/MODEL_ZOO.md says how), or --set init.backbone=FILE");
    }
    return out;
  }
}
