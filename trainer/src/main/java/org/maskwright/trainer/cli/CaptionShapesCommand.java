package org.maskwright.trainer.cli;

import java.nio.file.Path;
import org.maskwright.datasets.scenes.CaptionShapes;
import org.maskwright.datasets.scenes.ShapePicturesConfig;
import org.maskwright.trainer.caption.ComposedBank;
import picocli.CommandLine.Command;

/** {@code maskwright data caption-shapes}: pictures that captions speak of. */
@Command(
    name = "caption-shapes",
    description = {
      "Write CaptionShapes: synthetic pictures of coloured shapes with masks, captions that name them (a red disc and two blue squares), and a text bank of the words, bank.safetensors. Training shows some combinations of colour and shape never. The same settings give the same bytes; a folder that holds them already is left alone."
    })
final class CaptionShapesCommand extends ShapePicturesCommand {
  private static final String BANK = "bank.safetensors";
  private static final int WIDTH = 64;
  private static final long BANK_SEED = 7; // one space of words, whatever the pictures

  @Override
  boolean write(Path folder, ShapePicturesConfig config) {
    return CaptionShapes.write(
        folder,
        config,
        root ->
            ComposedBank.of(CaptionShapes.classes(), WIDTH, BANK_SEED).write(root.resolve(BANK)));
  }
}
