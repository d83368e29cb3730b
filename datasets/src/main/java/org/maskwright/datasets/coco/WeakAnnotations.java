package org.maskwright.datasets.coco;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.json.CocoImage;

/** The annotations of an instances file that have points, a box or nothing in place of a mask. */
record WeakAnnotations(Path file, List<CocoImage> images, AnnotationTable table) {

  /**
   * What an annotation without a mask has.
   *
   * @throws IllegalArgumentException if that cannot be of an object of the image
   */
  static WeakLabel label(CocoImage image, AnnotationTable table, int row) {
    WeakLabel label = new WeakLabel(Optional.ofNullable(table.box(row)), table.points(row));
    return image.width() > 0 && image.height() > 0
        ? label.within(new Size(image.width(), image.height()))
        : label;
  }

  /** That an annotation has no mask, as a problem. */
  static DatasetException maskless(Path file, CocoImage image, AnnotationTable table, int row) {
    WeakLabel has = new WeakLabel(Optional.ofNullable(table.box(row)), table.points(row));
    return has.noMask().inFile(file).forImage(image.id()).forAnnotation(table.id(row));
  }

  /**
   * Looks at all of them.
   *
   * @param problems receives those that cannot be
   * @return what a user should know of the others
   */
  Optional<String> survey(Consumer<DatasetException> problems) {
    Count weak = new Count();
    Count classOnly = new Count();
    Count idle = new Count();
    for (int i = 0; i < images.size(); i++) {
      for (int row : table.rowsOf(i)) {
        if (table.mask(row) != null || table.crowd(row)) {
          continue;
        }
        try {
          WeakLabel label = label(images.get(i), table, row);
          weak.add(1, images.get(i), table.id(row));
          classOnly.add(label.classOnly() ? 1 : 0, images.get(i), table.id(row));
          idle.add(label.idle(), images.get(i), table.id(row));
        } catch (IllegalArgumentException e) {
          problems.accept(
              new DatasetException(e.getMessage(), e)
                  .inFile(file)
                  .forImage(images.get(i).id())
                  .forAnnotation(table.id(row)));
        }
      }
    }
    if (weak.number == 0) {
      return Optional.empty();
    }
    return Optional.of(
        "%s: %d of %d annotations have points, a box or their class alone in place of a mask, the first %s%s%s"
            .formatted(
                file,
                weak.number,
                table.size(),
                weak.first,
                classOnly.number == 0
                    ? ""
                    : "; %d have neither mask, points nor box, the first %s: only their class is learnt"
                        .formatted(classOnly.number, classOnly.first),
                idle.number == 0
                    ? ""
                    : "; %d points labelled 0 are outside their objects' boxes, the first of %s: they say nothing that the box does not"
                        .formatted(idle.number, idle.first)));
  }

  /** How many, and where the first is. */
  private static final class Count {
    private long number;
    private String first = "";

    void add(long more, CocoImage image, long annotation) {
      if (number == 0 && more > 0) {
        first = "annotation %d of image %s".formatted(annotation, image.id());
      }
      number += more;
    }
  }
}
