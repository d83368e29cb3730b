package org.maskwright.trainer.eval;

import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * What turns the pixels of a picture into logits: a model on an engine, or a file that another
 * library runs. All that a {@link Predictor} knows of it.
 *
 * <p><b>Threads</b> one at a time.
 */
public interface Network {
  /** C, the channels of the pictures that it takes. */
  int inputs();

  /** The classes of its logits. */
  ClassSpace classSpace();

  /** Whether it classifies pixels, and so has no mask of each query. */
  boolean classifiesPixels();

  /** Where its family post-processes differently. */
  FamilyRules rules();

  /** It pads its input right and bottom to multiples of this. */
  int sizeDivisibility();

  /** The size of input beyond which it takes none; empty if it takes any. */
  Optional<Size> largest();

  /** The processes that share its work. */
  ProcessGroup processes();

  /**
   * What it said about one picture.
   *
   * @param paddedHeight rows of the input after the padding
   * @param paddedWidth columns of it
   */
  record Seen(QueryOutputs outputs, int paddedHeight, int paddedWidth) {}

  /** Receives the outputs of all supervised layers while they live. */
  @FunctionalInterface
  interface Layers {
    /** Called once for each picture, with the input's size after the padding. */
    void take(Outputs outputs, int paddedHeight, int paddedWidth);
  }

  /**
   * Runs one picture.
   *
   * @param pixels [C,height,width], normalised
   * @param layers who wants all layers; empty: the last one is enough
   * @throws IllegalStateException if all layers are wanted and only the last one is known
   */
  Seen run(float[] pixels, int height, int width, Optional<Layers> layers);
}
