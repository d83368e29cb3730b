package org.maskwright.datasets.layout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.catalog.Parts;
import org.maskwright.datasets.folder.TextFile;
import org.maskwright.datasets.image.LabelImage;

/** Texts in a data set's folder that list its photographs, perhaps with their label images. */
final class ImageLists {
  /** A line of a list: photograph and label image. */
  private static final Pattern PAIR = Pattern.compile("\\s*\\S+\\.\\w+\\s+\\S+\\.(?i:png)\\s*");

  private static final String TEXT = ".txt";

  private ImageLists() {}

  static Optional<Found> find(LayoutQuery query) {
    DatasetSettings asked = query.asked();
    if (!asked.list().isEmpty()) {
      return Optional.of(listed(query, asked, List.of()));
    }
    Map<String, String> listOf = new LinkedHashMap<>();
    for (String ending : LayoutDetector.LIST_ENDINGS) {
      for (String list : query.files("", ending)) {
        String stem = list.substring(0, list.length() - ending.length());
        if (LayoutDetector.LIST_NAMES.contains(stem) || isPairList(query.root().resolve(list))) {
          listOf.putIfAbsent(stem, list);
        }
      }
    }
    if (listOf.isEmpty() || query.isDirectory("SegmentationClass") || areOfTexts(query, listOf)) {
      return Optional.empty();
    }
    List<String> parts = List.copyOf(listOf.keySet());
    Parts.Choice choice = Parts.choose(asked, parts);
    return Optional.of(listed(query, choice.of(asked).withList(listOf.get(choice.name())), parts));
  }

  /** Whether they list photographs to which texts belong, as YOLO's do. */
  private static boolean areOfTexts(LayoutQuery query, Map<String, String> listOf) {
    return listOf.values().stream().map(query.root()::resolve).noneMatch(ImageLists::isPairList)
        && existing(
                query,
                LayoutQuery.withAsked(query.asked().annotations(), LayoutQuery.LABEL_FOLDERS))
            .flatMap(
                labels -> query.filesBelow(labels, ImageLists::isLabel, 1).stream().findFirst())
            .filter(first -> first.toString().endsWith(TEXT))
            .isPresent();
  }

  private static boolean isLabel(String name) {
    return name.endsWith(TEXT) || LabelImage.isNamed(name);
  }

  private static boolean isPairList(Path list) {
    return Files.isRegularFile(list)
        && TextFile.lines(list).stream()
            .filter(line -> !line.isBlank())
            .findFirst()
            .filter(line -> PAIR.matcher(line).matches())
            .isPresent();
  }

  /** Names in the list without a label image are looked up in the usual folders. */
  private static Found listed(LayoutQuery query, DatasetSettings settings, List<String> parts) {
    DatasetSettings asked = query.asked();
    Optional<String> photos =
        existing(query, LayoutQuery.withAsked(asked.images(), LayoutQuery.PHOTO_FOLDERS));
    Optional<String> labels =
        existing(query, LayoutQuery.withAsked(asked.annotations(), LayoutQuery.LABEL_FOLDERS))
            .filter(l -> !photos.equals(Optional.of(l)));
    DatasetSettings placed =
        photos.isPresent() && labels.isPresent()
            ? settings.withPlaces(photos.get(), labels.get())
            : settings;
    return new Found(
        query.named(placed.withType("folder-semantic")),
        settings.list() + ", a list of images",
        parts);
  }

  /** The first of the folders that is there, whatever the case of its letters. */
  private static Optional<String> existing(LayoutQuery query, List<String> usual) {
    return usual.stream().flatMap(name -> query.spelt(name).stream()).findFirst();
  }
}
