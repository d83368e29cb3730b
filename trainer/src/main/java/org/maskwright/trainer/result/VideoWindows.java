package org.maskwright.trainer.result;

import org.maskwright.settings.Doc;

/**
 * How the frames of a video go through a model of clips: in windows, each seen at once.
 *
 * @param frames of a window; 0: all of a video
 * @param overlap frames that a window has in common with the one before
 */
@Doc(
    "Videos, for models that see several frames at once (model.decoder.type = masked-attention-video); docs/video.md.")
public record VideoWindows(
    @Doc("Frames that the model sees at once; 0 = all of a video, as in the paper.") int frames,
    @Doc(
            "Frames that a window has in common with the one before, by which objects are followed from one to the next.")
        int overlap) {
  /** Where nothing else says so. */
  public static final VideoWindows DEFAULT = new VideoWindows(16, 4);

  /** Checks the ranges. */
  public VideoWindows {
    if (frames < 0) {
      throw new IllegalArgumentException("frames: expected at least 0, got " + frames);
    }
    if (overlap < 0 || frames > 0 && overlap >= frames) {
      throw new IllegalArgumentException(
          "overlap: expected at least 0 and less than the %d frames of a window, got %d"
              .formatted(frames, overlap));
    }
  }
}
