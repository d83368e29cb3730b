package org.maskwright.datasets.json;

import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;

/**
 * A predicted instance of a COCO results file. Its place there from 1, which is the id the official
 * tools give it, is that in the list it is read into.
 *
 * @param score finite
 * @param box null if the file has none
 * @param segmentation null if the file has none
 */
public record CocoDetection(
    ImageId imageId, int categoryId, double score, Box box, Segmentation segmentation) {

  /**
   * The mask; without a segmentation the box as a polygon.
   *
   * @throws DatasetException with the image, if there is neither or it is no mask
   */
  public Rle mask(int imageHeight, int imageWidth) {
    try {
      if (segmentation != null) {
        return segmentation.toRle(imageHeight, imageWidth);
      }
      if (box != null) {
        return Polygons.toRle(box, imageHeight, imageWidth);
      }
    } catch (IllegalArgumentException e) {
      throw error(e.getMessage());
    }
    throw error("neither segmentation nor bbox");
  }

  /**
   * The area of the {@link #mask}, which costs less than the mask.
   *
   * @throws DatasetException as {@link #mask}
   */
  public long area(int imageHeight, int imageWidth) {
    if (segmentation == null) {
      return mask(imageHeight, imageWidth).area();
    }
    try {
      return segmentation.area(imageHeight, imageWidth);
    } catch (IllegalArgumentException e) {
      throw error(e.getMessage());
    }
  }

  /** A problem of this detection. */
  public DatasetException error(String problem) {
    return new DatasetException(problem).forImage(imageId);
  }
}
