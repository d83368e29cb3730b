package org.maskwright.trainer.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.maskwright.datasets.weak.WeakForm;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code maskwright data points}: masks taken down to boxes and labelled points. */
@Command(
    name = "points",
    description =
        "Write a data set of masks as if each object had been annotated with a box and a few points"
            + " in it, labelled inside or outside (PointSup): to measure what that costs in quality"
            + " before anybody annotates.")
final class DataPointsCommand implements Callable<Integer> {
  @Mixin private DataArgument source;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = WeakAnnotation.OUT)
  private Path out;

  @Option(
      names = "--n",
      defaultValue = "10",
      description = "Points of each object (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Seed of the points (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    OptionRange.atLeast(spec, "--n", 1, count);
    return new WeakAnnotation(spec, source, out, json).write(WeakForm.points(count), seed);
  }
}
