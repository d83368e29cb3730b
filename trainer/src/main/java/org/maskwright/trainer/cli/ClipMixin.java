package org.maskwright.trainer.cli;

import java.util.Optional;
import org.maskwright.modelzoo.vit.ClipActivation;
import org.maskwright.modelzoo.vit.VitActivation;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code --activation} of commands that read a CLIP. */
final class ClipMixin {
  /** Its name. */
  static final String ACTIVATION = "--activation";

  @Option(
      names = ACTIVATION,
      paramLabel = "NAME",
      converter = Converter.class,
      description =
          "quick-gelu (OpenAI, MetaCLIP) or gelu (most of OpenCLIP); needed where no config.json or"
              + " open_clip_config.json beside the CLIP's weights says it.")
  private Optional<VitActivation> activation = Optional.empty();

  /** What was given. */
  Optional<VitActivation> activation() {
    return activation;
  }

  /** From what people write. */
  static final class Converter implements ITypeConverter<VitActivation> {
    @Override
    public VitActivation convert(String value) {
      return ClipActivation.ofText(value)
          .orElseThrow(
              () -> new TypeConversionException("expected quick-gelu or gelu, got " + value));
    }
  }
}
