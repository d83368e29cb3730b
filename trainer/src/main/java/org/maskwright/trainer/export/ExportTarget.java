package org.maskwright.trainer.export;

import org.maskwright.settings.Named;

/**
 * A kind of files of some ecosystem, as which a model can be written.
 *
 * <p>A target is a class with a public constructor without arguments, named in {@code
 * META-INF/services/org.maskwright.trainer.export.ExportTarget}; {@link ExportTargets} finds them.
 *
 * <p><b>Threads</b> A target keeps no state.
 */
public interface ExportTarget extends Named {
  /** What {@code export --to} calls it. */
  @Override
  String name();

  /** What it writes, and of which models, in a sentence. */
  String meaning();

  /**
   * Writes a model.
   *
   * @throws IllegalArgumentException if the target cannot serve a wish; the message begins with the
   *     wish's name
   * @throws org.maskwright.modelzoo.weights.CheckpointException if the model is not whole, or not
   *     one that the target takes
   * @throws org.maskwright.trainer.output.OutputRefusedException if something of the user's is in
   *     the way
   * @throws org.maskwright.files.OutputException if a file cannot be written
   */
  Exported write(ExportRequest request);
}
