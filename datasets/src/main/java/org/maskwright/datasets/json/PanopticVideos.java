package org.maskwright.datasets.json;

import java.util.List;

/** A whole panoptic video file; a results file has no categories. */
public record PanopticVideos(List<CocoCategory> categories, List<PanopticVideo> videos) {
  /** Keeps copies. */
  public PanopticVideos {
    categories = List.copyOf(categories);
    videos = List.copyOf(videos);
  }
}
