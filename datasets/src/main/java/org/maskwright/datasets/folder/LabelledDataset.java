package org.maskwright.datasets.folder;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SwappedSides;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.LabelImage;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Photographs with one or more label images each. What a label means is told by a {@link
 * LabelReading}.
 *
 * <p>Files are looked for when they are loaded.
 *
 * <p><b>Memory</b> the file names.
 *
 * @param photos the folder of photographs
 * @param labels the folder of label images
 * @param pixels what the pixels of the label images are
 * @param notes what was found out or assumed about the files, for the user
 */
public record LabelledDataset(
    String name,
    Set<Task> tasks,
    Categories categories,
    DataFolder photos,
    DataFolder labels,
    List<Item> items,
    Pixels pixels,
    LabelReading reading,
    List<String> notes)
    implements Dataset {
  public LabelledDataset {
    tasks = Set.copyOf(tasks);
    items = List.copyOf(items);
    notes = List.copyOf(notes);
    Map<ImageId, Item> byId = new HashMap<>();
    for (Item item : items) {
      Item before = byId.put(item.id, item);
      if (before != null) {
        throw new DatasetException("the id is that of " + before.photo + " too")
            .inFile(photos.root() + "/" + item.photo)
            .forImage(item.id);
      }
    }
  }

  /**
   * An image.
   *
   * @param id the id in the data set, of no other image; usually the photograph's name without its
   *     ending
   * @param photo the photograph's name within the folder of photographs
   * @param labels the names of its label images within the folder of labels
   */
  public record Item(ImageId id, String photo, List<String> labels) {
    public Item {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(photo, "photo");
      labels = List.copyOf(labels);
    }
  }

  /** What the pixels of a label image are, which decides what colours mean. */
  @FunctionalInterface
  public interface Pixels {
    /** Indices of classes or objects: colours are refused, three equal channels are one value. */
    Pixels INDICES = LabelImage::readIndices;

    /** Ids, as colours R + 256 G + 65536 B. */
    Pixels IDS = LabelImage::readIds;

    /**
     * Reads a label image.
     *
     * @throws DatasetException if it is missing, damaged, or its pixels are something else
     */
    LabelMap read(Path file);
  }

  /** Turns the label images of one photograph, all of one size, into segments. */
  @FunctionalInterface
  public interface LabelReading {
    /**
     * The segments.
     *
     * @param maps one map for each label image of the item
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
    try {
      return new SampleInfo(item.id, photos.resolve(item.photo), 0, 0);
    } catch (DatasetException e) {
      throw e.forImage(item.id);
    }
  }

  @Override
  public List<Segment> segments(int index) {
    Item item = items.get(index);
    return segments(item, maps(item));
  }

  private List<Segment> segments(Item item, List<LabelMap> maps) {
    try {
      return reading.segments(maps);
    } catch (DatasetException e) {
      throw e.inFile(file(item, 0)).forImage(item.id);
    }
  }

  private List<LabelMap> maps(Item item) {
    List<LabelMap> maps = new ArrayList<>();
    for (int i = 0; i < item.labels.size(); i++) {
      try {
        Path file = labels.existing(item.labels.get(i));
        maps.add(pixels.read(file));
      } catch (DatasetException e) {
        throw e.inFile(file(item, i)).forImage(item.id);
      }
      requireSize(item, i, maps.get(i), maps.get(0).width(), maps.get(0).height());
    }
    return maps;
  }

  @Override
  public Photograph image(int index) {
    Item item = items.get(index);
    try {
      return PhotographFile.read(photos.existing(item.photo), photos.channels());
    } catch (DatasetException e) {
      throw e.forImage(item.id);
    }
  }

  @Override
  public Channels channels() {
    return photos.channels();
  }

  @Override
  public Sample load(int index) {
    Item item = items.get(index);
    List<LabelMap> maps = maps(item);
    Photograph image = image(index);
    for (int i = 0; i < maps.size(); i++) {
      requireSize(item, i, maps.get(i), image.width(), image.height());
    }
    return new Sample(info(index), image, segments(item, maps));
  }

  private void requireSize(Item item, int label, LabelMap map, int width, int height) {
    if (map.width() != width || map.height() != height) {
      throw new DatasetException(
              "labels: expected %d x %d as %s, got %d x %d%s"
                  .formatted(
                      width,
                      height,
                      label > 0 ? item.labels.get(0) : "the photograph",
                      map.width(),
                      map.height(),
                      SwappedSides.hint(width, height, map.width(), map.height())))
          .inFile(file(item, label))
          .forImage(item.id);
    }
  }

  private String file(Item item, int label) {
    return labels.root() + "/" + item.labels.get(label);
  }
}
