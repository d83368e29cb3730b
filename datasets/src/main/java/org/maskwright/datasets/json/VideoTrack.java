package org.maskwright.datasets.json;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.mask.Tube;

/**
 * A track of a YouTube-VIS file: an annotation, or a result.
 *
 * @param id of an annotation as in the file; of a result its place there, from 1
 * @param score finite; 1 of an annotation
 * @param crowd whether it stands for many objects
 * @param masks one entry a frame, null where the object is absent
 * @param meanArea of the frames whose area is given and not 0, 0 if none is; NaN without "areas"
 */
public record VideoTrack(
    long id,
    ImageId videoId,
    int categoryId,
    double score,
    boolean crowd,
    List<Segmentation> masks,
    double meanArea) {
  /** Keeps a copy. */
  public VideoTrack {
    masks = Collections.unmodifiableList(new ArrayList<>(masks));
  }

  /**
   * The masks in a video.
   *
   * @throws DatasetException if there are more or fewer than frames, or one is no mask of the
   *     video's size
   */
  public Tube tube(VideoInfo video) {
    if (masks.size() != video.length()) {
      throw error(
          "segmentations: expected %d, one a frame, got %d"
              .formatted(video.length(), masks.size()));
    }
    List<Rle> decoded = new ArrayList<>();
    for (int t = 0; t < masks.size(); t++) {
      decoded.add(masks.get(t) == null ? null : mask(t, video));
    }
    return Tube.of(decoded);
  }

  private Rle mask(int frame, VideoInfo video) {
    Rle mask;
    try {
      mask = masks.get(frame).toRle(video.height(), video.width());
    } catch (IllegalArgumentException e) {
      throw error("frame " + frame + ": " + e.getMessage());
    }
    if (mask.height() != video.height() || mask.width() != video.width()) {
      throw error(
          "frame %d: a mask of %d x %d pixels, expected %d x %d as the video"
              .formatted(frame, mask.width(), mask.height(), video.width(), video.height()));
    }
    return mask;
  }

  private DatasetException error(String problem) {
    return new DatasetException("video %s, track %d: %s".formatted(videoId, id, problem));
  }
}
