package org.maskwright.datasets.json;

import java.util.List;
import org.maskwright.datasets.ImageId;

/**
 * A video of a YouTube-VIS file.
 *
 * @param height in pixels, of every frame
 * @param width in pixels, of every frame
 * @param length the number of frames
 * @param fileNames of the frames in order, as in the file; empty if the file does not say
 */
public record VideoInfo(ImageId id, int height, int width, int length, List<String> fileNames) {
  /** Keeps a copy. */
  public VideoInfo {
    fileNames = List.copyOf(fileNames);
  }
}
