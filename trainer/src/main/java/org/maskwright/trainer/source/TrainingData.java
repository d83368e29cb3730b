package org.maskwright.trainer.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.ChannelSurvey;
import org.maskwright.datasets.catalog.CommonClasses;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.DatasetStats;
import org.maskwright.datasets.catalog.Learnability;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.datasets.loader.DataSource;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.loader.LoaderState;
import org.maskwright.datasets.loader.RepeatFactors;
import org.maskwright.datasets.loader.Sampler;
import org.maskwright.datasets.loader.Share;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.tiles.TiledDataset;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.settings.Names;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.DataSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.config.SourceSettings;
import org.maskwright.trainer.config.TrainTileSettings;

/**
 * The data sets that a run trains on, opened, over one list of classes.
 *
 * <p>Immutable.
 */
public final class TrainingData {
  /** Epochs of a source beside one of another, from which on it is said. */
  private static final int FAR_MORE = 100;

  private final RunSettings run;
  private final List<Source> sources;
  private final Categories categories;

  /**
   * A data set to train on.
   *
   * @param settings as they were given
   * @param dataset over the common classes, without images that have nothing to learn from
   * @param labels which of the common classes its annotation tells apart
   * @param examples what an epoch of it is made of
   */
  public record Source(
      SourceSettings settings, Dataset dataset, LabelSpace labels, Examples examples) {}

  private TrainingData(RunSettings run, List<Source> sources, Categories categories) {
    this.run = run;
    this.sources = List.copyOf(sources);
    this.categories = categories;
  }

  /**
   * Makes the synthetic data set if a run asks for one, and opens a data set for a task.
   *
   * @throws DatasetException if it cannot be opened, or names the pictures that the model cannot
   *     take: of other channels, or with values that are no numbers
   */
  public static Dataset open(RunSettings run, DatasetSettings which, Task task) {
    run.data().scenes().ifPresent(scenes -> Scenes.write(run.data().root(), scenes));
    Dataset dataset = DatasetOpener.open(which, task);
    if (run.data().brokenFiles() == LoaderSettings.BrokenFiles.STOP) {
      ChannelSurvey.of(dataset).require();
    }
    return dataset;
  }

  /**
   * Opens what a run trains on, and makes the synthetic data set if one is asked for.
   *
   * @param console told what is left out
   * @throws ConfigException if a data set cannot serve its task, or a class that is given another
   *     name is not there
   * @throws DatasetException if a data set cannot be opened or has nothing to learn from, or
   *     classes are things of one and stuff of another
   */
  public static TrainingData open(RunSettings run, Consumer<String> console) {
    List<SourceSettings> settings = run.data().sources();
    List<Dataset> own = new ArrayList<>();
    for (int s = 0; s < settings.size(); s++) {
      SourceSettings source = settings.get(s);
      Task task = source.task(run.task());
      Dataset opened = open(run, source.dataset(), task);
      Dataset dataset = run.data().hierarchy().map(h -> h.trained(opened)).orElse(opened);
      requireTask(
          dataset, task, settings.size() == 1 ? "task" : "data.sources[%d].task".formatted(s));
      requireNamed(dataset, source.classes());
      own.add(run.data().fold().map(fold -> fold.trained(dataset)).orElse(dataset));
    }
    List<Map<String, String>> names = settings.stream().map(SourceSettings::classes).toList();
    List<Boolean> things =
        settings.stream().map(source -> source.task(run.task()) != Task.SEMANTIC).toList();
    Categories categories = CommonClasses.of(own, names, things);
    CommonClasses.alone(own, names)
        .forEach(
            alone ->
                console.accept(
                    "warning: %s: none of its classes is a class of another source; classes of one name are one class: if they are the same, name them with classes = { theirs = ours }"
                        .formatted(alone.name())));
    List<LabelSpace> told = told(run, own, categories);
    List<Source> sources = new ArrayList<>();
    for (int s = 0; s < own.size(); s++) {
      Dataset common = CommonClasses.over(own.get(s), names.get(s), categories);
      boolean bare = takesBareImages(run, settings.get(s));
      Dataset learnt = learnt(common, settings.get(s), bare, console);
      Dataset annotated =
          run.train().task().takesBareImages()
              ? asTaken(run, learnt, settings.get(s).task(run.task()))
              : settings.get(s).supervision().annotation(learnt);
      SourceSettings source = settings.get(s);
      Examples examples =
          source
              .supervision()
              .drawn(source.augment().examples(annotated, source.task(run.task()), source.clips()));
      Examples learntFrom = run.train().task().examples(examples, annotated, run.model(), console);
      sources.add(new Source(settings.get(s), annotated, told.get(s), learntFrom));
    }
    return new TrainingData(run, sources, categories);
  }

  private static List<LabelSpace> told(RunSettings run, List<Dataset> own, Categories common) {
    List<SourceSettings> settings = run.data().sources();
    List<LabelSpace> told =
        CommonClasses.told(
            own,
            settings.stream().map(SourceSettings::classes).toList(),
            settings.stream().map(s -> s.task(run.task()) == Task.INSTANCE).toList(),
            common);
    return IntStream.range(0, own.size())
        .mapToObj(
            s ->
                settings.get(s).otherClasses() == SourceSettings.OtherClasses.ABSENT
                    ? LabelSpace.ALL
                    : told.get(s))
        .toList();
  }

  private static void requireTask(Dataset dataset, Task task, String key) {
    if (!dataset.tasks().contains(task)) {
      throw new ConfigException(
          key
              + ": "
              + dataset.name()
              + " can serve "
              + dataset.tasks().stream().sorted().toList().toString().toLowerCase(Locale.ROOT)
              + ", asked for "
              + task.key()
              + (dataset.name().startsWith("folder-semantic") && task == Task.INSTANCE
                  ? "; if the masks hold object ids, set data.train.type = folder-instance"
                  : ""));
    }
  }

  static void requireNamed(Dataset dataset, Map<String, String> names) {
    List<String> own = dataset.categories().names();
    for (String name : names.keySet()) {
      if (!own.contains(name) && !name.equals(CommonClasses.ANY)) {
        throw new ConfigException(
            "classes: %s has no class \"%s\"%s; its classes are %s"
                .formatted(dataset.name(), name, Names.meant(name, own), own));
      }
    }
  }

  /** As the task takes the annotation, which need not be what the data set has. */
  private static Dataset asTaken(RunSettings run, Dataset own, Task task) {
    Dataset taken = run.train().task().annotation(own);
    requireTask(taken, task, "task");
    return taken;
  }

  /** Whether images are learnt from in which nothing is annotated. */
  private static boolean takesBareImages(RunSettings run, SourceSettings source) {
    return run.train().task().takesBareImages() || source.supervision().takesBareImages();
  }

  /** In tiles, if there are to be some, and without what has nothing to learn from. */
  private static Dataset learnt(
      Dataset all, SourceSettings source, boolean bare, Consumer<String> console) {
    TrainTileSettings tiles = source.tiles();
    Dataset images = tiles.tiling().<Dataset>map(t -> TiledDataset.forTraining(all, t)).orElse(all);
    boolean kept = images != all && tiles.empty() == TrainTileSettings.Empty.KEEP;
    return kept || bare ? images : withTargets(images, console);
  }

  /** Without the images that the annotation says have nothing to learn from, as in the recipes. */
  private static Dataset withTargets(Dataset all, Consumer<String> console) {
    Dataset kept = DatasetView.withTargets(all);
    if (kept.size() == all.size()) {
      return all;
    }
    if (kept.size() == 0) {
      throw new DatasetException(
          all.name()
              + ": none of its "
              + all.size()
              + " images has a target to train on"
              + (DatasetStats.quick(all).crowds() > 0
                  ? ": all segments are crowds " + Learnability.CROWDS_ADVICE
                  : ""));
    }
    console.accept(
        "train: %d of %d images have no target and are left out"
            .formatted(all.size() - kept.size(), all.size()));
    return kept;
  }

  /** The sources in the order of the settings, at least one. */
  public List<Source> sources() {
    return sources;
  }

  /** The classes of a data set as a model's; of one without classes {@link ClassSpace#OBJECT}. */
  public static ClassSpace classSpace(Categories categories) {
    if (categories.size() == 0) {
      return ClassSpace.OBJECT;
    }
    return new ClassSpace(
        categories.asList().stream().map(c -> new ClassSpace.Entry(c.name(), c.thing())).toList());
  }

  /** The classes of all sources. */
  public Categories categories() {
    return categories;
  }

  /** What was found out when the data sets were opened, each once. */
  public Stream<String> notes() {
    return sources.stream().flatMap(s -> s.dataset().notes().stream()).distinct();
  }

  /** What there is, a line for each source. */
  public List<String> lines() {
    double all = sources.stream().mapToDouble(s -> s.settings().ratio()).sum();
    return sources.stream()
        .map(
            s ->
                "train: %s, %s, %s%s"
                    .formatted(
                        s.dataset().name(),
                        s.examples().counted(),
                        s.dataset().categories(),
                        sources.size() == 1
                            ? ""
                            : String.format(
                                Locale.ROOT,
                                ", %.0f %% of the %s, %.3g epochs",
                                100 * s.settings().ratio() / all,
                                mixed() ? "images" : "steps",
                                epochs(s))))
        .toList();
  }

  /** How often a whole run sees each image of a source, in the mean. */
  private double epochs(Source source) {
    double all = sources.stream().mapToDouble(s -> s.settings().ratio()).sum();
    int batch = mixed() ? run.train().batchSize() : source.settings().batchSize();
    double images =
        (double) run.train().steps() * run.train().accumulate() * batch * source.settings().ratio();
    return images / all / source.examples().size();
  }

  /** Which of several sources a run hardly sees, a line each. */
  public List<String> starved() {
    double most = sources.stream().mapToDouble(this::epochs).max().orElseThrow();
    List<String> out = new ArrayList<>();
    for (Source source : sources) {
      double own = epochs(source);
      String seen =
          String.format(
              Locale.ROOT,
              "%s: the run sees each of its images %.2g times in the mean",
              source.dataset().name(),
              own);
      if (sources.size() > 1 && own < 1) {
        out.add(seen + ", so not all of them; raise its ratio or train.steps");
      } else if (sources.size() > 1 && most > FAR_MORE * own) {
        out.add(
            seen
                + String.format(
                    Locale.ROOT, ", those of another source %.2g times; see their ratios", most));
      }
    }
    return out;
  }

  private boolean mixed() {
    return run.data().sampling() == DataSettings.Sampling.MIXED;
  }

  /**
   * What cannot be learnt, a line each.
   *
   * @param val what is evaluated on; those of other classes tell nothing
   * @throws DatasetException if nothing can
   */
  public List<String> learnable(List<Dataset> val) {
    List<String> out = new ArrayList<>();
    Optional<DatasetStats> evaluated =
        run.data().fold().isPresent() // whose classes are meant not to be learnt
            ? Optional.empty()
            : val.stream()
                .filter(v -> v.categories().names().equals(categories.names()))
                .findFirst()
                .map(DatasetStats::quick);
    for (Source source : sources) {
      if (run.train().task().takesBareImages() && source.dataset().size() == 1) {
        out.add(
            "%s: one picture alone, which is all that can be learnt; give a folder of many"
                .formatted(source.dataset().name()));
      }
      if (takesBareImages(run, source.settings())) {
        continue; // its annotation is not all that is learnt from
      }
      Learnability found =
          Learnability.of(
              source.settings().task(run.task()),
              DatasetStats.quick(source.dataset()),
              evaluated,
              source.settings().dataset().ignore());
      Optional<String> oneClass =
          found.oneClass().map(why -> why + "; if that is meant, set data.single-class = allow");
      Optional<String> refused =
          run.data().singleClass() == DataSettings.SingleClass.ALLOW
              ? found.error()
              : found.error().or(() -> oneClass);
      refused.ifPresent(
          why -> {
            throw new DatasetException(why);
          });
      Stream.concat(found.warnings().stream(), found.oneClass().stream()).forEach(out::add);
    }
    return out;
  }

  /** A loader that goes on where another stood; the caller closes it. */
  public Loader loader(LoaderState from) {
    return loader(from, Share.ALL);
  }

  /**
   * A loader of a process's share of the batches, which goes on where another stood, of any number
   * of processes; the caller closes it.
   *
   * @throws ConfigException if a batch has fewer images than there are processes, or broken files
   *     are to be skipped by one of several
   */
  public Loader loader(LoaderState from, Share share) {
    requireShared(share);
    int batch = (run.train().batchSize() + share.size() - 1) / share.size();
    LoaderSettings loading =
        LoaderSettings.training(batch, run.seed(), run.data().workers())
            .with(run.data().brokenFiles());
    return new Loader(sources.stream().map(this::drawn).toList(), sampler(), loading, from, share);
  }

  /**
   * Checks that a process's share of the batches can be loaded.
   *
   * @throws ConfigException as {@link #loader(LoaderState, Share)}
   */
  public void requireShared(Share share) {
    int smallest = run.train().batchSize();
    if (!mixed()) {
      smallest = sources.stream().mapToInt(s -> s.settings().batchSize()).min().orElseThrow();
    }
    if (smallest < share.size()) {
      throw new ConfigException(
          "train.batch-size: expected at least one image for each of the %d processes that share a batch, got %d"
              .formatted(share.size(), smallest));
    }
    if (share.size() > 1 && run.data().brokenFiles() == LoaderSettings.BrokenFiles.SKIP) {
      throw new ConfigException(
          "data.broken-files: expected stop where several processes share the batches, got skip;"
              + " data check lists what is broken");
    }
  }

  private DataSource drawn(Source source) {
    SourceSettings s = source.settings();
    Optional<RepeatFactors> repeats =
        s.repeatThreshold() == 0
            ? Optional.empty()
            : Optional.of(RepeatFactors.of(source.dataset(), s.repeatThreshold()));
    return new DataSource(source.examples(), repeats, source.labels());
  }

  private Sampler sampler() {
    return mixed()
        ? Sampler.mixed(
            run.seed(),
            run.train().batchSize(),
            sources.stream().map(s -> s.settings().ratio()).toList())
        : Sampler.bySource(
            run.seed(),
            sources.stream()
                .map(s -> new Sampler.Share(s.settings().ratio(), s.settings().batchSize()))
                .toList());
  }

  /** Where a loader stands before the first step. */
  public LoaderState start() {
    return LoaderState.start(sources.size());
  }

  /**
   * Enough to notice other data: of each source name, number of images, first and last id, classes.
   */
  public String fingerprint() {
    List<String> each = sources.stream().map(s -> fingerprint(s.dataset())).toList();
    return each.size() == 1
        ? each.get(0)
        : String.join(
            "; ",
            IntStream.range(0, each.size())
                .mapToObj(i -> "%d: %s".formatted(i + 1, each.get(i)))
                .toList());
  }

  /** Enough to notice another data set: name, number of images, first and last id, classes. */
  public static String fingerprint(Dataset set) {
    String ids =
        set.size() == 0
            ? ""
            : ", " + set.info(0).imageId() + " to " + set.info(set.size() - 1).imageId();
    return set.name() + ", " + set.size() + " images" + ids + ", " + set.categories();
  }
}
