package org.maskwright.datasets.lvis;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.coco.CocoInstanceDataset;
import org.maskwright.datasets.json.CocoImage;

/**
 * Opens LVIS annotations. They differ from COCO's in where the photographs are: a file's name is
 * the last two parts of {@code coco_url}, such as {@code val2017/000000006460.jpg}, because an LVIS
 * split mixes COCO's splits, and because v0.5's {@code file_name} is that of another year.
 */
public final class LvisDataset {
  private LvisDataset() {}

  /**
   * Opens an annotation file.
   *
   * @param cocoRoot the folder that holds {@code train2017} and {@code val2017}
   * @param problems is given the annotations that refer to nothing, which are left out if it
   *     returns
   * @throws DatasetException as {@link CocoInstanceDataset#open}
   */
  public static CocoInstanceDataset open(
      Path annotationFile, DataFolder cocoRoot, Consumer<DatasetException> problems) {
    return CocoInstanceDataset.open(annotationFile, cocoRoot, LvisDataset::fileName, problems);
  }

  private static String fileName(CocoImage image) {
    if (image.cocoUrl().isEmpty()) {
      return image.fileName();
    }
    String[] parts = image.cocoUrl().split("/", -1);
    if (parts.length < 2) {
      throw new DatasetException(
              "coco_url: expected FOLDER/NAME at the end, got \"" + image.cocoUrl() + "\"")
          .forImage(image.id());
    }
    return parts[parts.length - 2] + "/" + parts[parts.length - 1];
  }
}
