package org.maskwright.trainer.cli;

import java.nio.file.Path;
import org.maskwright.datasets.scenes.NestedShapes;
import org.maskwright.datasets.scenes.ShapePicturesConfig;
import picocli.CommandLine.Command;

/** {@code maskwright data nested-shapes}: pictures in which a click means three masks. */
@Command(
    name = "nested-shapes",
    description = {
      "Write NestedShapes: synthetic pictures with COCO annotations of shapes that hold a part which holds a part; one click can mean any of the three, which a model of prompts learns to answer. The same settings give the same bytes; a folder that holds them already is left alone."
    })
final class NestedShapesCommand extends ShapePicturesCommand {
  @Override
  boolean write(Path folder, ShapePicturesConfig config) {
    return NestedShapes.write(folder, config);
  }
}
