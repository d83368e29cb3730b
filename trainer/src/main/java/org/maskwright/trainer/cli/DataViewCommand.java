package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.FixedSizeCrop;
import org.maskwright.datasets.transform.HorizontalFlip;
import org.maskwright.datasets.transform.ResizeScale;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.ResultNames;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code maskwright data view}: pictures of samples, as stored and as training sees them. */
@Command(
    name = "view",
    description =
        "Draw samples with their masks: as stored, and augmented as a network is trained on them (a"
            + " configuration's augment, or large-scale jitter). Look at them before you train.")
final class DataViewCommand implements Callable<Integer> {
  @Mixin private DataArgument source;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder of pictures: one without pictures of yours.")
  private Path out;

  @Option(
      names = "--count",
      defaultValue = "8",
      description = "How many samples, evenly spread (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of the augmentation (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--crop",
      defaultValue = "512",
      description = "Side of the augmented crop in pixels (default: ${DEFAULT-VALUE}).")
  private int crop;

  @Option(names = "--task", description = "semantic, instance or panoptic (default: the richest).")
  private Optional<String> task = Optional.empty();

  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    OptionRange.atLeast(spec, "--count", 1, count);
    OptionRange.atLeast(spec, "--crop", 1, crop);
    task(); // refused before a folder is made
    if (source.configuration().isPresent()
        && spec.commandLine().getParseResult().hasMatchedOption("--crop")) {
      throw new ParameterException(
          spec.commandLine(), "--crop: belongs to a folder; a configuration says it in augment");
    }
    OutputFolder folder = OutputFolder.open(out);
    List<String> pictures = new ArrayList<>();
    for (DataArgument.Part part : source.parts()) {
      show(part, folder, pictures);
    }
    PrintWriter lines = spec.commandLine().getOut();
    json.report(
        lines,
        () -> pictures.forEach(lines::println),
        () -> JsonLines.object(g -> JsonLines.strings(g, "pictures", pictures)));
    return ExitCode.OK.code();
  }

  private void show(DataArgument.Part part, OutputFolder folder, List<String> written) {
    Dataset dataset = DatasetView.withTargets(open(part));
    DataPictures pictures = new DataPictures(dataset, augmentation(part, dataset), seed);
    ResultNames names = new ResultNames();
    String prefix = part.name().isEmpty() ? "" : part.name() + "-";
    int shownCount = Math.min(count, dataset.size());
    for (int i = 0; i < shownCount; i++) {
      int index = (int) ((long) i * dataset.size() / shownCount);
      String name = prefix + names.of(dataset.info(index)) + ".png";
      written.add(folder.write(name, pictures.sheet(index).toPng()).toString());
    }
  }

  private Dataset open(DataArgument.Part part) {
    return DatasetOpener.open(part.settings(), task().or(part::task));
  }

  /** That of the configuration, or large-scale jitter. */
  private Augmentation augmentation(DataArgument.Part part, Dataset dataset) {
    Task shown = task().or(part::task).orElseGet(() -> richest(dataset));
    return Optional.ofNullable(part.augment())
        .map(augment -> augment.pipeline(shown))
        .orElseGet(
            () ->
                new Augmentation(
                    List.of(
                        new HorizontalFlip(0.5),
                        new ResizeScale(0.5, 2, crop, crop),
                        new FixedSizeCrop(crop, crop)),
                    shown,
                    Augmentation.EmptyMasks.DROP));
  }

  private Optional<Task> task() {
    try {
      return task.map(Task::ofKey);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--task: " + e.getMessage(), e);
    }
  }

  private static Task richest(Dataset dataset) {
    for (Task candidate : List.of(Task.PANOPTIC, Task.INSTANCE, Task.SEMANTIC)) {
      if (dataset.tasks().contains(candidate)) {
        return candidate;
      }
    }
    throw new DatasetException(dataset.name() + ": serves no task");
  }
}
