package org.maskwright.datasets.json;

import java.util.List;

/** A whole YouTube-VIS file of annotations, in file order. */
public record VideoInstances(
    List<VideoInfo> videos, List<CocoCategory> categories, List<VideoTrack> tracks) {
  /** Keeps copies. */
  public VideoInstances {
    videos = List.copyOf(videos);
    categories = List.copyOf(categories);
    tracks = List.copyOf(tracks);
  }
}
