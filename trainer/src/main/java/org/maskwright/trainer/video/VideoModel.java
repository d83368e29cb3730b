package org.maskwright.trainer.video;

import java.util.List;
import java.util.function.Supplier;
import org.maskwright.datasets.RgbImage;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.run.Prediction;

/** What finds objects in the frames of videos, the same from frame to frame. */
public interface VideoModel {
  /** The classes of the objects. */
  ClassSpace classSpace();

  /**
   * Loads it.
   *
   * @param videos their names
   * @return to be closed by the caller
   */
  Opened open(Engine engine, String videos, Prediction.Progress progress);

  /**
   * Loaded.
   *
   * <p><b>Threads</b> one at a time. <b>Lifecycle</b> holds the model's memory until it is closed.
   */
  interface Opened extends AutoCloseable {
    /** Before the first frame of a video. */
    Sight video();

    @Override
    void close();
  }

  /** The way of the frames of one video, given in order. */
  interface Sight {
    /**
     * Takes the next frame.
     *
     * @return the frames that it is known by now what is seen in, in order
     * @throws org.maskwright.datasets.DatasetException if it cannot be read, or is not such as can
     *     be answered for
     */
    List<Seen> next(Photograph frame);

    /** As {@link #next(Photograph)} of a frame that is in memory; {@code frame} is its name. */
    List<Seen> next(Photograph frame, RgbImage picture);

    /** The frames that are left, behind the last one. */
    List<Seen> end();

    /** How many tracks there were. */
    int tracks();
  }

  /**
   * What is seen in a frame.
   *
   * @param photograph as people look at it
   * @param objects the surest first; asked for once, in the order of the frames
   */
  record Seen(RgbImage photograph, Supplier<List<TrackedObject>> objects) {}
}
