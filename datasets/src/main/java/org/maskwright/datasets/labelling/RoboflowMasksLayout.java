package org.maskwright.datasets.labelling;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.Layout;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutKey;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.catalog.Parts;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.folder.LabelReadings;
import org.maskwright.datasets.folder.LabelledDataset;
import org.maskwright.datasets.folder.TextFile;

/**
 * Roboflow's "Semantic Segmentation Masks": in the folder of each part photographs, beside each a
 * PNG of class numbers {@code NAME_mask.png}, and their names in {@code _classes.csv}.
 */
public final class RoboflowMasksLayout implements Layout {
  private static final String CLASSES = "_classes.csv";
  private static final String SUFFIX = "_mask";
  private static final Pattern ROW = Pattern.compile("\\s*(\\d+)\\s*,\\s*(.+?)\\s*");

  @Override
  public String name() {
    return "roboflow-masks";
  }

  @Override
  public String description() {
    return "photographs, NAME_mask.png beside each, and _classes.csv, in train and valid";
  }

  @Override
  public List<String> types() {
    return List.of(name());
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return Set.of(LayoutKey.IGNORE, LayoutKey.HOLD_OUT);
  }

  @Override
  public boolean isToolsOwn() {
    return true;
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    List<String> parts = parts(query);
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Found(
            Parts.choose(query.asked(), parts).of(query.asked()).withType(name()),
            CLASSES + " and masks beside photographs (Roboflow)",
            parts.stream().filter(part -> !part.isEmpty()).toList()));
  }

  private static List<String> parts(LayoutQuery query) {
    return Stream.concat(Stream.of(""), query.folders("").stream())
        .filter(part -> query.isFile(part.isEmpty() ? CLASSES : part + "/" + CLASSES))
        .toList();
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    List<String> parts = parts(new LayoutQuery(settings, Optional.empty()));
    if (parts.isEmpty()) {
      throw DatasetException.ofFile(settings.root(), "no folder has a file " + CLASSES);
    }
    String part = Parts.choose(settings.withHoldOut(0), parts).name();
    DataFolder folder = settings.folder().in(part);
    Set<Integer> voids = new HashSet<>(settings.ignore());
    Categories categories = categories(folder.existing(CLASSES), voids);
    return new LabelledDataset(
        name() + " " + settings.root().getFileName() + (part.isEmpty() ? "" : " " + part),
        Set.of(Task.SEMANTIC),
        categories,
        folder,
        folder,
        items(folder, problems),
        LabelledDataset.Pixels.INDICES,
        LabelReadings.classes(categories, voids),
        List.of());
  }

  private static List<LabelledDataset.Item> items(
      DataFolder folder, Consumer<DatasetException> problems) {
    Set<String> files = new HashSet<>(folder.files());
    List<LabelledDataset.Item> items = new ArrayList<>();
    for (String photo : folder.files()) {
      String stem = Items.stem(photo);
      if (!Items.isPhotograph(photo) || stem.endsWith(SUFFIX)) {
        continue;
      }
      String mask = stem + SUFFIX + ".png";
      if (files.contains(mask)) {
        items.add(new LabelledDataset.Item(ImageId.of(stem), photo, List.of(mask)));
      } else {
        problems.accept(
            DatasetException.ofFile(
                folder.resolve(photo), "no mask %s beside the photograph".formatted(mask)));
      }
    }
    if (items.isEmpty()) {
      throw DatasetException.ofFile(folder.root(), "expected photographs with masks, found none");
    }
    return items;
  }

  private static Categories categories(Path file, Set<Integer> voids) {
    List<Category> categories = new ArrayList<>();
    for (String line : TextFile.lines(file)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        int id = Integer.parseInt(row.group(1));
        if (!voids.contains(id)) {
          categories.add(Category.of(id, row.group(2), false));
        }
      }
    }
    if (categories.isEmpty()) {
      throw DatasetException.ofFile(
          file, "expected lines \"Pixel Value, Class\" such as \"1, road\", found none");
    }
    try {
      return Categories.of(categories);
    } catch (IllegalArgumentException e) {
      throw DatasetException.ofFile(file, e.getMessage(), e);
    }
  }
}
