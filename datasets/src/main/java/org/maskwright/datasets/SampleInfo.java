package org.maskwright.datasets;

import java.nio.file.Path;
import java.util.Objects;

/**
 * What is known about an image before it is read.
 *
 * @param imageId the id of the image in the data set
 * @param file the photograph
 * @param width the declared width in pixels, 0 if the data set does not declare it
 * @param height the declared height in pixels, 0 if the data set does not declare it
 */
public record SampleInfo(ImageId imageId, Path file, int width, int height) {
  public SampleInfo {
    Objects.requireNonNull(imageId, "imageId");
    Objects.requireNonNull(file, "file");
    if (width < 0 || height < 0) {
      throw new IllegalArgumentException(
          "image %s (%s): expected a size of at least 0 x 0, got %d x %d"
              .formatted(imageId, file, width, height));
    }
  }
}
