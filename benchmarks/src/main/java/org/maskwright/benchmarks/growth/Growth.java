package org.maskwright.benchmarks.growth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.maskwright.benchmarks.data.LargeCoco;
import org.maskwright.benchmarks.train.ProcessSteps;
import org.maskwright.benchmarks.train.TrainingStep;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.coco.CocoInstanceDataset;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.decoder.MaskedAttentionPart;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.head.WordsHeadPart;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor;
import org.maskwright.modelzoo.text.Reduction;
import org.maskwright.modelzoo.text.WordClass;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Measures how the cost of a training step and of inference grows with one size at a time, all
 * others at their base, and how opening a data set grows with its length. benchmarks/growth/run.sh
 * starts it.
 *
 * <p>Every round measures every point once, so that a change of the machine's load falls on all; a
 * step before each measured one warms up.
 */
@Command(name = "growth", sortOptions = false, mixinStandardHelpOptions = true)
public final class Growth implements Callable<Integer> {
  private static final double MIB = 1 << 20;
  private static final double NANOS_PER_MILLI = 1e6;

  /** Images of a step that processes divide: 1, 2, 3, 4, 6 or 12 of them. */
  private static final int TOGETHER = 12;

  /** That a start of several processes is measured for. */
  private static final int PROCESS_STEPS = 4;

  /** Of FC-CLIP's classifier and the vectors of CLIP ViT-B. */
  private static final double TEMPERATURE = 0.07;

  private static final int PROJECTION_LAYERS = 3;
  private static final int WORD_WIDTH = 512;

  /** COCO's average. */
  private static final double ANNOTATIONS_PER_IMAGE = 7.27;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for growth.json, growth.md and the charts.")
  private Path out;

  @Option(names = "--model", defaultValue = "mask2former-small", description = "A variant.")
  private String model;

  @Option(names = "--rounds", defaultValue = "3", description = "Rounds.")
  private int rounds;

  @Option(names = "--size", split = ",", defaultValue = "64,128,192,256")
  private int[] sizes;

  @Option(names = "--batch", split = ",", defaultValue = "1,2,4,8")
  private int[] batches;

  @Option(names = "--queries", split = ",", defaultValue = "25,50,100,200")
  private int[] queries;

  @Option(names = "--objects", split = ",", defaultValue = "1,10,20,40")
  private int[] objects;

  @Option(names = "--words", split = ",", defaultValue = "20,200,2000,20000")
  private int[] words;

  @Option(names = "--images", split = ",", defaultValue = "2000,4000,8000,16000")
  private int[] images;

  @Option(names = "--threads", split = ",", description = "Default: 1 to the number of cores.")
  private int[] threads;

  @Option(
      names = "--processes",
      split = ",",
      defaultValue = "1,2,3,4",
      description = "Of one thread each, which divide a batch of 12 images.")
  private int[] processes;

  @Option(
      names = "--axes",
      split = ",",
      description = "Those that are measured, by the names of their options. Default: all.")
  private List<String> chosen;

  @Option(
      names = "--base",
      split = ",",
      defaultValue = "128,2,100,10",
      description = "Size, batch, queries and objects where they do not vary.")
  private int[] base;

  @Spec private CommandSpec spec;

  private Growth() {}

  /** Measures and writes. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Growth()).execute(args));
  }

  /** One way to run a model. */
  private record Setting(int size, int batch, int objects) {}

  /** Measures every point of an axis once. */
  private interface Round {
    void measure(GrowthAxis axis) throws IOException;
  }

  @Override
  public Integer call() throws IOException {
    if (base.length != 4 || rounds < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--base: expected size, batch, queries and objects, and --rounds at least 1; got %s and %d"
              .formatted(Arrays.toString(base), rounds));
    }
    if (Arrays.stream(processes).anyMatch(n -> n < 1 || TOGETHER % n != 0)) {
      throw new ParameterException(
          spec.commandLine(),
          "--processes: expected numbers that divide %d images, got %s"
              .formatted(TOGETHER, Arrays.toString(processes)));
    }
    Files.createDirectories(out);
    Map<GrowthAxis, Round> axes = new LinkedHashMap<>();
    int cores = Runtime.getRuntime().availableProcessors();
    Setting b = new Setting(base[0], base[1], base[3]);
    axes.put(
        new GrowthAxis("size", "side of a square image, pixels", sizes),
        axis -> sameModel(axis, n -> new Setting(n, b.batch, b.objects)));
    axes.put(
        new GrowthAxis("batch", "images in a batch", batches),
        axis -> sameModel(axis, n -> new Setting(b.size, n, b.objects)));
    axes.put(
        new GrowthAxis("objects", "objects in an image", objects),
        axis -> sameModel(axis, n -> new Setting(b.size, b.batch, n)));
    axes.put(new GrowthAxis("queries", "queries", queries), axis -> ofQueries(axis, b));
    axes.put(
        new GrowthAxis("words", "classes of a class head of words", words),
        axis -> ofWords(axis, b));
    axes.put(
        new GrowthAxis("threads", "threads", threads != null ? threads : upTo(cores)),
        axis -> ofThreads(axis, b));
    axes.put(
        new GrowthAxis(
            "processes",
            "processes of one thread, %d images together".formatted(TOGETHER),
            processes),
        axis -> ofProcesses(axis, b));
    axes.put(new GrowthAxis("images", "images in the data set", images), this::open);
    choose(axes);
    System.err.println("growth: warm-up");
    sameModel(new GrowthAxis("size", "warm-up", new int[] {b.size, b.size}), n -> b);
    for (int round = 1; round <= rounds; round++) {
      for (Map.Entry<GrowthAxis, Round> e : axes.entrySet()) {
        System.err.printf("growth: round %d of %d, %s%n", round, rounds, e.getKey().name());
        e.getValue().measure(e.getKey());
      }
    }
    var about =
        new GrowthReport.About(
            model,
            rounds,
            cores,
            "size %d, batch %d, %d queries, %d objects"
                .formatted(b.size, b.batch, base[2], b.objects));
    GrowthReport.write(out, about, new ArrayList<>(axes.keySet()));
    System.out.println(Files.readString(out.resolve("growth.md")));
    return 0;
  }

  private void choose(Map<GrowthAxis, Round> axes) {
    if (chosen == null) {
      return;
    }
    List<String> names = axes.keySet().stream().map(GrowthAxis::name).toList();
    if (!names.containsAll(chosen)) {
      throw new ParameterException(
          spec.commandLine(), "--axes: expected some of %s, got %s".formatted(names, chosen));
    }
    axes.keySet().removeIf(axis -> !chosen.contains(axis.name()));
  }

  private static int[] upTo(int cores) {
    List<Integer> counts = new ArrayList<>();
    for (int n = 1; n < cores; n *= 2) {
      counts.add(n);
    }
    counts.add(cores);
    return counts.stream().mapToInt(Integer::intValue).toArray();
  }

  private interface Vary {
    Setting at(int point);
  }

  private void sameModel(GrowthAxis axis, Vary vary) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        TrainingStep step = new TrainingStep(engine, withQueries(base[2]))) {
      for (int point : axis.points()) {
        measure(axis, point, engine, step, vary.at(point));
      }
    }
  }

  private void ofQueries(GrowthAxis axis, Setting setting) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT)) {
      for (int point : axis.points()) {
        try (TrainingStep step = new TrainingStep(engine, withQueries(point))) {
          measure(axis, point, engine, step, setting);
        }
      }
    }
  }

  /** Vectors that are 0 take the time of any others. */
  private void ofWords(GrowthAxis axis, Setting setting) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT)) {
      for (int point : axis.points()) {
        ModelConfig config = withQueries(base[2]).withClassHead(words(point));
        try (TrainingStep step = new TrainingStep(engine, config, point)) {
          measure(axis, point, engine, step, setting);
          axis.add("semantic map, ms", point, semantic(engine, step, setting));
        }
      }
    }
  }

  private static WordsHeadPart.Settings words(int count) {
    List<WordClass> all =
        ClassSpace.ofSize(count).classes().stream().map(c -> WordClass.named(c.name())).toList();
    return new WordsHeadPart.Settings(
        Optional.empty(),
        Reduction.MEAN,
        TEMPERATURE,
        PROJECTION_LAYERS,
        List.of(),
        new WordsHeadPart.OutOfVocabularyWeights(0, 0),
        Optional.of(new WordsHeadPart.Table(WORD_WIDTH, 1, 1 / TEMPERATURE, all, Map.of())));
  }

  private static double semantic(Engine engine, TrainingStep step, Setting setting) {
    var batch = new TrainingStep.Batch(setting.size, 1, setting.objects);
    try (var off = engine.noGrad();
        var scope = engine.scope()) {
      QueryOutputs outputs = QueryOutputs.of(step.model().predict(batch.input(engine)).answer(), 0);
      int side = setting.size;
      ImageFrame frame = new ImageFrame(side, side, side, side, side, side);
      long start = System.nanoTime();
      SemanticPostProcessor.process(outputs, frame, SemanticPostProcessor.Order.RESIZE_THEN_SCORE);
      return (System.nanoTime() - start) / NANOS_PER_MILLI;
    }
  }

  private void ofThreads(GrowthAxis axis, Setting setting) {
    for (int point : axis.points()) {
      try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(point));
          TrainingStep step = new TrainingStep(engine, withQueries(base[2]))) {
        measure(axis, point, engine, step, setting);
      }
    }
  }

  /** Processes of their own, which build the model with its own number of queries. */
  private void ofProcesses(GrowthAxis axis, Setting setting) {
    for (int point : axis.points()) {
      var wish =
          new ProcessSteps.Wish(
              model, setting.size, setting.objects, TOGETHER / point, PROCESS_STEPS, false);
      List<ProcessSteps.Result> results = ProcessSteps.run(point, wish);
      axis.add("training step, ms", point, results.get(0).stepMillis());
      axis.add(
          "peak of a process, MiB",
          point,
          results.stream().mapToLong(ProcessSteps.Result::peakMiB).max().orElseThrow());
    }
  }

  private static void measure(
      GrowthAxis axis, int point, Engine engine, TrainingStep step, Setting setting) {
    var batch = new TrainingStep.Batch(setting.size, setting.batch, setting.objects);
    long kept = engine.memory().liveBytes();
    step.run(batch); // makes LibTorch's kernels and pools for these shapes
    engine.memory().resetPeak();
    double millis = step.run(batch).values().stream().mapToDouble(Double::doubleValue).sum();
    axis.add("training step, ms", point, millis);
    axis.add("training step, MiB", point, (engine.memory().peakBytes() - kept) / MIB);
    predict(engine, step, batch);
    engine.memory().resetPeak();
    axis.add("inference, ms", point, predict(engine, step, batch));
    axis.add("inference, MiB", point, (engine.memory().peakBytes() - kept) / MIB);
  }

  private static double predict(Engine engine, TrainingStep step, TrainingStep.Batch batch) {
    step.model().setTraining(false);
    try (var off = engine.noGrad();
        var scope = engine.scope()) {
      long start = System.nanoTime();
      step.model().predict(batch.input(engine)).maskLogits().sum().toFloats();
      return (System.nanoTime() - start) / NANOS_PER_MILLI;
    }
  }

  private ModelConfig withQueries(int count) {
    ModelConfig config = Variants.get(model);
    DecoderConfig decoder = config.decoder();
    if (decoder instanceof MaskedAttentionPart.Settings d) {
      return config.withDecoder(
          new MaskedAttentionPart.Settings(count, d.layers(), d.heads(), d.feedforwardDim()));
    }
    if (decoder instanceof DetrPart.Settings d) {
      return config.withDecoder(
          new DetrPart.Settings(count, d.layers(), d.heads(), d.feedforwardDim(), d.dropout()));
    }
    throw new IllegalArgumentException("--model: expected a model with queries, got " + model);
  }

  private void open(GrowthAxis axis) throws IOException {
    for (int point : axis.points()) {
      Path file = out.resolve("instances-" + point + ".json");
      if (!Files.exists(file)) {
        LargeCoco.write(file, point, (int) (point * ANNOTATIONS_PER_IMAGE));
      }
      long before = usedHeap();
      long start = System.nanoTime();
      CocoInstanceDataset dataset = CocoInstanceDataset.open(file, DataFolder.of(out));
      axis.add("open, ms", point, (System.nanoTime() - start) / NANOS_PER_MILLI);
      axis.add("heap kept, MiB", point, (usedHeap() - before) / MIB);
      if (dataset.size() != point) {
        throw new IllegalStateException(file + ": expected " + point + " images");
      }
    }
  }

  private static long usedHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
