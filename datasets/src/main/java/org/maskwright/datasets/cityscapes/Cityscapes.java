package org.maskwright.datasets.cityscapes;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
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
import org.maskwright.datasets.folder.LabelReadings;
import org.maskwright.datasets.folder.LabelledDataset;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Opens Cityscapes as it is downloaded: {@code leftImg8bit/SPLIT/CITY/*_leftImg8bit.png} and {@code
 * gtFine/SPLIT/CITY/*_gtFine_instanceIds.png}, which holds all that the three tasks need: below
 * 1000 a label id, else label id * 1000 + number.
 *
 * <p>Category ids are label ids (road 7, car 26), which result files use. A thing without a number
 * is a group: a crowd. All other labels are void.
 */
public final class Cityscapes {
  private static final int INSTANCE_DIVISOR = 1000;
  private static final String PHOTO_END = "_leftImg8bit.png";
  private static final String LABEL_END = "_gtFine_instanceIds.png";

  /** The evaluated classes in the order of their train ids; colours as in the official palette. */
  public static final Categories CATEGORIES =
      Categories.of(
          List.of(
              category(7, "road", false, 0x804080),
              category(8, "sidewalk", false, 0xF423E8),
              category(11, "building", false, 0x464646),
              category(12, "wall", false, 0x66669C),
              category(13, "fence", false, 0xBE9999),
              category(17, "pole", false, 0x999999),
              category(19, "traffic light", false, 0xFAAA1E),
              category(20, "traffic sign", false, 0xDCDC00),
              category(21, "vegetation", false, 0x6B8E23),
              category(22, "terrain", false, 0x98FB98),
              category(23, "sky", false, 0x4682B4),
              category(24, "person", true, 0xDC143C),
              category(25, "rider", true, 0xFF0000),
              category(26, "car", true, 0x00008E),
              category(27, "truck", true, 0x000046),
              category(28, "bus", true, 0x003C64),
              category(31, "train", true, 0x005064),
              category(32, "motorcycle", true, 0x0000E6),
              category(33, "bicycle", true, 0x770B20)));

  private Cityscapes() {}

  private static Category category(int labelId, String name, boolean thing, int rgb) {
    return new Category(labelId, name, thing, OptionalInt.of(rgb));
  }

  /**
   * Opens one split ({@code train}, {@code val}) for a task. Instance has the 8 things as classes,
   * the other tasks all 19.
   *
   * @throws DatasetException if folders are missing or a photograph has no annotation
   */
  public static Dataset open(DataFolder root, String split, Task task) {
    Categories categories =
        task == Task.INSTANCE
            ? Categories.of(CATEGORIES.asList().stream().filter(Category::thing).toList())
            : CATEGORIES;
    return new LabelledDataset(
        "cityscapes-" + task.key() + " " + split,
        task == Task.PANOPTIC ? Set.of(Task.values()) : Set.of(task),
        categories,
        root.in("leftImg8bit", split),
        root.in("gtFine", split),
        items(root, split),
        LabelledDataset.Pixels.INDICES,
        maps -> segments(maps.get(0), categories),
        List.of());
  }

  private static List<LabelledDataset.Item> items(DataFolder root, String split) {
    DataFolder photos = root.in("leftImg8bit", split);
    DataFolder labels = root.in("gtFine", split);
    List<LabelledDataset.Item> items = new ArrayList<>();
    for (String city : photos.folders()) {
      for (String photo : photos.in(city).files()) {
        if (!photo.endsWith(PHOTO_END)) {
          continue;
        }
        String stem = photo.substring(0, photo.length() - PHOTO_END.length());
        String label = city + "/" + stem + LABEL_END;
        if (!Files.exists(labels.resolve(label))) {
          throw DatasetException.ofFile(
              photos.in(city).resolve(photo), "no annotation " + labels.resolve(label));
        }
        items.add(new LabelledDataset.Item(ImageId.of(stem), city + "/" + photo, List.of(label)));
      }
    }
    if (items.isEmpty()) {
      throw DatasetException.ofFile(photos.root(), "expected CITY/*" + PHOTO_END + ", found none");
    }
    return items;
  }

  private static List<Segment> segments(LabelMap map, Categories categories) {
    List<Segment> segments = new ArrayList<>();
    for (int id : LabelReadings.distinct(map)) {
      boolean numbered = id >= INSTANCE_DIVISOR;
      int category = categories.indexOf(numbered ? id / INSTANCE_DIVISOR : id);
      if (category >= 0) {
        boolean group = !numbered && categories.isThing(category);
        segments.add(new Segment(category, group, id, new SegmentMask.Labelled(map, id)));
      }
    }
    return segments;
  }
}
