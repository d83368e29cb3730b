package org.maskwright.trainer.video;

import java.util.List;

/**
 * What is to be written of videos.
 *
 * @param formats of tracks
 * @param overlays what to look at
 * @param framesPerSecond of the overlay videos of folders of frames; those of files have the times
 *     of their frames
 */
public record VideoWishes(List<TrackFormat> formats, Overlays overlays, double framesPerSecond) {
  /** Of overlay videos of folders of frames, if nothing is said. */
  public static final double USUAL_RATE = 25;

  /** What shows the tracks over the frames; a contact sheet there is always. */
  public enum Overlays {
    /** Pictures and a video. */
    BOTH,
    /** A picture of each frame. */
    FRAMES,
    /** A video. */
    VIDEO,
    /** Neither. */
    NONE;

    boolean frames() {
      return this == BOTH || this == FRAMES;
    }

    boolean video() {
      return this == BOTH || this == VIDEO;
    }
  }

  /** Checks the rate. */
  public VideoWishes {
    formats = List.copyOf(formats);
    if (!(framesPerSecond > 0 && framesPerSecond <= 1000)) {
      throw new IllegalArgumentException(
          "fps: expected above 0 and at most 1000 frames a second, got " + framesPerSecond);
    }
  }

  /** Tracks in formats, and all that there is to look at. */
  public static VideoWishes of(List<TrackFormat> formats) {
    return new VideoWishes(formats, Overlays.BOTH, USUAL_RATE);
  }
}
