package org.maskwright.datasets;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;

/**
 * Images made in memory: a red box on black, annotated by a polygon (class 0), run lengths (1) and
 * a label map (2), which all say the same.
 */
public final class MemoryDataset implements Dataset {
  private final int size;
  private final IntConsumer beforeImage;
  private List<String> names = List.of();

  public MemoryDataset(int size, Integer... broken) {
    this(
        size,
        index -> {
          if (Set.of(broken).contains(index)) {
            throw new DatasetException("image: the file is empty");
          }
        });
  }

  /**
   * @param beforeImage is called by whoever reads an image, with its number
   */
  public MemoryDataset(int size, IntConsumer beforeImage) {
    this.size = size;
    this.beforeImage = beforeImage;
  }

  /** Images with the names of files, which need not be there. */
  public static Dataset named(List<String> names) {
    MemoryDataset dataset = new MemoryDataset(names.size());
    dataset.names = List.copyOf(names);
    return dataset;
  }

  /** The box of image {@code index}: x0, y0, x1, y1. */
  public static int[] box(int index) {
    return new int[] {10 + index % 7, 14, 40 + index % 5, 50 + index % 11};
  }

  public static Size size(int index) {
    return new Size(64 + index % 13, 72 - index % 10);
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Categories categories() {
    return Categories.things("polygon", "runs", "labels");
  }

  @Override
  public Set<Task> tasks() {
    return Set.of(Task.INSTANCE);
  }

  @Override
  public SampleInfo info(int index) {
    String file = names.isEmpty() ? index + ".png" : names.get(index);
    return new SampleInfo(ImageId.of(index), Path.of("memory", file), 0, 0);
  }

  @Override
  public List<Segment> segments(int index) {
    int[] box = box(index);
    Size size = size(index);
    int[] labels = new int[size.width() * size.height()];
    byte[] bitmap = new byte[labels.length];
    for (int y = box[1]; y < box[3]; y++) {
      for (int x = box[0]; x < box[2]; x++) {
        labels[y * size.width() + x] = 70_000;
        bitmap[y * size.width() + x] = 1;
      }
    }
    double[] ring = {box[0], box[1], box[2], box[1], box[2], box[3], box[0], box[3]};
    return List.of(
        new Segment(0, false, 1, new SegmentMask.Polygons(List.of(ring))),
        new Segment(
            1, false, 2, new SegmentMask.Runs(Rle.ofBitmap(bitmap, size.height(), size.width()))),
        new Segment(
            2,
            false,
            3,
            new SegmentMask.Labelled(new LabelMap(size.height(), size.width(), labels), 70_000)));
  }

  @Override
  public RgbImage image(int index) {
    beforeImage.accept(index);
    int[] box = box(index);
    Size size = size(index);
    byte[] data = new byte[3 * size.width() * size.height()];
    for (int y = box[1]; y < box[3]; y++) {
      for (int x = box[0]; x < box[2]; x++) {
        data[3 * (y * size.width() + x)] = (byte) 255;
      }
    }
    return new RgbImage(size.width(), size.height(), data);
  }
}
