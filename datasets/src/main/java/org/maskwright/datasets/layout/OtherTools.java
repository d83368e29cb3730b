package org.maskwright.datasets.layout;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.LayoutDetector;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.folder.LabelReadings;
import org.maskwright.datasets.image.LabelImage;

/**
 * Recognises what is no data set that is read, so that a user hears what it is and what to do, and
 * not that some file is missing.
 */
final class OtherTools {
  private static final Pattern ARCHIVE =
      Pattern.compile("(?i).+\\.(zip|tar|tgz|tar\\.gz|tar\\.xz|7z|rar)");

  private static final String GIF = ".gif";
  private static final int LOOKED_AT = 20;

  private OtherTools() {}

  /** What the folder holds, in words, and what to do. */
  static Optional<String> any(LayoutQuery query) {
    return noPictures(query)
        .or(() -> folderAround(query))
        .or(() -> xml(query))
        .or(() -> photographsOnly(query))
        .or(() -> pairOfFolders(query))
        .or(() -> foldersOfPhotographs(query));
  }

  private static Optional<String> noPictures(LayoutQuery query) {
    if (!query.filesBelow("", Items::isPhotograph, 1).isEmpty()) {
      return Optional.empty();
    }
    return query.filesBelow("", file -> ARCHIVE.matcher(file).matches(), 1).stream()
        .findFirst()
        .map(file -> "an archive (%s); unpack it first".formatted(file))
        .or(
            () ->
                Optional.of("a folder without a picture of the kinds %s".formatted(Items.PHOTOS)));
  }

  /** The only folder in the folder, if that is a data set. */
  private static Optional<String> folderAround(LayoutQuery query) {
    List<String> folders = visible(query);
    if (folders.size() != 1 || query.files("", "").stream().anyMatch(Items::isPhotograph)) {
      return Optional.empty();
    }
    Path inner = query.root().resolve(folders.get(0));
    try {
      Found found = LayoutDetector.detect(query.asked().withRoot(inner), query.task());
      return Optional.of(
          "a folder around the data: %s holds %s (%s); give that folder"
              .formatted(folders.get(0), found.settings().type(), found.because()));
    } catch (DatasetException noneThere) {
      return Optional.empty();
    }
  }

  /** But for those that are hidden, or that archives of a Mac bring. */
  private static List<String> visible(LayoutQuery query) {
    return query.folders("").stream().filter(name -> !name.matches("[._].*")).toList();
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

  /** Two folders whose pictures have the same names. */
  private static Optional<String> pairOfFolders(LayoutQuery query) {
    List<String> folders = visible(query);
    for (String photos : folders) {
      List<String> stems = stems(query, photos);
      for (String masks : stems.isEmpty() ? List.<String>of() : folders) {
        List<String> others = masks.equals(photos) ? List.of() : stems(query, masks);
        boolean paired =
            stems.stream()
                .limit(LOOKED_AT)
                .allMatch(stem -> others.stream().anyMatch(other -> other.startsWith(stem)));
        if (paired && !others.isEmpty() && values(query, masks) < values(query, photos)) {
          return Optional.of(
              "photographs in %s and masks of their names in %s; rename the folders to images and masks (of each part: PART/images and PART/masks), or set data.train.images = %s and data.train.annotations = %s (--images, --annotations)"
                  .formatted(photos, masks, photos, masks));
        }
      }
    }
    return Optional.empty();
  }

  private static List<String> stems(LayoutQuery query, String folder) {
    return query.files(folder, "").stream()
        .filter(file -> Items.isPhotograph(file) || file.endsWith(GIF))
        .map(Items::stem)
        .toList();
  }

  /** How many values the first picture has: few in a mask; without end in a photograph. */
  private static int values(LayoutQuery query, String folder) {
    String first =
        query.files(folder, "").stream()
            .filter(file -> Items.isPhotograph(file) || file.endsWith(GIF))
            .findFirst()
            .orElseThrow();
    if (first.endsWith(GIF)) {
      return 0; // no photograph is one
    }
    try {
      return LabelImage.isNamed(first)
          ? LabelReadings.distinct(
                  LabelImage.readIndices(query.root().resolve(folder).resolve(first)))
              .length
          : Integer.MAX_VALUE;
    } catch (DatasetException coloured) {
      return Integer.MAX_VALUE;
    }
  }

  private static Optional<String> foldersOfPhotographs(LayoutQuery query) {
    List<String> folders =
        visible(query).stream().filter(folder -> !stems(query, folder).isEmpty()).toList();
    return folders.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "folders of pictures (%s) without masks that belong to them; what is to be found in a picture must be outlined: put photographs into images, and masks of the same names into masks"
                .formatted(String.join(", ", folders)));
  }
}
