package org.maskwright.datasets.nd4j;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.mask.Rle;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * The content of a MultiDataSetIterator as a data set, so that records prepared for ND4J train
 * here. Features 0 is images [B,3,H,W], labels as {@link LabelForm} says.
 *
 * <p><b>Memory</b> One pass is read and kept: 3 bytes a pixel and the masks as run lengths.
 */
public final class IteratorDataset implements Dataset {
  private final Categories categories;
  private final Set<Task> tasks;
  private final List<RgbImage> images = new ArrayList<>();
  private final List<List<Segment>> segments = new ArrayList<>();

  private IteratorDataset(Categories categories, Set<Task> tasks) {
    this.categories = categories;
    this.tasks = tasks;
  }

  /**
   * Reads all batches of an iterator.
   *
   * @param normalization what the images were normalised by; it is undone and rounded to 8 bits
   * @throws DatasetException if a shape or a class does not fit
   */
  public static IteratorDataset read(
      MultiDataSetIterator iterator,
      Categories categories,
      Normalization normalization,
      LabelForm form) {
    IteratorDataset dataset =
        new IteratorDataset(
            categories,
            switch (form) {
              case MASKS_AND_CLASSES -> Set.of(Task.values());
              case CLASS_MAP -> Set.of(Task.SEMANTIC);
            });
    while (iterator.hasNext()) {
      dataset.add(iterator.next(), normalization, form);
    }
    return dataset;
  }

  private void add(MultiDataSet batch, Normalization normalization, LabelForm form) {
    int labelArrays =
        switch (form) {
          case MASKS_AND_CLASSES -> 2;
          case CLASS_MAP -> 1;
        };
    if (batch.numFeatureArrays() < 1 || batch.numLabelsArrays() < labelArrays) {
      throw new DatasetException(
          "batch: expected features and %d label arrays for %s, got %d and %d"
              .formatted(labelArrays, form, batch.numFeatureArrays(), batch.numLabelsArrays()));
    }
    INDArray features = batch.getFeatures(0);
    INDArray labels = batch.getLabels(0);
    if (features.rank() != 4
        || features.size(1) != 3
        || labels.rank() != 4
        || labels.size(0) != features.size(0)
        || labels.size(2) != features.size(2)
        || labels.size(3) != features.size(3)) {
      throw new DatasetException(
          "batch: expected features [B,3,H,W] and labels [B,N,H,W], got %s and %s"
              .formatted(Arrays.toString(features.shape()), Arrays.toString(labels.shape())));
    }
    if (form == LabelForm.MASKS_AND_CLASSES) {
      requireTargets("classes (labels 1)", batch.getLabels(1), labels);
      requireTargets("mask array of labels 1", labelMask(batch), labels);
    }
    int height = (int) features.size(2);
    int width = (int) features.size(3);
    for (long b = 0; b < features.size(0); b++) {
      images.add(image(floats(features.slice(b)), width, height, normalization));
      float[] masks = floats(labels.slice(b));
      int count = (int) labels.size(1);
      switch (form) {
        case MASKS_AND_CLASSES ->
            segments.add(
                objects(
                    masks,
                    height,
                    width,
                    floats(batch.getLabels(1).slice(b)),
                    valid(batch, b, count)));
        case CLASS_MAP -> segments.add(classes(masks, height, width, count));
      }
    }
  }

  private static float[] floats(INDArray array) {
    return array.castTo(DataType.FLOAT).dup('c').data().asFloat();
  }

  private static void requireTargets(String what, INDArray array, INDArray masks) {
    if (array != null && !Arrays.equals(array.shape(), new long[] {masks.size(0), masks.size(1)})) {
      throw new DatasetException(
          "batch: expected %s [B,N] = [%d, %d] as the masks, got %s"
              .formatted(what, masks.size(0), masks.size(1), Arrays.toString(array.shape())));
    }
  }

  /** The mask array of the classes, or null if all targets are valid. */
  private static INDArray labelMask(MultiDataSet batch) {
    INDArray[] masks = batch.getLabelsMaskArrays();
    return masks == null || masks.length < 2 ? null : masks[1];
  }

  private static float[] valid(MultiDataSet batch, long b, int count) {
    INDArray mask = labelMask(batch);
    if (mask != null) {
      return floats(mask.slice(b));
    }
    float[] all = new float[count];
    Arrays.fill(all, 1);
    return all;
  }

  private static RgbImage image(float[] values, int width, int height, Normalization by) {
    int plane = width * height;
    byte[] data = new byte[3 * plane];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < plane; i++) {
        int value = Math.round(values[c * plane + i] * by.std(c) + by.mean(c));
        data[3 * i + c] = (byte) Math.max(0, Math.min(255, value));
      }
    }
    return new RgbImage(width, height, data);
  }

  private List<Segment> objects(
      float[] masks, int height, int width, float[] classes, float[] valid) {
    List<Segment> found = new ArrayList<>();
    for (int n = 0; n < classes.length; n++) {
      if (valid[n] != 0) {
        int category = (int) classes[n];
        if (category != classes[n] || category < 0 || category >= categories.size()) {
          throw new DatasetException(
                  "class: expected a whole number 0..%d, got %s"
                      .formatted(categories.size() - 1, classes[n]))
              .forImage(images.size() - 1);
        }
        found.add(segment(masks, n, category, height, width));
      }
    }
    return found;
  }

  private List<Segment> classes(float[] oneHot, int height, int width, int count) {
    if (count != categories.size()) {
      throw new DatasetException(
          "labels: expected [B,%d,H,W] for %d classes, got %d"
              .formatted(categories.size(), categories.size(), count));
    }
    List<Segment> found = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      Segment segment = segment(oneHot, k, k, height, width);
      if (((SegmentMask.Runs) segment.mask()).rle().area() > 0) {
        found.add(segment);
      }
    }
    return found;
  }

  private static Segment segment(float[] masks, int n, int category, int height, int width) {
    byte[] bitmap = new byte[height * width];
    for (int i = 0; i < bitmap.length; i++) {
      bitmap[i] = (byte) (masks[n * bitmap.length + i] > 0.5f ? 1 : 0);
    }
    return new Segment(
        category, false, n + 1, new SegmentMask.Runs(Rle.ofBitmap(bitmap, height, width)));
  }

  @Override
  public String name() {
    return "nd4j iterator";
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public Categories categories() {
    return categories;
  }

  @Override
  public Set<Task> tasks() {
    return tasks;
  }

  @Override
  public SampleInfo info(int index) {
    RgbImage image = images.get(index);
    return new SampleInfo(
        ImageId.of(index), Path.of("nd4j", Integer.toString(index)), image.width(), image.height());
  }

  @Override
  public List<Segment> segments(int index) {
    return segments.get(index);
  }

  @Override
  public RgbImage image(int index) {
    return images.get(index);
  }

  @Override
  public boolean hasTargets(int index) {
    return !segments.get(index).isEmpty();
  }
}
