package org.maskwright.datasets.labelling;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.Layout;
import org.maskwright.datasets.catalog.LayoutDetector;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutKey;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.catalog.MergedThings;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.folder.TextFile;
import org.maskwright.datasets.image.LabelImage;

/**
 * A folder for each class, with photographs and beside each a mask of the same name: {@code
 * CLASS/1.jpg} and {@code CLASS/1.png} (FSS-1000, arXiv 1907.12347). What is not 0 in a mask is of
 * the class, the rest is background. A list of classes, one a line, says whose photographs are
 * taken; the classes are those of all folders.
 */
public final class ClassFoldersLayout implements Layout {
  private static final String TYPE = "class-folders";
  private static final int LOOKED_AT = 20;

  @Override
  public String name() {
    return TYPE;
  }

  @Override
  public String description() {
    return "a folder for each class, with photographs and beside each a mask of the same name:"
        + " CLASS/1.jpg and CLASS/1.png (FSS-1000)";
  }

  @Override
  public List<String> types() {
    return List.of(TYPE);
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return Set.of(LayoutKey.CLASSES, LayoutKey.LIST, LayoutKey.HOLD_OUT);
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    List<String> folders =
        query.folders("").stream()
            .filter(folder -> !LayoutDetector.LIST_NAMES.contains(folder))
            .limit(LOOKED_AT)
            .toList();
    boolean paired =
        folders.size() > 1 && folders.stream().allMatch(f -> !pairs(query.files(f, "")).isEmpty());
    return paired
        ? Optional.of(
            new Found(
                query.named(query.asked().withType(TYPE).withSplit("")),
                "a folder for each class, masks beside the photographs",
                List.of()))
        : Optional.empty();
  }

  /** Of each photograph the mask beside it, by their names. */
  private static Map<String, String> pairs(Iterable<String> files) {
    Map<String, String> masks = new TreeMap<>();
    Map<String, String> photos = new TreeMap<>();
    for (String file : files) {
      if (file.endsWith(".png")) {
        masks.put(Items.stem(file), file);
      } else if (Items.isPhotograph(file) && !LabelImage.isNamed(file)) {
        photos.put(Items.stem(file), file);
      }
    }
    Map<String, String> out = new TreeMap<>();
    photos.forEach(
        (stem, photo) -> Optional.ofNullable(masks.get(stem)).ifPresent(m -> out.put(photo, m)));
    return out;
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    Map<String, String> pairs = pairs(PhotoIndex.of(settings.folder()).photos());
    pairs.keySet().removeIf(photo -> PhotoIndex.folder(photo).isEmpty());
    Set<String> found = new TreeSet<>();
    pairs.keySet().forEach(photo -> found.add(label(photo)));
    ClassNames names = ClassNames.of(settings, List.of(), found);
    Optional<Set<String>> listed =
        settings.list().isEmpty() ? Optional.empty() : Optional.of(listed(settings, found));
    List<ShapeDataset.Item> items = new ArrayList<>();
    pairs.forEach(
        (photo, mask) -> {
          if (listed.isEmpty() || listed.get().contains(label(photo))) {
            List<MaskFiles.Mask> masks = List.of(new MaskFiles.Mask(mask, label(photo)));
            items.add(
                new ShapeDataset.Item(
                    photo,
                    mask,
                    "",
                    0,
                    0,
                    size -> InstanceFilesLayout.segments(settings.root(), masks, names, size)));
          }
        });
    return MergedThings.of(
        ShapeDataset.of(settings, names.categories(), items, List.of(), problems));
  }

  /** The folder that a photograph lies in. */
  private static String label(String photo) {
    String folder = PhotoIndex.folder(photo);
    return PhotoIndex.last(folder.substring(0, Math.max(0, folder.length() - 1)));
  }

  private static Set<String> listed(DatasetSettings settings, Set<String> found) {
    Set<String> out = new LinkedHashSet<>();
    for (String line : TextFile.lines(settings.folder().existing(settings.list()))) {
      String name = line.strip();
      if (name.isEmpty()) {
        continue;
      }
      if (!found.contains(name)) {
        throw DatasetException.ofFile(
            settings.root().resolve(settings.list()),
            "expected a class for each line, whose folder has photographs and masks, got \"%s\""
                .formatted(name));
      }
      out.add(name);
    }
    return out;
  }
}
