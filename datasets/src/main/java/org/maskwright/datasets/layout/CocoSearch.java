package org.maskwright.datasets.layout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.catalog.Parts;

/** Looks for COCO's annotation files and the photographs that belong to them. */
final class CocoSearch {
  private static final String PANOPTIC = "panoptic";
  private static final String BESIDE_PHOTOS = "_annotations.coco.json";

  /** Names of files that hold instances; what follows in a name is the part. */
  private static final Pattern INSTANCES =
      Pattern.compile(
          "(?:instances|annotations|_annotations\\.coco|result|labels)(?:[_-](.+))?\\.json");

  private static final Pattern PANOPTICS = Pattern.compile(PANOPTIC + "(?:[_-](.+))?\\.json");
  private static final Pattern FILE_NAME = Pattern.compile("\"file_name\"\\s*:\\s*\"([^\"]+)\"");

  /** What in a path says which part a file is of. */
  private static final Pattern PART =
      Pattern.compile("(?:^|[/_.-])((?:train|val|test)\\w*?)(?=[/_.-]|$)");

  private static final Pattern PLAIN = Pattern.compile("((?:train|val|test)\\w*)\\.json");

  private final LayoutQuery query;
  private final DatasetSettings asked;
  private final Path root;

  CocoSearch(LayoutQuery query) {
    this.query = query;
    this.asked = query.asked();
    this.root = query.root();
  }

  /** An annotation file with the folder of its photographs, both below root. */
  private record Candidate(String part, String annotations, String photos) {}

  /**
   * Panoptic annotations if there are any, for they serve every task; else instances. Where the
   * task is instance, instances are preferred: their objects are whole and may overlap.
   */
  Optional<Found> find() {
    if (!asked.annotations().isEmpty()) {
      String part = asked.holdOut() > 0 ? "" : asked.split();
      return file(asked.annotations(), part).map(c -> found(List.of(c)));
    }
    Optional<DatasetException> unclear = Optional.empty();
    List<Supplier<List<Candidate>>> kinds =
        new ArrayList<>(
            List.of(
                () -> inAnnotations(PANOPTICS),
                () -> inAnnotations(INSTANCES),
                this::besidePhotos,
                this::atRoot,
                this::anywhere));
    if (query.task().equals(Optional.of(Task.INSTANCE))) {
      kinds.add(kinds.remove(0));
    }
    for (Supplier<List<Candidate>> kind : kinds) {
      List<Candidate> candidates = kind.get();
      try {
        if (!candidates.isEmpty()) {
          return Optional.of(found(candidates));
        }
      } catch (DatasetException e) {
        unclear = unclear.or(() -> Optional.of(e)); // another kind may have the part
      }
    }
    unclear.ifPresent(
        e -> {
          throw e;
        });
    return Optional.empty();
  }

  private Found found(List<Candidate> candidates) {
    List<String> parts = candidates.stream().map(Candidate::part).distinct().toList();
    Parts.Choice choice = Parts.choose(asked, parts);
    List<Candidate> chosen = candidates.stream().filter(c -> c.part.equals(choice.name())).toList();
    if (chosen.size() > 1) {
      throw DatasetException.ofFile(
          root,
          "expected one annotation file, got %s; set data.train.annotations"
              .formatted(chosen.stream().map(Candidate::annotations).toList()));
    }
    Candidate one = chosen.get(0);
    boolean panoptic = Path.of(one.annotations).getFileName().toString().startsWith(PANOPTIC);
    return new Found(
        choice
            .of(asked)
            .withType(panoptic ? "coco-panoptic" : "coco-instance")
            .withPlaces(one.photos, one.annotations),
        "%s and %s (COCO)"
            .formatted(one.annotations, one.photos.equals(".") ? "photographs" : one.photos),
        parts);
  }

  private List<Candidate> inAnnotations(Pattern names) {
    return files("annotations", names, "annotations/");
  }

  private List<Candidate> besidePhotos() {
    return query.folders("").stream()
        .filter(part -> Files.isRegularFile(root.resolve(part).resolve(BESIDE_PHOTOS)))
        .map(part -> new Candidate(part, part + "/" + BESIDE_PHOTOS, part))
        .toList();
  }

  private List<Candidate> atRoot() {
    List<Candidate> found = new ArrayList<>(files("", INSTANCES, ""));
    found.addAll(files("", PLAIN, ""));
    return found;
  }

  private List<Candidate> files(String folder, Pattern names, String prefix) {
    List<Candidate> found = new ArrayList<>();
    for (String file : query.files(folder, ".json")) {
      Matcher matcher = names.matcher(file);
      if (matcher.matches()) {
        String part = matcher.group(1) == null ? "" : matcher.group(1);
        file(prefix + file, part).ifPresent(found::add);
      }
    }
    return found;
  }

  /** A file with its photographs, if both are there. */
  private Optional<Candidate> file(String annotations, String part) {
    if (!annotations.endsWith(".json") || !Files.isRegularFile(root.resolve(annotations))) {
      return Optional.empty();
    }
    List<String> usual = new ArrayList<>();
    if (!part.isEmpty()) {
      usual.addAll(List.of(part, "images/" + part));
    }
    if (annotations.equals("result.json")) {
      usual.add("."); // Label Studio's names of photographs start with their folder
    }
    usual.addAll(LayoutQuery.PHOTO_FOLDERS);
    if (annotations.equals(BESIDE_PHOTOS)) {
      usual.add(".");
    }
    Optional<String> first = firstPhotograph(annotations);
    List<String> folders = LayoutQuery.withAsked(asked.images(), usual);
    if (first.isPresent() && asked.images().isEmpty()) {
      Optional<String> holding =
          Stream.concat(folders.stream(), elsewhere(annotations).stream())
              .filter(folder -> query.isFile(folder + "/" + first.get()))
              .findFirst();
      if (holding.isPresent()) {
        return holding.map(photos -> new Candidate(part, annotations, photos));
      }
    }
    return folders.stream()
        .filter(folder -> Files.isDirectory(root.resolve(folder)))
        .findFirst()
        .map(photos -> new Candidate(part, annotations, photos));
  }

  /** The first photograph that a file names, if it is among its first bytes. */
  private Optional<String> firstPhotograph(String annotations) {
    Matcher name = FILE_NAME.matcher(LayoutQuery.head(root.resolve(annotations)));
    return name.find() ? Optional.of(name.group(1).replace("\\\\", "/")) : Optional.empty();
  }

  /** Folders where photographs may lie beside the usual ones: the file's own, any other. */
  private List<String> elsewhere(String annotations) {
    List<String> folders = new ArrayList<>();
    int slash = annotations.lastIndexOf('/');
    folders.add(slash < 0 ? "." : annotations.substring(0, slash));
    folders.add(".");
    for (String folder : query.folders("")) {
      folders.add(folder);
      query.folders(folder).forEach(inner -> folders.add(folder + "/" + inner));
    }
    return folders;
  }

  /** Files of any name that begin as COCO's do, in the folder or two below. */
  private List<Candidate> anywhere() {
    List<Candidate> found = new ArrayList<>();
    for (String json : query.jsonFiles()) {
      String head = LayoutQuery.head(root.resolve(json));
      boolean coco =
          head.stripLeading().startsWith("{")
              && head.contains("\"file_name\"")
              && (head.contains("\"images\"") || head.contains("\"annotations\""))
              && !head.contains("\"segments_info\"");
      if (coco) {
        Matcher part = PART.matcher(json.replaceFirst("\\.json$", ""));
        file(json, part.find() ? part.group(1) : "").ifPresent(found::add);
      }
    }
    return found;
  }
}
