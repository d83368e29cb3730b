package org.maskwright.datasets.labelling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.folder.Items;

/**
 * Which files of masks belong to which photograph, and what each is a mask of.
 *
 * @param byPhoto none of a photograph that shows no object
 * @param orphans masks that belong to no photograph
 */
record MaskFiles(Map<String, List<Mask>> byPhoto, List<String> orphans) {
  /** Where masks lie. */
  static final List<String> FOLDERS =
      List.of("masks", "mask", "labels", "label", "annotations", "instances");

  /** A name and a number behind it. */
  static final Pattern NUMBERED = Pattern.compile("(.+?)[_-]?\\d+");

  private static final Pattern WORD = Pattern.compile("\\p{L}[\\p{L} _-]*");
  private static final Pattern WORD_BEHIND = Pattern.compile("[_-](" + WORD + ")");

  private static final String NAMELESS = "object";

  /**
   * A file.
   *
   * @param label the class's name
   */
  record Mask(String file, String label) {}

  /** How a mask's file tells its photograph and its class. */
  private interface Naming {
    Optional<Belonging> of(Name name, Map<String, String> photoOf);
  }

  /** Whose a mask is. */
  private record Belonging(String photo, String label) {}

  /**
   * A mask for each object: the photograph is a folder, or what stands before a number. Folders
   * between are classes; else the words before the numbers, if there are several and nothing else.
   */
  static MaskFiles ofObjects(DatasetSettings settings) {
    return of(settings, MaskFiles::object).withWordsAsClasses();
  }

  /** A mask for each class: a folder is the class, or what stands behind the photograph's name. */
  static MaskFiles ofClasses(DatasetSettings settings) {
    return of(settings, MaskFiles::ofClass);
  }

  private static MaskFiles of(DatasetSettings settings, Naming naming) {
    Map<String, String> photoOf = new TreeMap<>(); // by part and stem
    Map<String, List<Mask>> masks = new TreeMap<>();
    List<Name> names = new ArrayList<>();
    for (String file : PhotoIndex.of(settings.folder()).photos()) {
      Name name = Name.of(file);
      if (name.maskFolder >= 0) {
        names.add(name);
      } else {
        photoOf.put(name.key(name.stem()), file);
        masks.put(file, new ArrayList<>());
      }
    }
    List<String> orphans = new ArrayList<>();
    for (Name name : names) {
      Optional<Belonging> found = naming.of(name, photoOf);
      if (found.isPresent()) {
        masks.get(found.get().photo).add(new Mask(name.file, found.get().label));
      } else {
        orphans.add(name.file);
      }
    }
    return new MaskFiles(masks, orphans);
  }

  /** The parts of a file's name, and which of its folders is that of masks, or -1. */
  private record Name(String file, List<String> parts, int maskFolder) {
    static Name of(String file) {
      List<String> parts = List.of(file.split("/", -1));
      int folder = -1;
      for (int i = 0; i + 1 < parts.size() && folder < 0; i++) {
        folder = FOLDERS.contains(parts.get(i)) ? i : -1;
      }
      return new Name(file, parts, folder);
    }

    String stem() {
      return Items.stem(PhotoIndex.last(file));
    }

    String key(String stem) {
      return ShapeDataset.partOf(file) + "\n" + stem;
    }

    /** The folders below that of masks, but for one that is the name of a part. */
    List<String> below() {
      String part = ShapeDataset.partOf(file);
      return parts.subList(maskFolder + 1, parts.size() - 1).stream()
          .filter(folder -> !folder.equals(part))
          .toList();
    }
  }

  private static Optional<Belonging> object(Name name, Map<String, String> photoOf) {
    List<String> classes = new ArrayList<>(name.below());
    String photo = null;
    for (int i = 0; i + 1 < name.parts.size(); i++) {
      String folder = name.parts.get(i);
      String found = i == name.maskFolder ? null : photoOf.get(name.key(folder));
      if (found != null) {
        photo = found;
        classes.remove(i > name.maskFolder ? folder : "");
      }
    }
    Matcher numbered = NUMBERED.matcher(name.stem());
    if (photo == null && numbered.matches()) {
      photo = photoOf.get(name.key(numbered.group(1)));
    }
    String label = classes.isEmpty() ? NAMELESS : String.join("/", classes);
    return Optional.ofNullable(photo).map(of -> new Belonging(of, label));
  }

  private static Optional<Belonging> ofClass(Name name, Map<String, String> photoOf) {
    if (!name.below().isEmpty()) {
      return Optional.ofNullable(photoOf.get(name.key(name.stem())))
          .map(photo -> new Belonging(photo, String.join("/", name.below())));
    }
    String stem = name.stem();
    for (int i = stem.length() - 1; i > 0; i--) { // the longest name of a photograph wins
      String photo = photoOf.get(name.key(stem.substring(0, i)));
      Optional<String> word = photo == null ? Optional.empty() : word(stem, stem.substring(0, i));
      if (word.isPresent()) {
        return Optional.of(new Belonging(photo, word.get()));
      }
    }
    return Optional.empty();
  }

  /** The word that stands behind a photograph's name in that of a mask. */
  static Optional<String> word(String mask, String photo) {
    if (!mask.startsWith(photo)) {
      return Optional.empty();
    }
    Matcher rest = WORD_BEHIND.matcher(mask.substring(photo.length()));
    return rest.matches() ? Optional.of(rest.group(1)) : Optional.empty();
  }

  /** With what files are called as classes, where no folder tells one and the names are words. */
  private MaskFiles withWordsAsClasses() {
    Set<String> labels = new TreeSet<>();
    Set<String> words = new TreeSet<>();
    for (Map.Entry<String, List<Mask>> image : byPhoto.entrySet()) {
      String photo = Items.stem(PhotoIndex.last(image.getKey()));
      for (Mask mask : image.getValue()) {
        labels.add(mask.label);
        words.add(wordOf(mask).equals(photo) ? "" : wordOf(mask));
      }
    }
    boolean classes =
        labels.equals(Set.of(NAMELESS))
            && words.size() > 1
            && words.stream().allMatch(word -> WORD.matcher(word).matches());
    return classes
        ? new MaskFiles(
            byPhoto.entrySet().stream()
                .collect(
                    Collectors.toMap(
                        Map.Entry::getKey,
                        image ->
                            image.getValue().stream()
                                .map(mask -> new Mask(mask.file, wordOf(mask)))
                                .toList(),
                        (one, other) -> one,
                        TreeMap::new)),
            orphans)
        : this;
  }

  private static String wordOf(Mask mask) {
    String stem = Items.stem(PhotoIndex.last(mask.file));
    Matcher numbered = NUMBERED.matcher(stem);
    return numbered.matches() ? numbered.group(1) : stem;
  }

  /** The classes that occur, sorted. */
  Set<String> labels() {
    return byPhoto.values().stream()
        .flatMap(List::stream)
        .map(Mask::label)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
