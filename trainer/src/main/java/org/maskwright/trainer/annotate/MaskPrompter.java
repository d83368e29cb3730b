package org.maskwright.trainer.annotate;

import java.nio.file.Path;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.trainer.prompt.Prompt;

/**
 * Gives masks for clicks and boxes.
 *
 * <p><b>Threads</b> any; one at a time is served.
 */
interface MaskPrompter extends AutoCloseable {
  /**
   * The best mask.
   *
   * @param mask of the picture's size
   * @param quality that the model expects of it, about its IoU
   */
  record Answer(Rle mask, double quality) {}

  /** Begins to look at a picture, so that the first answer does not wait for it. */
  void look(Path picture);

  /**
   * The mask for a prompt.
   *
   * @throws org.maskwright.datasets.DatasetException if the picture cannot be read
   * @throws IllegalArgumentException if the prompt is outside the picture
   */
  Answer answer(Path picture, Prompt prompt);

  @Override
  void close();
}
