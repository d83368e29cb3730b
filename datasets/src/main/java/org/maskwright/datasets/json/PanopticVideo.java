package org.maskwright.datasets.json;

import java.util.List;
import org.maskwright.datasets.ImageId;

/**
 * The frames of one video in a panoptic video file. A segment has one id in all frames.
 *
 * @param frames in order; their file names are relative to the folder of PNGs
 */
public record PanopticVideo(ImageId id, List<PanopticAnnotation> frames) {
  /** Keeps a copy. */
  public PanopticVideo {
    frames = List.copyOf(frames);
  }
}
