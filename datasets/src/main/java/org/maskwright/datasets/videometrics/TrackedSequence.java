package org.maskwright.datasets.videometrics;

import java.util.List;

/**
 * A sequence of one class as the tracking metrics see it: numbers of objects and overlaps, no
 * masks.
 *
 * @param frames in order
 * @param truths how many true objects there are in all frames
 * @param tracks how many tracks
 */
public record TrackedSequence(List<TrackedFrame> frames, int truths, int tracks) {
  /** Keeps a copy. */
  public TrackedSequence {
    frames = List.copyOf(frames);
  }

  long trueDetections() {
    return frames.stream().mapToLong(TrackedFrame::truths).sum();
  }

  long trackedDetections() {
    return frames.stream().mapToLong(TrackedFrame::tracks).sum();
  }
}
