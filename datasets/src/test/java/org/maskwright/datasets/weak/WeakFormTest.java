package org.maskwright.datasets.weak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.MemoryDataset;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.coco.CocoInstanceDataset;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.FixedSizeCrop;
import org.maskwright.datasets.transform.HorizontalFlip;
import org.maskwright.datasets.transform.ResizeScale;
import org.maskwright.files.OutputException;

/** Masks taken down to points and boxes, in memory and in a file. */
class WeakFormTest {
  private static final int POINTS = 10;

  private static WeakLabel label(Segment segment) {
    return ((SegmentMask.Weak) segment.mask()).label();
  }

  @Test
  void pointsAreInTheBoxAndLabelledByTheMask() {
    Dataset whole = new MemoryDataset(5);
    Dataset weak = new WeakDataset(whole, WeakForm.points(POINTS), 3);
    for (int i = 0; i < whole.size(); i++) {
      Sample sample = weak.load(i);
      Size size = new Size(sample.image().width(), sample.image().height());
      for (int s = 0; s < sample.segments().size(); s++) {
        Rle mask = whole.segments(i).get(s).mask().toRle(size);
        WeakLabel label = label(sample.segments().get(s));
        assertEquals(mask.box(), label.box().orElseThrow());
        assertEquals(POINTS, label.points().count());
        byte[] bitmap = mask.toBitmap();
        for (int p = 0; p < POINTS; p++) {
          int x = (int) label.points().x(p);
          int y = (int) label.points().y(p);
          assertEquals(x + 0.5, label.points().x(p), "the middle of a pixel");
          assertTrue(x >= mask.box().x() && x < mask.box().x() + mask.box().width());
          assertTrue(y >= mask.box().y() && y < mask.box().y() + mask.box().height());
          assertEquals(bitmap[y * size.width() + x] != 0, label.points().inside(p));
        }
      }
    }
  }

  @Test
  void ofAnObjectThatFillsAQuarterOfItsBoxAQuarterOfThePointsIsInside() {
    byte[] bitmap = new byte[40 * 40];
    for (int i = 0; i < 20; i++) {
      for (int j = 0; j < 20; j++) {
        bitmap[(5 + i) * 40 + 5 + j] = (byte) (i < 10 && j < 10 || i == 19 && j == 19 ? 1 : 0);
      }
    }
    SegmentMask.Weak weak =
        (SegmentMask.Weak) WeakForm.points(2000).of(Rle.ofBitmap(bitmap, 40, 40), new Random(1));
    int inside = 0;
    for (int p = 0; p < 2000; p++) {
      inside += weak.label().points().inside(p) ? 1 : 0;
    }
    assertEquals(0.25, inside / 2000.0, 0.04);
  }

  @Test
  void sameSeedGivesSamePointsInEveryEpochAndAnotherSeedOthers() {
    Dataset whole = new MemoryDataset(3);
    Dataset weak = new WeakDataset(whole, WeakForm.points(POINTS), 3);
    Dataset again = new WeakDataset(whole, WeakForm.points(POINTS), 3);
    Dataset other = new WeakDataset(whole, WeakForm.points(POINTS), 4);
    assertEquals(label(weak.load(2).segments().get(1)), label(again.load(2).segments().get(1)));
    assertEquals(label(weak.load(2).segments().get(1)), label(weak.segments(2).get(1)));
    assertNotEquals(label(weak.load(2).segments().get(1)), label(other.load(2).segments().get(1)));
    assertNotEquals(label(weak.load(2).segments().get(0)), label(weak.load(2).segments().get(1)));
  }

  @Test
  void boxMasksAreTheRectanglesOfTheBoxes() {
    Dataset whole = new MemoryDataset(1);
    Sample sample = new WeakDataset(whole, WeakForm.boxMasks(), 0).load(0);
    Size size = new Size(sample.image().width(), sample.image().height());
    Rle mask = sample.segments().get(1).mask().toRle(size);
    assertEquals(mask.box().area(), mask.area());
    assertEquals(whole.load(0).segments().get(1).mask().toRle(size).box(), mask.box());
  }

  @Test
  void writtenPointsReadBackAsTheSamePoints(@TempDir Path folder) {
    Dataset weak = new WeakDataset(new MemoryDataset(4), WeakForm.points(POINTS), 7);
    Path file = folder.resolve("points.json");
    WeakFile.Report report = WeakFile.write(weak, Path.of("memory"), file);
    assertEquals(4, report.images());
    assertEquals(12, report.objects());
    assertEquals(12 * POINTS, report.points());
    Dataset read = CocoInstanceDataset.open(file, DataFolder.of(folder));
    assertEquals(weak.categories().names(), read.categories().names());
    for (int i = 0; i < 4; i++) {
      for (int s = 0; s < 3; s++) {
        assertEquals(label(weak.segments(i).get(s)), label(read.segments(i).get(s)));
      }
      assertTrue(read.maskless(i).isPresent());
    }
    assertThrows(OutputException.class, () -> WeakFile.write(weak, Path.of("memory"), file));
    assertTrue(Files.exists(file));
  }

  @Test
  void augmentationMovesPointsAndBoxesWithTheMask() {
    Dataset whole = new MemoryDataset(6);
    Dataset weak = new WeakDataset(whole, WeakForm.points(200), 1);
    Augmentation augmentation =
        new Augmentation(
            List.of(
                new HorizontalFlip(0.5),
                new ResizeScale(0.5, 2, 96, 96),
                new FixedSizeCrop(64, 64)),
            Task.INSTANCE,
            Augmentation.EmptyMasks.DROP);
    int shown = 0;
    int agree = 0;
    int all = 0;
    for (int i = 0; i < 60; i++) {
      int index = i % whole.size();
      Categories categories = whole.categories();
      TrainingExample masks = augmentation.apply(whole.load(index), categories, new Random(i));
      TrainingExample points = augmentation.apply(weak.load(index), categories, new Random(i));
      if (masks.targetCount() != points.targetCount()) {
        continue; // of an object at the edge no point may show
      }
      for (int n = 0; n < masks.targetCount(); n++) {
        shown++;
        PointLabels labels = points.weak().get(n).orElseThrow().points();
        assertTrue(points.masks().isEmpty(n));
        for (int p = 0; p < labels.count(); p++) {
          int x = (int) labels.x(p);
          int y = (int) labels.y(p);
          assertTrue(x < points.contentWidth() && y < points.contentHeight());
          agree += masks.masks().get(n, y, x) == labels.inside(p) ? 1 : 0;
          all++;
        }
        points
            .weak()
            .get(n)
            .orElseThrow()
            .box()
            .ifPresent(
                box ->
                    assertTrue(
                        box.x() >= 0
                            && box.y() >= 0
                            && box.x() + box.width() <= points.contentWidth()
                            && box.y() + box.height() <= points.contentHeight()));
      }
    }
    assertTrue(shown > 60, "targets shown: " + shown);
    // A point at a resized mask's edge may round to the other side.
    assertTrue(agree > 0.97 * all, agree + " of " + all);
  }

  @Test
  void aViewWithoutAPointInsideDoesNotShowTheTarget() {
    Dataset weak = new WeakDataset(new MemoryDataset(1), WeakForm.points(POINTS), 1);
    Sample sample = weak.load(0);
    // The box begins at (10, 14): a corner of 8 x 8 shows nothing of it.
    Augmentation corner =
        new Augmentation(
            List.of((view, s, random) -> view.cropped(0, 0, 8, 8)),
            Task.INSTANCE,
            Augmentation.EmptyMasks.KEEP);
    assertEquals(0, corner.apply(sample, weak.categories(), new Random(1)).targetCount());
  }

  @Test
  void masklessSegmentsRefuseToBeMasks() {
    Dataset weak = new WeakDataset(new MemoryDataset(1), WeakForm.boxes(), 1);
    String message =
        assertThrows(
                org.maskwright.datasets.DatasetException.class,
                () -> weak.segments(0).get(0).mask().toRle(new Size(64, 72)))
            .getMessage();
    assertTrue(message.contains("a box") && message.contains("as-annotated"), message);
  }
}
