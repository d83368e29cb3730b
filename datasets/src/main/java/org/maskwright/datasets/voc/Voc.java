package org.maskwright.datasets.voc;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.folder.ClassFile;
import org.maskwright.datasets.folder.ColourMap;
import org.maskwright.datasets.folder.LabelReadings;
import org.maskwright.datasets.folder.LabelledDataset;
import org.maskwright.datasets.folder.TextFile;
import org.maskwright.datasets.image.LabelImage;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Opens a VOC year: {@code JPEGImages}, {@code SegmentationClass}, {@code SegmentationObject} and
 * {@code ImageSets/Segmentation/SPLIT.txt}. PNGs are read as palette indices; 255 is void.
 *
 * <p>Where a file names colours ({@link ColourMap}), as in CVAT's export "Segmentation mask", the
 * PNGs are read by them.
 *
 * <p>Semantic has the background (0) as a class of its own; instance has only the objects' classes.
 * A class file ({@code class_names.txt}) beside the folders, one name a line from the background
 * on, replaces VOC's 20 classes.
 */
public final class Voc {
  /** The label of no class. */
  public static final int VOID = 255;

  /** VOC's colour of label 255, (224, 224, 192), as an id. */
  private static final int VOID_COLOUR = 224 | 224 << 8 | 192 << 16;

  private static final String PNG = ".png";

  private static final List<String> NAMES =
      List.of(
          "background",
          "aeroplane",
          "bicycle",
          "bird",
          "boat",
          "bottle",
          "bus",
          "car",
          "cat",
          "chair",
          "cow",
          "diningtable",
          "dog",
          "horse",
          "motorbike",
          "person",
          "pottedplant",
          "sheep",
          "sofa",
          "train",
          "tvmonitor");

  private Voc() {}

  /**
   * Opens one split for a task. Without a folder {@code ImageSets} all images are one split.
   *
   * @param classes the names of the labels from 0 on; empty: those of a class file, or VOC's
   * @throws DatasetException if a file is missing, or the task is panoptic, which VOC does not
   *     annotate
   */
  public static Dataset open(DataFolder root, String split, Task task, List<String> classes) {
    List<String> stems = stems(root, split);
    Optional<ColourMap> map = ColourMap.in(root.root());
    if (map.isPresent() && !classes.isEmpty()) {
      map = Optional.of(map.get().inOrderOf(classes));
    }
    Optional<ColourMap> colours = map;
    List<String> names = colours.map(ColourMap::names).orElseGet(() -> names(root, classes));
    DataFolder photos = root.in("JPEGImages");
    return switch (task) {
      case SEMANTIC -> {
        Categories categories = categories(names, 0);
        yield new LabelledDataset(
            "voc-semantic " + split,
            Set.of(Task.SEMANTIC),
            categories,
            photos,
            root.in("SegmentationClass"),
            items(photos, stems, List.of("")),
            colours
                .<LabelledDataset.Pixels>map(m -> m::read)
                .orElse(LabelledDataset.Pixels.INDICES),
            LabelReadings.classes(categories, Set.of(VOID)),
            List.of());
      }
      case INSTANCE -> {
        Categories categories = categories(names, 1);
        yield new LabelledDataset(
            "voc-instance " + split,
            Set.of(Task.INSTANCE),
            categories,
            photos,
            root,
            items(photos, stems, List.of("SegmentationObject/", "SegmentationClass/")),
            colours
                .<LabelledDataset.Pixels>map(m -> file -> classesOrIds(m, file))
                .orElse(LabelledDataset.Pixels.INDICES),
            maps -> objects(maps.get(0), maps.get(1), categories),
            List.of());
      }
      case PANOPTIC ->
          throw new DatasetException(
              "voc: expected semantic or instance; VOC has no stuff classes");
    };
  }

  private static LabelMap classesOrIds(ColourMap colours, Path file) {
    return file.getParent().endsWith("SegmentationClass")
        ? colours.read(file)
        : LabelImage.readIds(file);
  }

  private static List<Segment> objects(LabelMap objects, LabelMap classes, Categories categories) {
    List<Segment> segments = new ArrayList<>();
    int[] ids = LabelReadings.distinct(objects);
    for (int id : ids) {
      if (id == 0 || id == VOID || id == VOID_COLOUR) {
        continue;
      }
      int label = classOf(id, objects, classes);
      int category = categories.indexOf(label);
      if (category < 0) {
        throw new DatasetException("object %d has the unknown class %d".formatted(id, label))
            .forAnnotation(id);
      }
      segments.add(new Segment(category, false, id, new SegmentMask.Labelled(objects, id)));
    }
    return segments;
  }

  /** The class of the object's first pixel that is not void. */
  private static int classOf(int id, LabelMap objects, LabelMap classes) {
    for (int i = 0; i < objects.labels().length; i++) {
      if (objects.labels()[i] == id && classes.labels()[i] != VOID && classes.labels()[i] != 0) {
        return classes.labels()[i];
      }
    }
    return VOID;
  }

  private static List<String> names(DataFolder root, List<String> classes) {
    return classes.isEmpty()
        ? ClassFile.in(root.root()).map(ClassFile::names).orElse(NAMES)
        : classes;
  }

  private static Categories categories(List<String> names, int first) {
    List<Category> categories = new ArrayList<>();
    for (int id = first; id < names.size(); id++) {
      categories.add(Category.of(id, names.get(id), id > 0));
    }
    return Categories.of(categories);
  }

  private static List<String> stems(DataFolder root, String split) {
    DataFolder lists = root.in("ImageSets", "Segmentation");
    if (!Files.isDirectory(lists.root())) {
      return root.in("SegmentationClass").files().stream()
          .filter(file -> file.endsWith(PNG))
          .map(file -> file.substring(0, file.length() - PNG.length()))
          .toList();
    }
    if (!Files.exists(lists.resolve(split + ".txt"))) {
      throw DatasetException.ofFile(
          lists.resolve(split + ".txt"), "no such list; there are " + lists.files());
    }
    Path list = lists.existing(split + ".txt");
    List<String> stems =
        TextFile.lines(list).stream().map(String::strip).filter(line -> !line.isEmpty()).toList();
    if (stems.isEmpty()) {
      throw DatasetException.ofFile(list, "the list is empty");
    }
    return stems;
  }

  /** Photographs are JPEGs, but tools that copy the layout leave them as they were. */
  private static List<LabelledDataset.Item> items(
      DataFolder photos, List<String> stems, List<String> labelFolders) {
    Map<String, String> photoOf = new HashMap<>();
    for (String file : photos.files()) {
      photoOf.putIfAbsent(file.substring(0, Math.max(0, file.lastIndexOf('.'))), file);
    }
    return stems.stream()
        .map(
            stem ->
                new LabelledDataset.Item(
                    ImageId.of(stem),
                    photoOf.getOrDefault(stem, stem + ".jpg"),
                    labelFolders.stream().map(folder -> folder + stem + PNG).toList()))
        .toList();
  }
}
