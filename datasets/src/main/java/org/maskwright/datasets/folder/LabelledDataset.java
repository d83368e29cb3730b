package org.maskwright.datasets.folder;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.ImageDecoder;
import org.maskwright.datasets.image.LabelMap;
import org.maskwright.datasets.image.LabelPng;

/**
 * Photographs with one or more label PNGs each. What a label means is told by a {@link
 * LabelReading}.
 *
 * <p>Files are looked for when they are loaded.
 *
 * <p><b>Memory</b> the file names.
 *
 * @param photos the folder of photographs
 * @param labels the folder of label PNGs
 */
public record LabelledDataset(
    String name,
    Set<Task> tasks,
    Categories categories,
    DataFolder photos,
    DataFolder labels,
    List<Item> items,
    LabelReading reading)
    implements Dataset {
  public LabelledDataset {
    tasks = Set.copyOf(tasks);
    items = List.copyOf(items);
  }

  /**
   * An image.
   *
   * @param id the id in the data set, usually the photograph's name without its ending
   * @param photo the photograph's name within the folder of photographs
   * @param labels the names of its label PNGs within the folder of labels
   */
  public record Item(ImageId id, String photo, List<String> labels) {
    public Item {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(photo, "photo");
      labels = List.copyOf(labels);
    }
  }

  /** Turns the label images of one photograph, all of one size, into segments. */
  @FunctionalInterface
  public interface LabelReading {
    /**
     * The segments.
     *
     * @param maps one map for each label PNG of the item
     * @throws DatasetException if a label means nothing
     */
    List<Segment> segments(List<LabelMap> maps);
  }

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public SampleInfo info(int index) {
    Item item = items.get(index);
    return new SampleInfo(item.id, photos.resolve(item.photo), 0, 0);
  }

  @Override
  public List<Segment> segments(int index) {
    return reading.segments(maps(index));
  }

  private List<LabelMap> maps(int index) {
    Item item = items.get(index);
    try {
      List<LabelMap> maps = new ArrayList<>();
      for (String label : item.labels) {
        LabelMap map = LabelPng.read(labels.existing(label));
        if (!maps.isEmpty()) {
          requireSize(map, maps.get(0).width(), maps.get(0).height());
        }
        maps.add(map);
      }
      return maps;
    } catch (DatasetException e) {
      throw e.inFile(labels.resolve(item.labels.get(0))).forImage(item.id);
    }
  }

  @Override
  public RgbImage image(int index) {
    Item item = items.get(index);
    try {
      return ImageDecoder.read(photos.existing(item.photo));
    } catch (DatasetException e) {
      throw e.forImage(item.id);
    }
  }

  @Override
  public Sample load(int index) {
    Item item = items.get(index);
    List<LabelMap> maps = maps(index);
    RgbImage image = image(index);
    try {
      maps.forEach(map -> requireSize(map, image.width(), image.height()));
      return new Sample(info(index), image, reading.segments(maps));
    } catch (DatasetException e) {
      throw e.inFile(labels.resolve(item.labels.get(0))).forImage(item.id);
    }
  }

  private static void requireSize(LabelMap map, int width, int height) {
    if (map.width() != width || map.height() != height) {
      throw new DatasetException(
          "labels: expected %d x %d as the photograph, got %d x %d"
              .formatted(width, height, map.width(), map.height()));
    }
  }
}
