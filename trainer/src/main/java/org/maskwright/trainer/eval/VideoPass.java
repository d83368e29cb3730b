package org.maskwright.trainer.eval;

import java.util.List;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.trainer.result.ImageOutputs;

/**
 * A model's way through the frames of one video, given in order.
 *
 * <p><b>Memory</b> the frames that are not yet answered for, of which a window is the most.
 * <b>Threads</b> one at a time.
 */
public interface VideoPass {
  /**
   * Takes the next frame.
   *
   * @param frame as {@link Predictor#preparation} made it, all of one size
   * @return the outputs of frames that are known now, in order; those given before are not in it
   * @throws org.maskwright.datasets.DatasetException if the frame has another size than those
   *     before
   */
  List<ImageOutputs> next(TrainingExample frame);

  /** The outputs of the frames that are left; called once, after the last frame. */
  List<ImageOutputs> end();
}
