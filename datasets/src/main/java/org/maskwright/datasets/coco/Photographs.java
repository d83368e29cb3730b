package org.maskwright.datasets.coco;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.SwappedSides;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.json.CocoImage;

/**
 * The photographs that an annotation file names.
 *
 * @param annotationFile the file, for errors
 * @param fileName the name in {@code folder} of an image's photograph
 */
record Photographs(Path annotationFile, DataFolder folder, Function<CocoImage, String> fileName) {
  SampleInfo info(CocoImage image) {
    try {
      return new SampleInfo(image.id(), folder.resolve(name(image)), image.width(), image.height());
    } catch (DatasetException e) {
      throw e.inFile(annotationFile).forImage(image.id());
    }
  }

  /** Exports made on Windows part folders by backslashes. */
  private String name(CocoImage image) {
    String name = fileName.apply(image);
    return name.indexOf('\\') >= 0 && !Files.exists(folder.resolve(name))
        ? name.replace('\\', '/')
        : name;
  }

  /** What the annotation file says of a mask, where it is not what the mask is; else empty. */
  Optional<DatasetException> disagreement(ImageId image, long annotation, List<String> wrong) {
    return wrong.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new DatasetException(String.join("; ", wrong))
                .inFile(annotationFile)
                .forImage(image)
                .forAnnotation(annotation));
  }

  /** Reads a photograph, which must have the size its annotation was made for. */
  Photograph read(CocoImage image) {
    try {
      Photograph photo = PhotographFile.read(folder.existing(name(image)), folder.channels());
      if (image.width() > 0
          && (photo.width() != image.width() || photo.height() != image.height())) {
        throw new DatasetException(
            "image: expected %d x %d as the annotation says, got %d x %d; masks would not fit%s"
                .formatted(
                    image.width(),
                    image.height(),
                    photo.width(),
                    photo.height(),
                    SwappedSides.hint(
                        image.width(), image.height(), photo.width(), photo.height())));
      }
      return photo;
    } catch (DatasetException e) {
      throw e.inFile(info(image).file()).forImage(image.id());
    }
  }
}
