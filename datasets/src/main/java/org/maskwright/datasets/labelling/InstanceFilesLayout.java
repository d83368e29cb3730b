package org.maskwright.datasets.labelling;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.Layout;
import org.maskwright.datasets.catalog.LayoutDetector;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutKey;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.catalog.MergedThings;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.folder.LabelReadings;
import org.maskwright.datasets.image.LabelImage;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;

/**
 * One label image for each object: {@code masks/PHOTOGRAPH/3.png}, {@code masks/PHOTOGRAPH_3.png},
 * or a folder for each photograph with {@code images} and {@code masks} (Data Science Bowl 2018).
 * Further folders between are classes, or the words before the numbers. What is not 0 in a file is
 * the object.
 *
 * <p>Or one for each class, for semantic segmentation: {@code masks/CLASS/PHOTOGRAPH.png}, {@code
 * masks/PHOTOGRAPH_CLASS.png}.
 */
public final class InstanceFilesLayout implements Layout {
  private static final String OBJECTS = "instance-files";
  private static final String CLASSES = "class-files";
  private static final int LOOKED_AT = 20;
  private static final int OPENED = 5;

  @Override
  public String name() {
    return OBJECTS;
  }

  @Override
  public String description() {
    return "one mask for each object: masks/PHOTOGRAPH/1.png, masks/PHOTOGRAPH_1.png, or"
        + " PHOTOGRAPH/images and PHOTOGRAPH/masks; or for each class: masks/CLASS/PHOTOGRAPH.png,"
        + " masks/PHOTOGRAPH_CLASS.png";
  }

  @Override
  public List<String> types() {
    return List.of(OBJECTS, CLASSES);
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return Set.of(LayoutKey.CLASSES, LayoutKey.HOLD_OUT);
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    List<String> places =
        Stream.concat(Stream.of(""), query.folders("").stream().map(part -> part + "/")).toList();
    if (places.stream().anyMatch(place -> isNumbered(query, place)) || isFolderEach(query)) {
      MaskFiles files = MaskFiles.ofObjects(query.asked());
      return files.byPhoto().isEmpty()
          ? Optional.empty()
          : ShapeDataset.found(query, OBJECTS, files.byPhoto().keySet(), "a mask for each object");
    }
    if (places.stream().anyMatch(place -> isOfClasses(query, place))) {
      MaskFiles files = MaskFiles.ofClasses(query.asked());
      return ShapeDataset.found(
          query,
          CLASSES,
          files.byPhoto().keySet(),
          "a mask for each class (%s)".formatted(String.join(", ", files.labels())));
    }
    return Optional.empty();
  }

  /** A folder for each photograph, which holds it and a folder of its masks. */
  private static boolean isFolderEach(LayoutQuery query) {
    return query.folders("").stream()
        .filter(one -> !LayoutDetector.LIST_NAMES.contains(one))
        .filter(one -> query.isDirectory(one + "/masks"))
        .anyMatch(
            one ->
                query.files(one + "/images", "").stream().filter(Items::isPhotograph).count() == 1);
  }

  /** The names of the first photographs. */
  private static List<String> stems(LayoutQuery query, String place) {
    return LayoutQuery.PHOTO_FOLDERS.stream()
        .flatMap(photos -> query.files(place + photos, "").stream())
        .filter(Items::isPhotograph)
        .limit(LOOKED_AT)
        .map(Items::stem)
        .toList();
  }

  private static List<String> masks(LayoutQuery query, String folder) {
    return query.files(folder, "").stream().filter(LabelImage::isNamed).toList();
  }

  /** Whether the first photographs have folders or numbered files of masks, and no mask alone. */
  private static boolean isNumbered(LayoutQuery query, String place) {
    List<String> stems = stems(query, place);
    for (String folder : stems.isEmpty() ? List.<String>of() : MaskFiles.FOLDERS) {
      Set<String> folders = Set.copyOf(query.folders(place + folder));
      Set<String> alone =
          new TreeSet<>(masks(query, place + folder).stream().map(Items::stem).toList());
      Set<String> numbered = new TreeSet<>();
      alone.forEach(
          stem -> {
            Matcher matcher = MaskFiles.NUMBERED.matcher(stem);
            if (matcher.matches()) {
              numbered.add(matcher.group(1));
            }
          });
      if (stems.stream().noneMatch(alone::contains)
          && stems.stream().anyMatch(s -> folders.contains(s) || numbered.contains(s))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether masks of two values lie in folders of classes under the names of the photographs, or
   * have the names of at least two classes behind those, and no mask has a photograph's name alone.
   */
  private static boolean isOfClasses(LayoutQuery query, String place) {
    List<String> stems = stems(query, place);
    for (String folder : stems.isEmpty() ? List.<String>of() : MaskFiles.FOLDERS) {
      String at = place + folder;
      List<String> files = masks(query, at);
      if (files.stream().map(Items::stem).anyMatch(stems::contains)) {
        continue;
      }
      List<String> inFolders =
          query.folders(at).stream()
              .filter(one -> !LayoutDetector.LIST_NAMES.contains(one))
              .flatMap(
                  one ->
                      masks(query, at + "/" + one).stream()
                          .filter(file -> stems.contains(Items.stem(file)))
                          .map(file -> at + "/" + one + "/" + file))
              .toList();
      Map<String, String> byWord = new TreeMap<>();
      for (String file : files) {
        stems.forEach(
            photo ->
                MaskFiles.word(Items.stem(file), photo)
                    .ifPresent(word -> byWord.putIfAbsent(word, at + "/" + file)));
      }
      if (!inFolders.isEmpty() && areOfTwoValues(query, inFolders)
          || byWord.size() > 1 && areOfTwoValues(query, List.copyOf(byWord.values()))) {
        return true;
      }
    }
    return false;
  }

  /** Whether the first masks have one value beside 0 at most. */
  private static boolean areOfTwoValues(LayoutQuery query, List<String> files) {
    return files.stream()
        .limit(OPENED)
        .allMatch(
            file -> {
              try {
                int[] values =
                    LabelReadings.distinct(LabelImage.readIndices(query.root().resolve(file)));
                return Arrays.stream(values).filter(value -> value != 0).count() <= 1;
              } catch (DatasetException notALabelImage) {
                return false;
              }
            });
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    boolean classes = settings.type().equals(CLASSES);
    MaskFiles files = classes ? MaskFiles.ofClasses(settings) : MaskFiles.ofObjects(settings);
    ClassNames names = ClassNames.of(settings, List.of(), files.labels());
    for (String orphan : files.orphans()) {
      problems.accept(
          DatasetException.ofFile(
              settings.root().resolve(orphan), "no photograph belongs to this mask"));
    }
    List<ShapeDataset.Item> items = new ArrayList<>();
    for (Map.Entry<String, List<MaskFiles.Mask>> image : files.byPhoto().entrySet()) {
      List<MaskFiles.Mask> masks = image.getValue();
      items.add(
          new ShapeDataset.Item(
              image.getKey(),
              masks.isEmpty() ? image.getKey() : masks.get(0).file(),
              ShapeDataset.partOf(image.getKey()),
              0,
              0,
              size -> segments(settings.root(), masks, names, size)));
    }
    Dataset objects = ShapeDataset.of(settings, names.categories(), items, List.of(), problems);
    return classes ? MergedThings.of(objects) : objects;
  }

  /** What is not 0 in each of some masks. */
  static List<Segment> segments(
      Path root, List<MaskFiles.Mask> masks, ClassNames classes, Size size) {
    List<Segment> segments = new ArrayList<>();
    for (MaskFiles.Mask mask : masks) {
      Path file = root.resolve(mask.file());
      LabelMap map = LabelImage.readIds(file);
      if (map.width() != size.width() || map.height() != size.height()) {
        throw DatasetException.ofFile(
            file,
            "expected %d x %d as the photograph, got %d x %d"
                .formatted(size.width(), size.height(), map.width(), map.height()));
      }
      byte[] bitmap = new byte[map.labels().length];
      for (int i = 0; i < bitmap.length; i++) {
        bitmap[i] = (byte) (map.labels()[i] != 0 ? 1 : 0);
      }
      segments.add(
          new Segment(
              classes.indexOf(mask.label()),
              false,
              segments.size() + 1,
              new SegmentMask.Runs(Rle.ofBitmap(bitmap, map.height(), map.width()))));
    }
    return segments;
  }
}
