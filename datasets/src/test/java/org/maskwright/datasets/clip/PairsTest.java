package org.maskwright.datasets.clip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.MemoryDataset;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.FixedSizeCrop;
import org.maskwright.datasets.transform.HorizontalFlip;

final class PairsTest {
  private static final Augmentation CROP =
      new Augmentation(
          List.of(new HorizontalFlip(0.5), new FixedSizeCrop(80, 80)),
          Task.SEMANTIC,
          Augmentation.EmptyMasks.DROP);

  @Test
  void theExampleIsAnyOtherPictureOfAClassAndNeverThePictureItself() {
    Pairs pairs = new Pairs(new MemoryDataset(5), CROP);
    assertEquals(5, pairs.size());
    for (int index = 0; index < 5; index++) {
      Set<Integer> drawn = new HashSet<>();
      for (int i = 0; i < 100; i++) {
        drawn.add(pairs.example(index, new int[] {0, 1, 2}, new SplittableRandom(i)));
      }
      assertFalse(drawn.contains(index));
      assertEquals(4, drawn.size());
    }
  }

  @Test
  void aTargetIsAClassWithItsMaskInBoth() {
    Pairs pairs = new Pairs(new MemoryDataset(4), CROP);
    TrainingExample pair = pairs.example(2, new SplittableRandom(1));
    assertEquals(2, pair.frames());
    assertEquals(2 * pair.targetCount(), pair.masks().count());
    assertEquals(pairs.info(2).imageId(), pair.imageId());
    boolean shown = false;
    for (int n = 0; n < pair.targetCount(); n++) {
      shown |= !pair.masks().isEmpty(2 * n) && !pair.masks().isEmpty(2 * n + 1);
    }
    assertTrue(shown);
  }

  @Test
  void theOnlyPictureOfItsClassesStandsBesideItself() {
    Pairs pairs = new Pairs(new MemoryDataset(1), CROP);
    assertEquals(2, pairs.example(0, new SplittableRandom(3)).frames());
    assertTrue(pairs.counted().contains("1, the only ones of theirs"), pairs.counted());
  }

  @Test
  void objectsOfTwoPicturesAreRefused() {
    Augmentation objects = new Augmentation(List.of(), Task.INSTANCE, Augmentation.EmptyMasks.DROP);
    String message =
        assertThrows(DatasetException.class, () -> new Pairs(new MemoryDataset(2), objects))
            .getMessage();
    assertTrue(message.contains("expected the task semantic"), message);
    assertTrue(message.contains("from = stills"), message);
  }
}
