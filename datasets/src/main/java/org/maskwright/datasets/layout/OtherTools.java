package org.maskwright.datasets.layout;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.folder.Items;

/**
 * Recognises what is no data set that is read, so that a user hears what it is and what to do, and
 * not that some file is missing.
 */
final class OtherTools {
  private OtherTools() {}

  /** What the folder holds, in words. */
  static Optional<String> any(LayoutQuery query) {
    return noPictures(query).or(() -> xml(query)).or(() -> photographsOnly(query));
  }

  private static Optional<String> noPictures(LayoutQuery query) {
    return new DataFolder(query.root(), query.asked().links())
            .filesBelow().stream().anyMatch(Items::isPhotograph)
        ? Optional.empty()
        : Optional.of("a folder without a picture of the kinds %s".formatted(Items.PHOTOS));
  }

  private static Optional<String> xml(LayoutQuery query) {
    return Stream.of("", "Annotations", "annotations")
        .flatMap(folder -> query.files(folder, ".xml").stream())
        .findFirst()
        .map(
            file ->
                "XML annotations (%s), which are boxes or not read; export as COCO (instances, with masks)"
                    .formatted(file));
  }

  private static Optional<String> photographsOnly(LayoutQuery query) {
    List<String> photos = query.files("", "").stream().filter(Items::isPhotograph).toList();
    return photos.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%d pictures directly in the folder; put photographs into images, and their masks as PNGs of the same names into masks"
                .formatted(photos.size()));
  }
}
