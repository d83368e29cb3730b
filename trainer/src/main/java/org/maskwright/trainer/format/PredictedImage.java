package org.maskwright.trainer.format;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.annotation.Annotated;
import org.maskwright.trainer.result.ResultSegment;

/**
 * What was found in one photograph.
 *
 * @param number counts the images from 1
 * @param photograph the file
 * @param name of the photograph below the folder that all have in common, with slashes: {@code
 *     a/x.jpg}
 * @param output what files of this image are called, without ending: {@code a/x}; no two images
 *     have the same
 * @param size of the photograph, as shown: a rotation that the file asks for is applied
 * @param segments none of them empty
 */
public record PredictedImage(
    int number,
    Path photograph,
    String name,
    String output,
    Size size,
    List<ResultSegment> segments) {
  /** Keeps a copy. */
  public PredictedImage {
    segments = List.copyOf(segments);
  }

  /** The segments as files of annotations hold them. */
  List<Annotated> objects() {
    List<Annotated> objects = new ArrayList<>();
    for (ResultSegment s : segments) {
      SegmentMask mask = new SegmentMask.Runs(s.mask());
      objects.add(
          Annotated.found(new Segment(s.classIndex(), false, objects.size() + 1, mask), s.score()));
    }
    return objects;
  }

  /** The ending of the photograph's name with its dot, or "". */
  String ending() {
    String last = name.substring(name.lastIndexOf('/') + 1);
    return last.lastIndexOf('.') > 0 ? last.substring(last.lastIndexOf('.')) : "";
  }
}
