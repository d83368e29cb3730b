package org.maskwright.datasets.catalog;

import java.util.List;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;

/** The size of an image of a data set, from the cheapest that knows it. */
public final class ImageSize {
  private ImageSize() {}

  /**
   * That of a label map, else what the annotation says, else the photograph's, which is read.
   *
   * @param segments of the image
   */
  public static Size of(Dataset dataset, int index, List<Segment> segments) {
    SampleInfo info = dataset.info(index);
    for (Segment segment : segments) {
      if (segment.mask() instanceof SegmentMask.Labelled labelled) {
        return new Size(labelled.map().width(), labelled.map().height());
      }
    }
    if (info.width() > 0 && info.height() > 0) {
      return new Size(info.width(), info.height());
    }
    Photograph image = dataset.image(index);
    return new Size(image.width(), image.height());
  }
}
