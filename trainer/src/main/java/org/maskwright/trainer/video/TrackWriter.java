package org.maskwright.trainer.video;

import java.io.Closeable;
import java.io.IOException;

/**
 * Writes videos one after the other, each frame by frame. What holds for all frames is kept on
 * disk, not in memory.
 *
 * <p><b>Lifecycle</b> {@link #close} gives back what {@link #end} was not called for.
 */
public interface TrackWriter extends Closeable {
  /**
   * Begins a video.
   *
   * @param number from 1
   * @param name of its folder
   */
  void begin(int number, String name) throws IOException;

  /** Writes its next frame. */
  void frame(TrackedFrame frame) throws IOException;

  /** Ends the video. */
  void endVideo() throws IOException;

  /** Ends all. */
  default void end() throws IOException {}

  @Override
  default void close() throws IOException {}
}
