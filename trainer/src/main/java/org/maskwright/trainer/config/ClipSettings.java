package org.maskwright.trainer.config;

import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.catalog.SomeClasses;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.datasets.clip.Pairs;
import org.maskwright.datasets.clip.Photographs;
import org.maskwright.datasets.clip.StillClips;
import org.maskwright.datasets.clip.VideoClips;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.settings.Doc;

/** Clips of several frames as examples, for models that look at several frames at once. */
@Doc(
    "Clips of several frames as examples, for models that look at several frames at once;"
        + " docs/video.md.")
public record ClipSettings(
    @Doc("Frames of a clip, 1 to 64; 1 = each image for itself.") int frames,
    @Doc(
            "What clips are made of: videos = frames of one video, a clip of each video in an"
                + " epoch; stills = parts of one photograph, as if the camera moved; pairs = two"
                + " photographs that show a class in common, for the task in-context.")
        From from,
    @Doc(
            "Of videos: the other frames of a clip are at most so many before or after the one that"
                + " is drawn first.")
        int range,
    @Doc("Of stills: the largest share of a side that a frame leaves out, in [0,1).") double shift,
    @Doc(
            "Of videos: all-frames = a target has the class of its track; last-frame = as"
                + " Mask2Former-VIS' official code, in which a track that the last frame does not"
                + " show is learnt as no object.")
        Augmentation.ClipLabels labels) {
  /** The most frames of an example. */
  static final int MOST = VideoClips.MOST_FRAMES;

  /** What clips are made of. */
  public enum From {
    VIDEOS,
    STILLS,
    PAIRS
  }

  /** Checks the ranges. */
  public ClipSettings {
    Ranges.require(
        frames >= 1 && frames <= VideoClips.MOST_FRAMES,
        "frames",
        "1 to " + VideoClips.MOST_FRAMES,
        frames);
    Ranges.require(
        from != From.PAIRS || frames == Pairs.frames(),
        "frames",
        "%d, of pairs of pictures".formatted(Pairs.frames()),
        frames);
    Ranges.require(range >= 1, "range", "at least 1", range);
    Ranges.require(shift >= 0 && shift < 1, "shift", "a share of a side in [0,1)", shift);
  }

  /** Whether examples are clips. */
  public boolean clips() {
    return frames > 1;
  }

  /**
   * The examples of an epoch.
   *
   * @throws org.maskwright.datasets.DatasetException if clips of videos are asked for, and there
   *     are none, or pairs and targets are objects
   */
  public Examples examples(Dataset dataset, Augmentation augmentation) {
    if (!clips()) {
      return new Photographs(dataset, augmentation);
    }
    return switch (from) {
      case VIDEOS -> new VideoClips(dataset, augmentation, frames, range, labels);
      case PAIRS -> new Pairs(SomeClasses.withoutBackground(dataset), augmentation);
      case STILLS -> new StillClips(dataset, augmentation, frames, shift);
    };
  }
}
