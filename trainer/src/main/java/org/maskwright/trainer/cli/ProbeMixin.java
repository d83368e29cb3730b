package org.maskwright.trainer.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Summary;
import org.maskwright.trainer.probe.FrozenBackbone;
import org.maskwright.trainer.probe.Probe;
import org.maskwright.trainer.probe.ProbeData;
import org.maskwright.trainer.probe.Rotated;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** What probes of frozen features are asked with. */
final class ProbeMixin {
  private static final int MOST_PIXELS = 4096;

  @Option(
      names = "--size",
      paramLabel = "N",
      defaultValue = "224",
      description =
          "Side of the square that is seen of each picture, in pixels (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--summary",
      paramLabel = "NAME",
      defaultValue = "mean",
      converter = Summaries.class,
      description =
          "What is taken of a picture: mean, of the backbone's last map, or class-token (default: ${DEFAULT-VALUE}).")
  private Summary summary;

  @Mixin private EngineMixin engine;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** The names of {@link Summary}. */
  static final class Summaries implements ITypeConverter<Summary> {
    @Override
    public Summary convert(String word) {
      return switch (word) {
        case "mean" -> Summary.MEAN;
        case "class-token" -> Summary.CLASS_TOKEN;
        default ->
            throw new TypeConversionException("expected mean or class-token, got '" + word + "'");
      };
    }
  }

  /** Opens the engine. */
  Engine open() {
    OptionRange.between(spec, "--size", 1, MOST_PIXELS, size);
    return engine.open();
  }

  /** Asks one backbone, and says where a rotation probe tells nothing of its pretraining. */
  Probe.Outcome of(Engine engine, Probe probe, Path path, ProbeData data) {
    try (FrozenBackbone backbone =
        OptionWish.of(spec, () -> FrozenBackbone.open(engine, path, summary))) {
      Probe.Outcome outcome = probe.of(backbone, data.trained(), data.tested(), size);
      Optional<String> turned =
          probe == Probe.ROTATION
              ? FrozenBackbone.configOf(path).flatMap(Rotated::warning)
              : Optional.empty();
      return outcome.and(turned);
    }
  }
}
