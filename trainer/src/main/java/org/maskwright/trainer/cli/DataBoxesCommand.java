package org.maskwright.trainer.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.maskwright.datasets.weak.WeakForm;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code maskwright data boxes}: masks taken down to boxes. */
@Command(
    name = "boxes",
    description =
        "Write a data set of masks as if each object had been annotated with a box alone: to measure"
            + " what that costs in quality before anybody annotates.")
final class DataBoxesCommand implements Callable<Integer> {
  @Mixin private DataArgument source;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = WeakAnnotation.OUT)
  private Path out;

  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    return new WeakAnnotation(spec, source, out, json).write(WeakForm.boxes(), 0);
  }
}
