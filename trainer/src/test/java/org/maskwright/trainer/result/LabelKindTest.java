package org.maskwright.trainer.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ForwardingDataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.modelzoo.postprocess.QueryOutputs;

class LabelKindTest {
  private static final int SIDE = 4;
  private static final float SURE = 8;

  private final LabelKind kind = new LabelKind();

  /** Three queries: the left half, most of it, and the right half. */
  private InstanceSet result() {
    float[] classes = {
      -1, 2, 0, 9, // of class 1, though hardly an object
      7, 0, 0, 0, // of class 0
      0, 0, 3, 0 // of class 2
    };
    float[] masks = new float[3 * SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
      boolean left = i % SIDE < SIDE / 2;
      masks[i] = left ? SURE : -SURE;
      masks[SIDE * SIDE + i] = left && i >= SIDE ? SURE : -SURE;
      masks[2 * SIDE * SIDE + i] = left ? -SURE : SURE;
    }
    return kind.process(
        new ImageOutputs(
            new QueryOutputs(classes, 3, masks, SIDE, SIDE), ImageFrame.unchanged(SIDE, SIDE)),
        new ResultContext(
            ClassSpace.ofSize(3),
            new InferenceSettings(SIDE, SIDE, 0.5, 0.5, 100, Set.of("labels")),
            FamilyRules.MASK2FORMER));
  }

  private static Segment half(int category, boolean left) {
    byte[] mask = new byte[SIDE * SIDE];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (byte) (i % SIDE < SIDE / 2 == left ? 1 : 0);
    }
    return new Segment(category, false, 1, new SegmentMask.Runs(Rle.ofBitmap(mask, SIDE, SIDE)));
  }

  private Scores scores(List<Segment> truth) {
    Dataset dataset = new Named(Categories.things("a", "b", "c"));
    Scorer<InstanceSet> scorer = kind.scorers(ScoringData.of(dataset)).get();
    SampleInfo info = new SampleInfo(ImageId.of(1), Path.of("1.png"), SIDE, SIDE);
    scorer.add(new ScoredImage(info, new Size(SIDE, SIDE), truth), result());
    return scorer.scores();
  }

  /** Classes alone. */
  private static final class Named extends ForwardingDataset {
    private final Categories categories;

    Named(Categories categories) {
      super(null);
      this.categories = categories;
    }

    @Override
    public Categories categories() {
      return categories;
    }
  }

  @Test
  void eachQueryHasItsLikeliestClassAlone() {
    assertEquals(List.of(0, 2, 1), result().instances().stream().map(i -> i.classIndex()).toList());
  }

  @Test
  void anObjectIsCalledWhatItsBestMaskIs() {
    Scores scores = scores(List.of(half(1, true), half(2, false)));
    assertEquals(100, scores.metrics().get("accuracy"), 1e-9);
    assertEquals(100, scores.metrics().get("IoU"), 1e-9);
    scores = scores(List.of(half(0, true), half(2, false)));
    assertEquals(50, scores.metrics().get("accuracy"), 1e-9);
    assertEquals(0, scores.perClass().get("accuracy").get("a"), 1e-9);
    assertEquals(100, scores.perClass().get("accuracy").get("c"), 1e-9);
  }

  @Test
  void withoutAnObjectThereIsNothingToMeasure() {
    assertTrue(scores(List.of()).metrics().get("accuracy").isNaN());
  }
}
