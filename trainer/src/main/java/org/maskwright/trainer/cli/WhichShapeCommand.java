package org.maskwright.trainer.cli;

import java.nio.file.Path;
import org.maskwright.datasets.scenes.ShapePicturesConfig;
import org.maskwright.datasets.scenes.WhichShape;
import picocli.CommandLine.Command;

/** {@code maskwright data which-shape}: pictures whose meaning an example gives. */
@Command(
    name = "which-shape",
    description = {
      "Write WhichShape: synthetic pictures with label images, each of a disc, a square and a triangle; which of them is meant, a model learns from an example alone. The same settings give the same bytes; a folder that holds them already is left alone."
    })
final class WhichShapeCommand extends ShapePicturesCommand {
  @Override
  boolean write(Path folder, ShapePicturesConfig config) {
    return WhichShape.write(folder, config);
  }
}
