package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.HuggingFaceFolder;
import org.maskwright.modelzoo.family.HuggingFaceSettings;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.vit.ClipActivation;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.LoadReport;
import org.maskwright.modelzoo.weights.Provenance;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.WeightMatcher;
import org.maskwright.trainer.checkpoint.BackboneFile;
import org.maskwright.trainer.checkpoint.BackboneFolder;
import org.maskwright.trainer.checkpoint.ImportText;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.EngineSettings;
import org.maskwright.trainer.config.SettingsWriter;
import org.maskwright.trainer.output.OutputFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright import}: a checkpoint of another tool becomes a Maskwright model folder. */
@Command(
    name = "import",
    description = {
      "Turn a checkpoint into a Maskwright model folder: detectron2 .pkl, PyTorch .pth (zip or"
          + " legacy), safetensors (single or sharded), a Hugging Face folder, a ResNet of DL4J"
          + " (ModelSerializer zip), a Python wheel with one of these. Recognised by its"
          + " content; nothing in it is executed. The architecture is read off the weights; every"
          + " key that was not loaded is listed in the folder's import.txt.",
      "A file that holds only a backbone becomes a folder for init.backbone, with the licence and"
          + " how its images are normalised."
    })
final class ImportCommand implements Runnable {
  private static final int SHORT_EDGE = 800;
  private static final int MAX_SIZE = 1333;
  private static final String NO_BASE = "none";
  private static final Pattern INDICES = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");

  @Parameters(
      paramLabel = "FILE",
      description = "Checkpoint file, Python wheel, or a Hugging Face folder.")
  private Path source;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder to make; missing or empty.")
  private Path out;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = {
        "Architecture by its name in the zoo, such as mask2former-r50. Makes a whole model of a"
            + " file that holds only a backbone: all else then starts fresh. For other files it is"
            + " checked."
      })
  private String model;

  @Option(
      names = "--classes",
      paramLabel = "FILE",
      description =
          "Class names in the order of the logits, one a line, UTF-8. Needed for --model with a"
              + " file that holds only a backbone.")
  private Path classes;

  @Option(
      names = "--stuff",
      paramLabel = "CLASS",
      split = ",",
      description = {
        "Classes that are stuff, by name, index or range of indices: 80-132 for COCO panoptic. All"
            + " others are things. No file says so, and predict merges the segments of a stuff"
            + " class; eval takes it from the data set."
      })
  private List<String> stuff = new ArrayList<>();

  @Option(
      names = "--take-first-queries",
      description = "With --model: where the numbers of queries differ, take the first ones.")
  private boolean takeFirstQueries;

  @Option(
      names = "--entry",
      paramLabel = "NAME",
      description = "Of a Python wheel with several files of weights, the one to read.")
  private String entry;

  @Option(
      names = "--base",
      paramLabel = "FILE",
      description =
          "Weights that the file's backbone is differences to: DINOv3 for official EoMT files with"
              + " it. none: the file holds whole weights under their names.")
  private String base;

  @Mixin private ClipMixin clip;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    OutputFolder.requireEmpty(out);
    ImportedWeights weights = weights();
    HuggingFaceSettings settings =
        weights.family().isHuggingFace() ? HuggingFaceFolder.of(source).orElse(null) : null;
    DeducedArchitecture deduced =
        settings == null
            ? DeducedArchitecture.of(weights.state())
            : HuggingFaceFolder.deduce(source, weights.state());
    requireActivationOfClip(deduced);
    if (weights.unseen().isPresent()) {
      deduced = deduced.withUnseen(weights.unseen().get());
    } else if (deduced.model().isEmpty()) {
      deduced = clipTold(deduced);
    }
    if (model == null && deduced.model().isEmpty()) {
      importBackbone(weights, deduced.backbone());
      return;
    }
    ModelConfig architecture = architecture(deduced);
    LoadPolicy policy =
        isWhole(deduced, architecture) ? LoadPolicy.strict() : LoadPolicy.backbone();
    if (settings != null) {
      HuggingFaceFolder.requireComputedAs(source, architecture, policy.scope());
    }
    if (architecture.decoder().isAsked() && (classes != null || !stuff.isEmpty())) {
      throw new ParameterException(
          spec.commandLine(),
          "--classes, --stuff: a model that answers prompts tells no classes apart; leave them"
              + " out");
    }
    int known = policy.scope() == LoadPolicy.Scope.MODEL ? deduced.classes() : 0;
    ClassSpace space =
        architecture.decoder().isAsked()
            ? ClassSpace.OBJECT
            : new ClassSpace(entries(settings, known));
    if (takeFirstQueries) {
      policy = policy.with(LoadPolicy.Queries.TAKE_FIRST);
    }
    WeightMatcher.Matched matched =
        WeightMatcher.match(weights, shapes(architecture, space), policy);
    write(architecture, space, settings, weights, matched);
    PrintWriter lines = spec.commandLine().getOut();
    json.report(
        lines,
        () -> print(lines, weights, matched.report(), space),
        () -> toJson(weights, matched.report(), space));
  }

  private void requireActivationOfClip(DeducedArchitecture deduced) {
    if (clip.activation().isPresent() && !ClipActivation.isOpen(deduced.backbone())) {
      throw new ParameterException(
          spec.commandLine(),
          ClipMixin.ACTIVATION + ": only of a CLIP's vision transformer; leave it out");
    }
  }

  private DeducedArchitecture clipTold(DeducedArchitecture deduced) {
    try {
      return ClipActivation.unseen(deduced.backbone(), Optional.empty(), clip.activation())
          .map(deduced::withUnseen)
          .orElse(deduced);
    } catch (CheckpointException e) {
      throw e.in(source);
    }
  }

  private ImportedWeights weights() {
    if (base != null && entry != null) {
      throw new ParameterException(
          spec.commandLine(), "--base: of a file that is no wheel; leave out --entry");
    }
    if (entry != null) {
      return WeightImport.readEntry(source, entry);
    }
    if (base == null) {
      return WeightImport.read(source);
    }
    return base.equals(NO_BASE)
        ? WeightImport.readAsWhole(source)
        : WeightImport.readDifferences(source, Path.of(base));
  }

  /** A model that answers prompts lends its backbone to others, and takes one. */
  private static boolean isWhole(DeducedArchitecture deduced, ModelConfig architecture) {
    return deduced
        .model()
        .filter(held -> held.decoder().isAsked() == architecture.decoder().isAsked())
        .isPresent();
  }

  private void importBackbone(ImportedWeights weights, BackboneConfig backbone) {
    if (classes != null || !stuff.isEmpty() || takeFirstQueries) {
      throw new ParameterException(
          spec.commandLine(),
          source
              + " is a "
              + weights.family().title()
              + ", without classes and queries: name the model around it with --model, or leave out"
              + " --classes, --stuff and --take-first-queries");
    }
    LoadReport report = BackboneFolder.write(out, weights, backbone);
    BackboneReport told = new BackboneReport(source, out, weights, backbone, report);
    PrintWriter lines = spec.commandLine().getOut();
    json.report(lines, () -> told.print(lines), told::toJson);
  }

  private ModelConfig architecture(DeducedArchitecture deduced) {
    if (model == null) {
      return deduced.model().orElseThrow();
    }
    try {
      return withUnseenOf(deduced.backbone(), Variants.get(model));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--model: " + e.getMessage(), e);
    }
  }

  /** The variant with what the file says of a backbone and weights do not show. */
  private static ModelConfig withUnseenOf(BackboneConfig file, ModelConfig variant) {
    return file.unseen()
        .map(unseen -> variant.withBackbone(variant.backbone().withUnseen(unseen)))
        .orElse(variant);
  }

  private List<ClassSpace.Entry> entries(HuggingFaceSettings settings, int deduced) {
    List<String> names = new ArrayList<>();
    if (classes != null) {
      try {
        Files.readAllLines(classes).stream()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .forEach(names::add);
      } catch (IOException e) {
        throw new ParameterException(
            spec.commandLine(), "--classes: cannot read " + classes + ": " + e.getMessage(), e);
      }
    } else if (settings != null && settings.classNames().size() == deduced) {
      names.addAll(settings.classNames());
    } else {
      ClassSpace.ofSize(Math.max(deduced, 1)).classes().forEach(entry -> names.add(entry.name()));
    }
    if (deduced == 0 && classes == null) {
      throw new ParameterException(
          spec.commandLine(), "--classes: needed, because a backbone file names no classes");
    }
    Set<Integer> isStuff = stuffAmong(names);
    return IntStream.range(0, names.size())
        .mapToObj(i -> new ClassSpace.Entry(names.get(i), !isStuff.contains(i)))
        .toList();
  }

  /** The indices that --stuff means. */
  private Set<Integer> stuffAmong(List<String> names) {
    Set<Integer> out = new HashSet<>();
    for (String asked : stuff) {
      Matcher indices = INDICES.matcher(asked);
      if (names.contains(asked)) {
        out.add(names.indexOf(asked));
      } else if (indices.matches()) {
        int first = Integer.parseInt(indices.group(1));
        int last = indices.group(2) == null ? first : Integer.parseInt(indices.group(2));
        if (last < first || last >= names.size()) {
          throw new ParameterException(
              spec.commandLine(),
              "--stuff: expected indices from 0 to " + (names.size() - 1) + ", got " + asked);
        }
        IntStream.rangeClosed(first, last).forEach(out::add);
      } else {
        throw new ParameterException(
            spec.commandLine(),
            "--stuff: no class is named " + asked + "; the classes are " + names);
      }
    }
    return out;
  }

  private static Map<String, long[]> shapes(ModelConfig architecture, ClassSpace space) {
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel built = SegmentationModels.build(engine, architecture, space)) {
      Map<String, long[]> shapes = new LinkedHashMap<>();
      built.state().forEach((name, parameter) -> shapes.put(name, parameter.shape()));
      return shapes;
    }
  }

  private void write(
      ModelConfig architecture,
      ClassSpace space,
      HuggingFaceSettings settings,
      ImportedWeights weights,
      WeightMatcher.Matched matched) {
    StateDict state = matched.weights();
    LoadReport report = matched.report();
    boolean whole = report.reinitialised().isEmpty() && report.cut().isEmpty();
    if (!whole || !shapes(architecture, space).keySet().equals(state.keys())) {
      state = overFreshValues(architecture, space, state);
    }
    Provenance provenance = weights.provenance();
    String licence = provenance.licence();
    OptionalInt side = architecture.backbone().imageSide();
    ModelFile file =
        settings == null
            ? ModelFile.of(
                architecture,
                space,
                side.orElse(SHORT_EDGE),
                side.orElse(MAX_SIZE),
                BackboneFile.normalization(weights.family()),
                licence)
            : new ModelFile(
                architecture,
                space.classes(),
                settings.shortEdge(),
                settings.maxSize(),
                settings.mean(),
                settings.std(),
                licence);
    Map<String, String> metadata = new TreeMap<>(weights.state().metadata());
    if (settings != null) {
      HuggingFaceFolder.loss(source).ifPresent(loss -> metadata.putAll(loss.toMetadata()));
    }
    Safetensors.write(out.resolve(ModelFolder.WEIGHTS), state.withMetadata(metadata));
    ImportText.write(
        out,
        provenance,
        report,
        settings == null ? List.of() : HuggingFaceFolder.unusedKeys(source));
    OutputFile.writeDurably(out.resolve(ModelFolder.SETTINGS), SettingsWriter.render(file));
  }

  /** A new model's values wherever the file has none. */
  private static StateDict overFreshValues(
      ModelConfig architecture, ClassSpace space, StateDict state) {
    try (Engine engine = EngineSettings.open(EngineOptions.DEFAULT);
        SegmentationModel built = SegmentationModels.build(engine, architecture, space)) {
      Map<String, HostTensor> values = new LinkedHashMap<>();
      built
          .state()
          .forEach(
              (key, p) -> values.put(key, HostTensor.ofFloats(p.tensor().toFloats(), p.shape())));
      state.asMap().forEach((key, tensor) -> values.merge(key, tensor, ImportCommand::onTop));
      return StateDict.of(values);
    }
  }

  /** The first rows from the file, further ones (of query embeddings) fresh. */
  private static HostTensor onTop(HostTensor fresh, HostTensor loaded) {
    if (fresh.rank() == 0 || loaded.size(0) == fresh.size(0)) {
      return loaded;
    }
    return HostTensor.concatRows(List.of(loaded, fresh.rows(loaded.size(0), fresh.size(0))));
  }

  private String toJson(ImportedWeights weights, LoadReport report, ClassSpace space) {
    long things = space.classes().stream().filter(ClassSpace.Entry::thing).count();
    return JsonLines.object(
        g -> {
          g.writeStringField("folder", out.toString());
          g.writeStringField("family", weights.provenance().family());
          g.writeStringField("format", weights.provenance().format());
          g.writeStringField("licence", weights.provenance().licence());
          g.writeNumberField("things", things);
          g.writeNumberField("stuff", space.size() - things);
          g.writeNumberField("loaded", report.loaded().size());
          JsonLines.strings(g, "missing", report.missing());
          JsonLines.strings(g, "unexpected", report.unexpected());
          JsonLines.strings(g, "ignored", report.ignored());
          JsonLines.strings(
              g,
              "reinitialised",
              report.reinitialised().stream().map(LoadReport.MisShaped::key).toList());
        });
  }

  private void print(
      PrintWriter lines, ImportedWeights weights, LoadReport report, ClassSpace space) {
    lines.printf(
        "%s: %s, %s%n", source, weights.provenance().family(), weights.provenance().format());
    lines.print(report.toText());
    long things = space.classes().stream().filter(ClassSpace.Entry::thing).count();
    lines.printf("classes: %d things, %d stuff%n", things, space.size() - things);
    lines.printf("licence: %s%n", weights.provenance().licence());
    lines.println(out);
  }
}
