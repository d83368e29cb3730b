package org.maskwright.datasets.labelling;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.image.LabelImage;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;

/**
 * One label image for each object: {@code masks/PHOTOGRAPH/3.png}, {@code masks/PHOTOGRAPH_3.png},
 * or a folder for each photograph with {@code images} and {@code masks} (Data Science Bowl 2018).
 * Further folders between are classes. What is not 0 in a file is the object.
 */
public final class InstanceFilesLayout implements Layout {
  private static final List<String> MASK_FOLDERS =
      List.of("masks", "mask", "labels", "label", "annotations", "instances");

  private static final Pattern NUMBERED = Pattern.compile("(.+?)[_-]?\\d+");
  private static final String NAMELESS = "object";
  private static final int LOOKED_AT = 20;

  @Override
  public String name() {
    return "instance-files";
  }

  @Override
  public String description() {
    return "one mask for each object: masks/PHOTOGRAPH/1.png, masks/PHOTOGRAPH_1.png, or"
        + " PHOTOGRAPH/images and PHOTOGRAPH/masks";
  }

  @Override
  public List<String> types() {
    return List.of(name());
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return Set.of(LayoutKey.CLASSES, LayoutKey.HOLD_OUT);
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    boolean below =
        Stream.concat(Stream.of(""), query.folders("").stream().map(part -> part + "/"))
            .anyMatch(place -> isNumbered(query, place));
    boolean forEach =
        query.folders("").stream()
                .filter(one -> !LayoutDetector.LIST_NAMES.contains(one))
                .filter(
                    one -> query.isDirectory(one + "/images") && query.isDirectory(one + "/masks"))
                .limit(2)
                .count()
            > 0;
    if (!below && !forEach) {
      return Optional.empty();
    }
    Pairs pairs = Pairs.of(query.asked());
    return pairs.masks.isEmpty()
        ? Optional.empty()
        : ShapeDataset.found(query, name(), pairs.masks.keySet(), "a mask for each object");
  }

  /** Whether the first photographs have folders or numbered files of masks, and no mask alone. */
  private static boolean isNumbered(LayoutQuery query, String place) {
    List<String> stems =
        LayoutQuery.PHOTO_FOLDERS.stream()
            .flatMap(photos -> query.files(place + photos, "").stream())
            .filter(Items::isPhotograph)
            .limit(LOOKED_AT)
            .map(Items::stem)
            .toList();
    if (stems.isEmpty()) {
      return false;
    }
    for (String folder : MASK_FOLDERS) {
      Set<String> folders = Set.copyOf(query.folders(place + folder));
      List<String> files =
          query.files(place + folder, "").stream().filter(LabelImage::isNamed).toList();
      Set<String> alone = new TreeSet<>(files.stream().map(Items::stem).toList());
      Set<String> numbered = new TreeSet<>();
      alone.forEach(
          stem -> {
            Matcher matcher = NUMBERED.matcher(stem);
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

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    Pairs pairs = Pairs.of(settings);
    Set<String> occurring = new TreeSet<>();
    pairs.masks.values().forEach(masks -> masks.forEach(mask -> occurring.add(mask.label)));
    ClassNames classes = ClassNames.of(settings, List.of(), occurring);
    for (String orphan : pairs.orphans) {
      problems.accept(
          DatasetException.ofFile(
              settings.root().resolve(orphan), "no photograph belongs to this mask"));
    }
    List<ShapeDataset.Item> items = new ArrayList<>();
    for (Map.Entry<String, List<Mask>> image : pairs.masks.entrySet()) {
      List<Mask> masks = image.getValue();
      items.add(
          new ShapeDataset.Item(
              image.getKey(),
              masks.isEmpty() ? image.getKey() : masks.get(0).file,
              ShapeDataset.partOf(image.getKey()),
              0,
              0,
              size -> segments(settings.root(), masks, classes, size)));
    }
    return ShapeDataset.of(settings, classes.categories(), items, List.of(), problems);
  }

  private static List<Segment> segments(
      Path root, List<Mask> masks, ClassNames classes, Size size) {
    List<Segment> segments = new ArrayList<>();
    for (Mask mask : masks) {
      Path file = root.resolve(mask.file);
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
              classes.indexOf(mask.label),
              false,
              segments.size() + 1,
              new SegmentMask.Runs(Rle.ofBitmap(bitmap, map.height(), map.width()))));
    }
    return segments;
  }

  private record Mask(String file, String label) {}

  /**
   * Which masks belong to which photograph.
   *
   * @param masks by photograph; none of one that shows no object
   * @param orphans masks that belong to none
   */
  private record Pairs(Map<String, List<Mask>> masks, List<String> orphans) {
    static Pairs of(DatasetSettings settings) {
      PhotoIndex index = PhotoIndex.of(settings.folder());
      Map<String, String> photoOf = new TreeMap<>(); // by part and stem
      Map<String, List<Mask>> masks = new TreeMap<>();
      List<String> files = new ArrayList<>();
      for (String file : index.photos()) {
        if (maskFolder(file) >= 0) {
          files.add(file);
        } else {
          photoOf.put(key(file, Items.stem(PhotoIndex.last(file))), file);
          masks.put(file, new ArrayList<>());
        }
      }
      List<String> orphans = new ArrayList<>();
      for (String file : files) {
        if (!place(file, photoOf, masks)) {
          orphans.add(file);
        }
      }
      return new Pairs(masks, orphans);
    }

    /** The number of the folder that is called masks, or -1. */
    private static int maskFolder(String file) {
      String[] names = file.split("/", -1);
      for (int i = 0; i + 1 < names.length; i++) {
        if (MASK_FOLDERS.contains(names[i])) {
          return i;
        }
      }
      return -1;
    }

    private static String key(String file, String stem) {
      return ShapeDataset.partOf(file) + "\n" + stem;
    }

    private static boolean place(
        String file, Map<String, String> photoOf, Map<String, List<Mask>> masks) {
      String[] names = file.split("/", -1);
      int from = maskFolder(file);
      List<String> between = new ArrayList<>();
      String photo = null;
      for (int i = 0; i + 1 < names.length; i++) {
        String found = i == from ? null : photoOf.get(key(file, names[i]));
        if (found != null) {
          photo = found;
        } else if (i > from && !names[i].equals(ShapeDataset.partOf(file))) {
          between.add(names[i]);
        }
      }
      Matcher numbered = NUMBERED.matcher(Items.stem(names[names.length - 1]));
      if (photo == null && numbered.matches()) {
        photo = photoOf.get(key(file, numbered.group(1)));
      }
      if (photo == null) {
        return false;
      }
      String label = between.isEmpty() ? NAMELESS : String.join("/", between);
      masks.get(photo).add(new Mask(file, label));
      return true;
    }
  }
}
