package org.maskwright.trainer.incontext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.trainer.incontext.FewShotAnswers.Answer;
import org.maskwright.trainer.incontext.FewShotAnswers.Overlap;
import org.maskwright.trainer.result.OtherPictures;
import org.maskwright.trainer.result.ScoredImage;

class FewShotTest {
  private static final int SIDE = TinyInContext.SIDE;
  private static final int PICTURES = 5;

  /** Pictures of one colour each whose left half is of class 1 and right half background. */
  private static final class Halves implements Dataset {
    @Override
    public String name() {
      return "halves";
    }

    @Override
    public int size() {
      return PICTURES;
    }

    @Override
    public Categories categories() {
      return Categories.of(
          List.of(
              Category.of(0, "background", false),
              Category.of(1, "left", true),
              Category.of(2, "none", true)));
    }

    @Override
    public Set<Task> tasks() {
      return Set.of(Task.SEMANTIC);
    }

    @Override
    public SampleInfo info(int index) {
      return new SampleInfo(ImageId.of(index), Path.of(index + ".png"), SIDE, SIDE);
    }

    @Override
    public List<Segment> segments(int index) {
      byte[] left = new byte[SIDE * SIDE];
      byte[] right = new byte[SIDE * SIDE];
      for (int p = 0; p < left.length; p++) {
        left[p] = (byte) (p % SIDE < SIDE / 2 ? 1 : 0);
        right[p] = (byte) (1 - left[p]);
      }
      return List.of(segment(0, right), segment(1, left));
    }

    private static Segment segment(int category, byte[] bits) {
      return new Segment(
          category, false, category + 1, new SegmentMask.Runs(Rle.ofBitmap(bits, SIDE, SIDE)));
    }

    @Override
    public RgbImage image(int index) {
      byte[] rgb = new byte[3 * SIDE * SIDE];
      java.util.Arrays.fill(rgb, (byte) (40 * index));
      return new RgbImage(SIDE, SIDE, rgb);
    }
  }

  private static FewShotAnswers asked(SegmentationModel model, int index, int shots) {
    Dataset dataset = new Halves();
    OtherPictures others = new OtherPictures(dataset, Normalization.IMAGENET, shots);
    return new FewShot()
        .ask(
            model,
            new float[3 * SIDE * SIDE],
            new ImageFrame(SIDE, SIDE, SIDE, SIDE, SIDE, SIDE),
            new ScoredImage(dataset.info(index), new Size(SIDE, SIDE), dataset.segments(index)),
            others);
  }

  @Test
  void asManyOtherPicturesAreShownAsAreAskedForNoneTwiceAndNobodyAsksAboutTheBackground() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        SegmentationModel model =
            SegmentationModels.build(engine, TinyInContext.model(), ClassSpace.ofSize(3))) {
      for (int shots : new int[] {1, 3, 9}) {
        for (int i = 0; i < PICTURES; i++) {
          List<Answer> answers = asked(model, i, shots).answers();
          assertEquals(1, answers.size());
          assertEquals(1, answers.get(0).category());
          List<String> examples = answers.get(0).examples();
          assertEquals(Math.min(shots, PICTURES - 1), Set.copyOf(examples).size());
          assertEquals(examples.size(), Set.copyOf(examples).size());
          assertFalse(examples.contains(Integer.toString(i)));
          assertEquals(Optional.empty(), answers.get(0).wrong());
        }
      }
      List<String> one = new ArrayList<>(asked(model, 2, 1).answers().get(0).examples());
      assertTrue(asked(model, 2, 3).answers().get(0).examples().containsAll(one));
    }
  }

  @Test
  void whatIsVoidCountsNothing() {
    Rle truth = Rle.ofBitmap(new byte[] {1, 1, 0, 0, 0, 0}, 1, 6);
    Rle found = Rle.ofBitmap(new byte[] {0, 1, 1, 1, 0, 0}, 1, 6);
    Rle known = Rle.ofBitmap(new byte[] {1, 1, 1, 0, 1, 0}, 1, 6);
    assertEquals(new Overlap(1, 4, 6), Overlap.of(found, truth, Optional.empty()));
    assertEquals(new Overlap(1, 3, 4), Overlap.of(found, truth, Optional.of(known)));
  }
}
