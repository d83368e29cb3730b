package org.maskwright.datasets.json;

import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

/**
 * A ground-truth instance of a COCO or LVIS file.
 *
 * @param area in pixels as the file says, NaN if it does not
 * @param box null if the file has none
 * @param crowd {@code iscrowd}; false where the file does not say
 * @param ignore the {@code ignore} flag, which COCO's AP overwrites and LVIS' and boundary AP
 *     honour
 * @param segmentation null if the file has none
 * @param points labelled places of an object without a segmentation, as PointSup (arXiv 2104.06404)
 *     writes them; none if the file has none
 */
public record CocoAnnotation(
    long id,
    ImageId imageId,
    int categoryId,
    double area,
    Box box,
    boolean crowd,
    boolean ignore,
    Segmentation segmentation,
    PointLabels points) {
  /** Without points. */
  public CocoAnnotation(
      long id,
      ImageId imageId,
      int categoryId,
      double area,
      Box box,
      boolean crowd,
      boolean ignore,
      Segmentation segmentation) {
    this(id, imageId, categoryId, area, box, crowd, ignore, segmentation, PointLabels.NONE);
  }

  /**
   * The mask; polygons take the image's size, run lengths have their own.
   *
   * @throws DatasetException with both ids, if there is no segmentation or it is no mask
   */
  public Rle mask(int imageHeight, int imageWidth) {
    if (segmentation == null) {
      throw error("no segmentation");
    }
    try {
      return segmentation.toRle(imageHeight, imageWidth);
    } catch (IllegalArgumentException e) {
      throw error(e.getMessage());
    }
  }

  /** A problem of this annotation. */
  public DatasetException error(String problem) {
    return new DatasetException(problem).forImage(imageId).forAnnotation(id);
  }
}
