package org.maskwright.datasets.json;

import java.util.List;
import org.maskwright.datasets.ImageId;

/**
 * An image of a COCO or LVIS file.
 *
 * @param fileName as in the file, "" if absent
 * @param height in pixels, 0 if the file does not say
 * @param width in pixels, 0 if the file does not say
 * @param cocoUrl LVIS v1's place of the picture, "" if absent
 * @param negativeCategories LVIS: categories verified to be absent
 * @param notExhaustiveCategories LVIS: categories of which not every instance is annotated
 */
public record CocoImage(
    ImageId id,
    String fileName,
    int height,
    int width,
    String cocoUrl,
    List<Integer> negativeCategories,
    List<Integer> notExhaustiveCategories) {
  public CocoImage {
    negativeCategories = List.copyOf(negativeCategories);
    notExhaustiveCategories = List.copyOf(notExhaustiveCategories);
  }

  public CocoImage(ImageId id, String fileName, int height, int width) {
    this(id, fileName, height, width, "", List.of(), List.of());
  }
}
