package org.maskwright.datasets.ade20k;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.coco.CocoPanopticDataset;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.folder.LabelReadings;
import org.maskwright.datasets.folder.LabelledDataset;
import org.maskwright.datasets.folder.TextFile;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Opens ADEChallengeData2016: {@code images/SPLIT}, {@code annotations/SPLIT} (0 = other, 1..150)
 * and {@code annotations_instance/SPLIT} (R = instance category 1..100, G = object), SPLIT being
 * {@code training} or {@code validation}.
 *
 * <p>Names come from {@code objectInfo150.txt}; which classes are things, from {@code
 * categoryMapping.txt}, which instance and panoptic need. Category ids are those of the 150
 * classes, 1..150.
 */
public final class Ade20k {
  private static final int CLASSES = 150;

  private Ade20k() {}

  /** Opens one split for a task. */
  public static Dataset open(DataFolder root, String split, Task task) {
    return switch (task) {
      case SEMANTIC -> semantic(root, split);
      case INSTANCE -> instance(root, split);
      case PANOPTIC -> panoptic(root, split);
    };
  }

  private static Dataset semantic(DataFolder root, String split) {
    Categories categories = categories(root, mapping(root));
    DataFolder photos = root.in("images", split);
    DataFolder labels = root.in("annotations", split);
    return new LabelledDataset(
        "ade20k-semantic " + split,
        Set.of(Task.SEMANTIC),
        categories,
        photos,
        labels,
        Items.byName(photos, labels, ""),
        LabelledDataset.Pixels.INDICES,
        LabelReadings.classes(categories, Set.of(0)),
        List.of());
  }

  private static Dataset instance(DataFolder root, String split) {
    Map<Integer, Integer> mapping = requiredMapping(root);
    Categories all = categories(root, mapping);
    Categories things = Categories.of(all.asList().stream().filter(Category::thing).toList());
    DataFolder photos = root.in("images", split);
    DataFolder labels = root.in("annotations_instance", split);
    return new LabelledDataset(
        "ade20k-instance " + split,
        Set.of(Task.INSTANCE),
        things,
        photos,
        labels,
        Items.byName(photos, labels, ""),
        LabelledDataset.Pixels.IDS,
        LabelReadings.instances(id -> thingIndex(id, mapping, things)),
        List.of());
  }

  /** R is the instance category, G the number; a pixel with R = 0 is void. */
  private static int thingIndex(int id, Map<Integer, Integer> mapping, Categories categories) {
    int instanceCategory = id & 0xFF;
    if (instanceCategory == 0) {
      return LabelReadings.VOID;
    }
    Integer category = mapping.get(instanceCategory);
    if (category == null) {
      throw new DatasetException(
          "instance category " + instanceCategory + " is not in categoryMapping.txt");
    }
    return categories.indexOf(category);
  }

  private static Dataset panoptic(DataFolder root, String split) {
    String shortSplit = split.equals("training") ? "train" : "val";
    Path json = root.root().resolve("ade20k_panoptic_" + shortSplit + ".json");
    DataFolder photos = root.in("images", split);
    if (Files.exists(json)) {
      return CocoPanopticDataset.open(json, root.in("ade20k_panoptic_" + shortSplit), photos);
    }
    Map<Integer, Integer> mapping = requiredMapping(root);
    Categories categories = categories(root, mapping);
    List<LabelledDataset.Item> items = new ArrayList<>();
    for (LabelledDataset.Item item :
        Items.byName(photos, root.in("annotations_instance", split), "")) {
      String png = item.labels().get(0);
      items.add(
          new LabelledDataset.Item(
              item.id(),
              item.photo(),
              List.of(
                  "annotations/" + split + "/" + png,
                  "annotations_instance/" + split + "/" + png)));
    }
    return new LabelledDataset(
        "ade20k-panoptic " + split,
        Set.of(Task.values()),
        categories,
        photos,
        root,
        items,
        LabelledDataset.Pixels.IDS,
        maps -> panoptic(maps.get(0), maps.get(1), mapping, categories),
        List.of());
  }

  /** Stuff from the semantic map, things pasted over it, as the official conversion does. */
  private static List<Segment> panoptic(
      LabelMap semantic, LabelMap objects, Map<Integer, Integer> mapping, Categories categories) {
    int[] ids = new int[semantic.labels().length];
    int instanceBase = 1 << 8; // semantic labels are below it
    for (int i = 0; i < ids.length; i++) {
      int object = objects.labels()[i];
      int label = semantic.labels()[i];
      int stuff = categories.indexOf(label);
      if ((object & 0xFF) != 0) {
        ids[i] = instanceBase + (object & 0xFFFF);
      } else if (stuff >= 0 && !categories.isThing(stuff)) {
        ids[i] = label;
      }
    }
    LabelMap map = new LabelMap(semantic.height(), semantic.width(), ids);
    List<Segment> segments = new ArrayList<>();
    for (int id : LabelReadings.distinct(map)) {
      if (id > 0) {
        int category =
            id < instanceBase
                ? categories.indexOf(id)
                : thingIndex(id - instanceBase, mapping, categories);
        segments.add(new Segment(category, false, id, new SegmentMask.Labelled(map, id)));
      }
    }
    return segments;
  }

  /** The 150 classes; those that the mapping leads to are things. */
  private static Categories categories(DataFolder root, Map<Integer, Integer> mapping) {
    Path info = root.root().resolve("objectInfo150.txt");
    String[] names = new String[CLASSES + 1];
    if (Files.exists(info)) {
      for (String line : TextFile.lines(info)) {
        String[] fields = line.split("\t", -1);
        if (fields.length >= 5 && fields[0].strip().matches("[0-9]{1,3}")) {
          int id = Integer.parseInt(fields[0].strip());
          if (id < 1 || id > CLASSES) {
            throw DatasetException.ofFile(info, "expected the classes 1..150, got " + id);
          }
          names[id] = fields[4].split(",", -1)[0].strip();
        }
      }
    }
    List<Category> categories = new ArrayList<>();
    for (int id = 1; id <= CLASSES; id++) {
      String name = names[id] == null ? "class " + id : names[id];
      categories.add(Category.of(id, name, mapping.containsValue(id)));
    }
    return Categories.of(categories);
  }

  /** Instance category 1..100 to class 1..150. */
  private static Map<Integer, Integer> mapping(DataFolder root) {
    Path file = root.root().resolve("categoryMapping.txt");
    Map<Integer, Integer> mapping = new TreeMap<>();
    if (Files.exists(file)) {
      List<String> lines = TextFile.lines(file);
      for (int i = 0; i < lines.size(); i++) {
        String[] fields = lines.get(i).strip().split("\\s+", -1);
        if (fields.length >= 2 && fields[0].matches("[0-9]{1,3}")) {
          int category = fields[1].matches("[0-9]{1,3}") ? Integer.parseInt(fields[1]) : 0;
          if (category < 1 || category > CLASSES) {
            throw DatasetException.ofFile(
                file,
                "line %d: expected INSTANCE-CATEGORY CLASS with a class 1..150, got \"%s\""
                    .formatted(i + 1, lines.get(i)));
          }
          mapping.put(Integer.parseInt(fields[0]), category);
        }
      }
    }
    return mapping;
  }

  private static Map<Integer, Integer> requiredMapping(DataFolder root) {
    Map<Integer, Integer> mapping = mapping(root);
    if (mapping.isEmpty()) {
      throw DatasetException.ofFile(
          root.root().resolve("categoryMapping.txt"),
          "not found or empty; it comes with annotations_instance and says which classes are things");
    }
    return mapping;
  }
}
