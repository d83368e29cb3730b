package org.maskwright.datasets.json;

import java.util.List;
import org.maskwright.datasets.ImageId;

/** The segments of one image and the PNG that holds their pixels. */
public record PanopticAnnotation(ImageId imageId, String fileName, List<PanopticSegment> segments) {
  public PanopticAnnotation {
    segments = List.copyOf(segments);
  }
}
