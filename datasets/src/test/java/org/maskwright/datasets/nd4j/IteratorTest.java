package org.maskwright.datasets.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.MemoryDataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.SampleRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.adapter.SingletonMultiDataSetIterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

final class IteratorTest {
  private static final Augmentation WHOLE = Augmentation.none(Task.INSTANCE);

  private static LoaderIterator iterator(Dataset dataset, LabelForm form) {
    return new LoaderIterator(
        dataset, WHOLE, LoaderSettings.evaluation(1, 1), Normalization.IMAGENET, form);
  }

  @Test
  void aDataSetSurvivesTheWayThroughAnIterator() {
    Dataset dataset = new MemoryDataset(4);
    try (LoaderIterator iterator = iterator(dataset, LabelForm.MASKS_AND_CLASSES)) {
      Dataset back =
          IteratorDataset.read(
              iterator, dataset.categories(), Normalization.IMAGENET, LabelForm.MASKS_AND_CLASSES);
      assertEquals(4, back.size());
      for (int i = 0; i < 4; i++) {
        TrainingExample expected =
            WHOLE.apply(dataset.load(i), dataset.categories(), SampleRandom.of(0, 0, 0));
        TrainingExample actual =
            WHOLE.apply(back.load(i), back.categories(), SampleRandom.of(0, 0, 0));
        assertArrayEquals(bytes(expected), bytes(actual));
        assertArrayEquals(expected.classes(), actual.classes());
        assertEquals(expected.masks(), actual.masks());
      }
    }
  }

  @Test
  void shapesAreThoseOfTheBatchAndShortImagesAreMasked() {
    Dataset dataset = new MemoryDataset(3);
    try (LoaderIterator iterator =
        new LoaderIterator(
            dataset,
            WHOLE,
            LoaderSettings.evaluation(2, 1),
            Normalization.IMAGENET,
            LabelForm.CLASS_MAP)) {
      MultiDataSet batch = iterator.next();
      assertArrayEquals(new long[] {2, 3, 72, 65}, batch.getFeatures(0).shape());
      assertArrayEquals(new long[] {2, 3, 72, 65}, batch.getLabels(0).shape());
      assertArrayEquals(new long[] {2, 1, 72, 65}, batch.getLabelsMaskArray(0).shape());
      int[] box = MemoryDataset.box(0);
      double boxArea = (box[2] - box[0]) * (box[3] - box[1]);
      assertEquals(boxArea, batch.getLabelsMaskArray(0).slice(0).sumNumber().doubleValue(), 0);
      iterator.next();
      assertFalse(iterator.hasNext());
      iterator.reset();
      assertTrue(iterator.hasNext());
    }
  }

  private static MultiDataSet batch(float[] classes, int... shapeOfClasses) {
    return new org.nd4j.linalg.dataset.MultiDataSet(
        new INDArray[] {Nd4j.zeros(1, 3, 2, 2)},
        new INDArray[] {
          Nd4j.ones(1, 2, 2, 2), Nd4j.createFromArray(classes).reshape(shapeOfClasses)
        });
  }

  private static Dataset read(MultiDataSet batch) {
    return IteratorDataset.read(
        new SingletonMultiDataSetIterator(batch),
        Categories.things("a", "b"),
        Normalization.IMAGENET,
        LabelForm.MASKS_AND_CLASSES);
  }

  @Test
  void classesThatDoNotFitTheMasksAreRefused() {
    assertEquals(2, read(batch(new float[] {0, 1}, 1, 2)).segments(0).size());
    for (MultiDataSet wrong :
        List.of(
            batch(new float[] {0, 1, 1}, 1, 3),
            batch(new float[] {0}, 1, 1),
            batch(new float[] {0, 1}, 2, 1),
            batch(new float[] {0, Float.NaN}, 1, 2),
            batch(new float[] {0, 0.5f}, 1, 2),
            new org.nd4j.linalg.dataset.MultiDataSet(
                Nd4j.zeros(1, 3, 2, 2), Nd4j.ones(1, 2, 2, 2)))) {
      assertThrows(DatasetException.class, () -> read(wrong));
    }
  }

  private static byte[] bytes(TrainingExample example) {
    return ((PixelPlanes.Bytes) example.image()).values();
  }
}
