package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.modelzoo.SegmentationModel;
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

  /**
   * The size of input that it takes alone, to which pictures are resized; empty if it takes others.
   */
  default Optional<Size> only() {
    return Optional.empty();
  }

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
   * The model, if it is asked (prompts, examples): results are then made by {@link
   * org.maskwright.trainer.result.ResultKind#asking asking} it, and it gives none by itself.
   */
  default Optional<SegmentationModel> prompted() {
    return Optional.empty();
  }

  /** Whether its queries attend to several frames of a video at once. */
  default boolean takesClips() {
    return false;
  }

  /** Whether queries of a frame may start from those of the frame before. */
  default boolean carriesQueries() {
    return false;
  }

  /**
   * What it said about the frames of a clip.
   *
   * @param frames each frame's outputs; query i is the same object in all of them
   * @param states of each query behind the last layer, C values
   * @param paddedHeight rows of the input after the padding
   * @param paddedWidth columns of it
   */
  record SeenClip(
      List<QueryOutputs> frames, List<float[]> states, int paddedHeight, int paddedWidth) {
    /** Keeps the lists. */
    public SeenClip {
      frames = List.copyOf(frames);
      states = List.copyOf(states);
    }
  }

  /**
   * Runs the frames of a clip together.
   *
   * @param pixels [T,C,height,width], normalised
   * @param frames T; above 1 only if it {@link #takesClips}
   * @param before the states that queries start from, if it {@link #carriesQueries}; empty: those
   *     that it has learned
   * @throws UnsupportedOperationException if it does neither
   */
  default SeenClip runClip(
      float[] pixels, int frames, int height, int width, Optional<List<float[]>> before) {
    throw new UnsupportedOperationException("a network that sees photographs alone");
  }

  /**
   * Runs one picture.
   *
   * @param pixels [C,height,width], normalised
   * @param layers who wants all layers; empty: the last one is enough
   * @throws IllegalStateException if all layers are wanted and only the last one is known
   */
  Seen run(float[] pixels, int height, int width, Optional<Layers> layers);

  /**
   * Runs pictures of one size together, which a network may do in less time than one by one.
   *
   * @param pixels [B,C,height,width], normalised
   * @param pictures B
   * @return what it said about each, in order; the last digits may differ from those of {@link
   *     #run}
   */
  default List<Seen> runAll(float[] pixels, int pictures, int height, int width) {
    int each = pixels.length / pictures;
    List<Seen> out = new ArrayList<>();
    for (int from = 0; from < pixels.length; from += each) {
      float[] own = Arrays.copyOfRange(pixels, from, from + each);
      out.add(run(own, height, width, Optional.empty()));
    }
    return out;
  }
}
