package org.maskwright.datasets.layout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutQuery;

/**
 * Recognises what labelling tools write and is not read, so that a user hears what it is and what
 * to do, and not that some other file is missing.
 */
final class OtherTools {
  private static final String AS_COCO = "; export it as COCO (instances, with masks)";
  private static final int HEAD_BYTES = 1 << 16;

  private final LayoutQuery query;
  private final Path root;

  private OtherTools(LayoutQuery query) {
    this.query = query;
    this.root = query.root();
  }

  /** What the folder holds, in words, if it would be mistaken for a folder of label images. */
  static Optional<String> likeFolders(LayoutQuery query) {
    return new OtherTools(query).yolo();
  }

  /** What the folder holds, in words. */
  static Optional<String> any(LayoutQuery query) {
    OtherTools tools = new OtherTools(query);
    return tools
        .yolo()
        .or(tools::roboflowMasks)
        .or(tools::supervisely)
        .or(tools::json)
        .or(tools::xml)
        .or(tools::photographsOnly);
  }

  /** Texts of outlines in {@code labels}, at the root, in its parts, or the parts in it. */
  private Optional<String> yolo() {
    Stream<Path> below =
        Stream.concat(
            Stream.of(root.resolve("labels")),
            Stream.concat(
                query.folders("labels").stream().map(root.resolve("labels")::resolve),
                query.folders("").stream().map(part -> root.resolve(part).resolve("labels"))));
    return below
        .filter(labels -> !names(labels, ".txt").isEmpty())
        .filter(labels -> names(labels, ".png").isEmpty())
        .findFirst()
        .map(
            labels ->
                "YOLO's layout (texts of outlines in %s), which is not read"
                        .formatted(root.relativize(labels))
                    + AS_COCO);
  }

  private Optional<String> roboflowMasks() {
    return query.folders("").stream()
        .filter(part -> Files.exists(root.resolve(part).resolve("_classes.csv")))
        .findFirst()
        .map(
            part ->
                "Roboflow's export of semantic masks (%s/_classes.csv), which is not read; export it as COCO Segmentation, or move the masks to a folder masks beside the photographs' images"
                    .formatted(part));
  }

  private Optional<String> supervisely() {
    boolean annotated =
        query.folders("").stream()
            .map(root::resolve)
            .anyMatch(
                set ->
                    Files.isDirectory(set.resolve("ann")) && Files.isDirectory(set.resolve("img")));
    boolean itself =
        Files.isDirectory(root.resolve("ann")) && Files.isDirectory(root.resolve("img"));
    return annotated || itself
        ? Optional.of("Supervisely's layout (folders ann and img), which is not read" + AS_COCO)
        : Optional.empty();
  }

  private Optional<String> json() {
    return Stream.concat(Stream.of(root), query.folders("").stream().map(root::resolve))
        .flatMap(folder -> names(folder, ".json").stream().map(folder::resolve))
        .limit(100)
        .flatMap(file -> tool(file).stream())
        .findFirst();
  }

  private Optional<String> tool(Path file) {
    String head = head(file);
    String name = root.relativize(file).toString();
    if (head.contains("\"shapes\"") || head.contains("\"imagePath\"")) {
      return Optional.of(
          "labelme's files (%s), which are not read".formatted(name) + converted("labelme2coco"));
    }
    if (head.contains("\"shape_attributes\"") || head.contains("\"_via_")) {
      return Optional.of("a VIA project (%s), which is not read".formatted(name) + AS_COCO);
    }
    if (head.contains("\"annotations\"") && head.contains("\"images\"")) {
      return Optional.of(
          "what may be COCO's JSON under another name (%s); set data.annotations to it and data.images to the folder of the photographs"
              .formatted(name));
    }
    return Optional.empty();
  }

  private static String converted(String converter) {
    return "; convert them to COCO (%s) or to class masks (labelme2voc)".formatted(converter);
  }

  private Optional<String> xml() {
    return Stream.of(root, root.resolve("Annotations"), root.resolve("annotations"))
        .flatMap(folder -> names(folder, ".xml").stream())
        .findFirst()
        .map(file -> "XML annotations (%s), which are not read".formatted(file) + AS_COCO);
  }

  private Optional<String> photographsOnly() {
    List<String> photos =
        Stream.of(".jpg", ".jpeg", ".png", ".JPG")
            .flatMap(ending -> names(root, ending).stream())
            .toList();
    return photos.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%d pictures directly in the folder; put photographs into images, and their masks as PNGs of the same names into masks"
                .formatted(photos.size()));
  }

  private static List<String> names(Path folder, String ending) {
    return new LayoutQuery(DatasetSettings.of("auto", folder, ""), Optional.empty())
        .files("", ending);
  }

  private static String head(Path file) {
    if (!Files.isRegularFile(file)) {
      return "";
    }
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(HEAD_BYTES), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      return ""; // it says nothing about the layout
    }
  }
}
