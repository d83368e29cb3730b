package org.maskwright.datasets.voc;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.folder.LabelReadings;
import org.maskwright.datasets.folder.LabelledDataset;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Opens a VOC year: {@code JPEGImages}, {@code SegmentationClass}, {@code SegmentationObject} and
 * {@code ImageSets/Segmentation/SPLIT.txt}. PNGs are read as palette indices; 255 is void.
 *
 * <p>Semantic has the background (0) as a class of its own; instance has only the objects' classes.
 * {@code class_names.txt} beside the folders, one name a line from the background on, replaces
 * VOC's 20 classes.
 */
public final class Voc {
  private static final int VOID = 255;

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
   * Opens one split for a task.
   *
   * @throws DatasetException if a file is missing, or the task is panoptic, which VOC does not
   *     annotate
   */
  public static Dataset open(DataFolder root, String split, Task task) {
    List<String> stems = stems(root, split);
    DataFolder photos = root.in("JPEGImages");
    return switch (task) {
      case SEMANTIC -> {
        Categories categories = categories(root, 0);
        yield new LabelledDataset(
            "voc-semantic " + split,
            Set.of(Task.SEMANTIC),
            categories,
            photos,
            root.in("SegmentationClass"),
            items(stems, List.of("")),
            LabelReadings.classes(categories, Set.of(VOID)));
      }
      case INSTANCE -> {
        Categories categories = categories(root, 1);
        yield new LabelledDataset(
            "voc-instance " + split,
            Set.of(Task.INSTANCE),
            categories,
            photos,
            root,
            items(stems, List.of("SegmentationObject/", "SegmentationClass/")),
            maps -> objects(maps.get(0), maps.get(1), categories));
      }
      case PANOPTIC ->
          throw new DatasetException(
              "voc: expected semantic or instance; VOC has no stuff classes");
    };
  }

  private static List<Segment> objects(LabelMap objects, LabelMap classes, Categories categories) {
    List<Segment> segments = new ArrayList<>();
    int[] ids = LabelReadings.distinct(objects);
    for (int id : ids) {
      if (id == 0 || id == VOID) {
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

  private static Categories categories(DataFolder root, int first) {
    Path file = root.root().resolve("class_names.txt");
    List<String> names =
        Files.exists(file)
            ? Items.lines(file).stream().filter(line -> !line.isBlank()).map(String::strip).toList()
            : NAMES;
    List<Category> categories = new ArrayList<>();
    for (int id = first; id < names.size(); id++) {
      categories.add(Category.of(id, names.get(id), id > 0));
    }
    return Categories.of(categories);
  }

  private static List<String> stems(DataFolder root, String split) {
    Path list = root.existing("ImageSets/Segmentation/" + split + ".txt");
    List<String> stems =
        Items.lines(list).stream().map(String::strip).filter(line -> !line.isEmpty()).toList();
    if (stems.isEmpty()) {
      throw DatasetException.ofFile(list, "the list is empty");
    }
    return stems;
  }

  private static List<LabelledDataset.Item> items(List<String> stems, List<String> labelFolders) {
    return stems.stream()
        .map(
            stem ->
                new LabelledDataset.Item(
                    ImageId.of(stem),
                    stem + ".jpg",
                    labelFolders.stream().map(folder -> folder + stem + ".png").toList()))
        .toList();
  }
}
