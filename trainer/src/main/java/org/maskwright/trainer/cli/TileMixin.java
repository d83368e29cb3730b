package org.maskwright.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.trainer.config.TileSettings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --tile} and {@code --overlap} of the commands that see large pictures. */
final class TileMixin {
  @Option(
      names = "--tile",
      paramLabel = "SIZE",
      description =
          "See pictures larger than SIZE x SIZE pixels tile by tile and join the results: a number of pixels; off; or auto, as the model was trained (default: eval.tiles.size).")
  private String tile;

  @Option(
      names = "--overlap",
      paramLabel = "PX",
      description =
          "Pixels that neighbouring tiles have in common at least: more than an object is long; 0 = a quarter of the tile (default: eval.tiles.overlap).")
  private Integer overlap;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * Checks what can be without knowing a run's settings.
   *
   * @throws ParameterException if an option is out of its range
   */
  void check() {
    try {
      new TileSettings(size().orElse(TileSettings.OFF), overlap().orElse(0));
    } catch (IllegalArgumentException e) {
      String message =
          e.getMessage().replaceFirst("^size:", "--tile:").replaceFirst("^overlap:", "--overlap:");
      throw new ParameterException(spec.commandLine(), message, e);
    }
  }

  /** The size, as it was given. */
  Optional<String> size() {
    return Optional.ofNullable(tile);
  }

  /** The overlap, as it was given. */
  Optional<Integer> overlap() {
    return Optional.ofNullable(overlap);
  }

  /** As overrides of a configuration. */
  List<String> overrides() {
    check();
    List<String> out = new ArrayList<>();
    if (tile != null) {
      out.add("eval.tiles.size=\"" + tile + "\"");
    }
    if (overlap != null) {
      out.add("eval.tiles.overlap=" + overlap);
    }
    return out;
  }
}
