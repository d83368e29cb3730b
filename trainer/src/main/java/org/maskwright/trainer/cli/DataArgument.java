package org.maskwright.trainer.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.trainer.config.AugmentSettings;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.EvaluationSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.config.SourceSettings;
import org.maskwright.trainer.source.EvaluatedData;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which data set a command looks at; a mix-in. */
final class DataArgument {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      description =
          "Folder of a data set, whose layout is found out unless --type says it; or a configuration"
              + " file, of which data.train and data.val are used.")
  private Path path;

  @Option(
      names = "--part",
      defaultValue = "",
      description = "train or val: which part of a configuration (default: both).")
  private String part;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override a value of the configuration; may be repeated.")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--type",
      defaultValue = "auto",
      description =
          "auto, or the name of a layout, such as coco-instance, voc-semantic or folder-semantic; a wrong"
              + " name is answered with all of them (default: ${DEFAULT-VALUE}).")
  private String type;

  @Option(names = "--split", defaultValue = "", description = "The split, as the layout names it.")
  private String split;

  @Option(names = "--images", defaultValue = "", description = "Folder of photographs below PATH.")
  private String images;

  @Option(
      names = "--annotations",
      defaultValue = "",
      description = "Annotation file, or folder of label images, below PATH.")
  private String annotations;

  @Option(
      names = "--list",
      defaultValue = "",
      description = "File of IMAGE LABEL lines, or of IMAGE lines, below PATH.")
  private String list;

  @Option(names = "--classes", split = ",", description = "Class names of a folder.")
  private List<String> classes = new ArrayList<>();

  @Option(names = "--ignore", split = ",", description = "Label values of a folder that are void.")
  private List<Integer> ignore = new ArrayList<>();

  @Option(
      names = "--mask-suffix",
      defaultValue = "",
      description = "What a label image has after the photograph's name.")
  private String maskSuffix;

  @Option(
      names = "--hold-out",
      defaultValue = "0",
      description =
          "Images, chosen by a hash of their names, that are the split val: a share below 1 or a number.")
  private double holdOut;

  @Option(
      names = "--follow-links",
      description = "Read photographs behind symbolic links that lead out of their folder.")
  private boolean followLinks;

  private Optional<RunSettings> configuration; // null until asked for

  /**
   * A data set with what it is for: "", "train", "val", or of several sources "train-1" and so on.
   *
   * @param augment of a configuration, else null
   */
  record Part(String name, DatasetSettings settings, Optional<Task> task, AugmentSettings augment) {
    Part(String name, DatasetSettings settings, Optional<Task> task) {
      this(name, settings, task, null);
    }
  }

  private static final List<String> OF_A_CONFIGURATION = List.of("--part", "--set");
  private static final List<String> OF_A_FOLDER =
      List.of(
          "--type",
          "--split",
          "--images",
          "--annotations",
          "--list",
          "--classes",
          "--ignore",
          "--mask-suffix",
          "--hold-out",
          "--follow-links");

  /**
   * The configuration, if a file was given.
   *
   * @throws ParameterException if an option was given that says nothing about such a PATH
   */
  Optional<RunSettings> configuration() {
    if (configuration == null) {
      configuration = readConfiguration();
    }
    return configuration;
  }

  private Optional<RunSettings> readConfiguration() {
    if (Files.isDirectory(path)) {
      refuse(OF_A_CONFIGURATION, "belongs to a configuration, PATH is a folder");
      return Optional.empty();
    }
    if (Files.exists(path)) { // else there is more to say than that
      refuse(OF_A_FOLDER, "belongs to a folder, PATH is a file: use --set data.train...");
    }
    return Optional.of(ConfigFile.load(path, overrides).bind(RunSettings.class));
  }

  private void refuse(List<String> options, String because) {
    for (String option : options) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new ParameterException(spec.commandLine(), option + ": " + because);
      }
    }
  }

  /**
   * The data sets to look at.
   *
   * @throws ConfigException if the configuration file is missing or wrong
   */
  List<Part> parts() {
    return configuration()
        .map(this::parts)
        .orElseGet(() -> List.of(new Part("", folder(), Optional.empty())));
  }

  /** As {@link #parts()}, and of a folder every part that it has unless one was asked for. */
  List<Part> allParts() {
    List<Part> parts = parts();
    if (!Files.isDirectory(path) || !type.equals("auto") || !split.isEmpty() || holdOut > 0) {
      return parts;
    }
    DatasetSettings whole = folder();
    List<String> names = LayoutDetector.detect(whole).parts();
    return names.size() < 2
        ? parts
        : names.stream()
            .map(name -> new Part(name, whole.withSplit(name), Optional.empty()))
            .toList();
  }

  private List<Part> parts(RunSettings run) {
    run.data().scenes().ifPresent(scenes -> Scenes.write(run.data().root(), scenes));
    List<Part> train = trained(run);
    List<Part> val = evaluated(run);
    return switch (part) {
      case "train" -> train;
      case "val" -> val;
      case "" ->
          Stream.concat(
                  train.stream(),
                  val.stream()
                      .filter(v -> train.stream().noneMatch(t -> t.settings.equals(v.settings))))
              .toList();
      default ->
          throw new ParameterException(
              spec.commandLine(), "--part: expected train or val, got " + part);
    };
  }

  /** Of several data sets each, by its name. */
  private static List<Part> evaluated(RunSettings run) {
    List<EvaluationSettings> evaluations = run.data().evaluations();
    return evaluations.stream()
        .map(
            e ->
                new Part(
                    evaluations.size() == 1 ? "val" : "val-" + e.name(),
                    e.dataset(),
                    Optional.of(EvaluatedData.task(run, e)),
                    run.augment()))
        .toList();
  }

  /** Of several sources each, numbered from 1. */
  private static List<Part> trained(RunSettings run) {
    List<SourceSettings> sources = run.data().sources();
    return IntStream.range(0, sources.size())
        .mapToObj(
            i ->
                new Part(
                    sources.size() == 1 ? "train" : "train-" + (i + 1),
                    sources.get(i).dataset(),
                    Optional.of(sources.get(i).task(run.task())),
                    sources.get(i).augment()))
        .toList();
  }

  private DatasetSettings folder() {
    return new DatasetSettings(
        type,
        path,
        split,
        images,
        annotations,
        list,
        classes,
        ignore,
        maskSuffix,
        holdOut,
        List.of(),
        followLinks ? DataFolder.Links.FOLLOW : DataFolder.Links.REFUSE,
        Channels.AS_STORED.count());
  }
}
