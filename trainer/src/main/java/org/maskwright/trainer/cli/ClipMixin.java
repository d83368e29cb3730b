package org.maskwright.trainer.cli;

import java.util.Locale;
import java.util.Optional;
import org.maskwright.modelzoo.vit.VitActivation;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --activation} of commands that read a CLIP. */
final class ClipMixin {
  @Option(
      names = "--activation",
      paramLabel = "NAME",
      description =
          "quick-gelu (OpenAI, MetaCLIP) or gelu (most of OpenCLIP); needed where no config.json or"
              + " open_clip_config.json beside the weights says it.")
  private Optional<String> activation = Optional.empty();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** What was given. */
  Optional<VitActivation> activation() {
    return activation.map(
        name ->
            switch (name.toLowerCase(Locale.ROOT)) {
              case "quick-gelu" -> VitActivation.QUICK_GELU;
              case "gelu" -> VitActivation.GELU;
              default ->
                  throw new ParameterException(
                      spec.commandLine(), "--activation: expected quick-gelu or gelu, got " + name);
            });
  }
}
