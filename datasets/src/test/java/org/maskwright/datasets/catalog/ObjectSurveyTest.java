package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.MemoryDataset;
import org.maskwright.datasets.Size;

class ObjectSurveyTest {
  @Test
  void sizesAndCountsAreThoseOfTheAnnotation() {
    int images = 40;
    ObjectSurvey survey = ObjectSurvey.of(new MemoryDataset(images));
    double[] sides =
        IntStream.range(0, images)
            .mapToObj(MemoryDataset::box)
            .mapToDouble(box -> Math.sqrt((box[2] - box[0]) * (double) (box[3] - box[1])))
            .sorted()
            .toArray();
    assertEquals(images, survey.images());
    assertEquals(new Size(76, 72), survey.largest());
    assertEquals(3, survey.typicalObjects());
    assertEquals(3, survey.mostObjects());
    assertEquals(3, survey.mostSegments());
    assertEquals(sides[(images - 1) / 2], survey.typicalSide(), 1e-9, "each image has three alike");
    assertEquals(sides[(3 * images - 1) / 10 / 3], survey.smallSide(), 1e-9);
    assertEquals(sides[(3 * images - 1) * 9 / 10 / 3], survey.largeSide(), 1e-9);
  }

  @Test
  void aThousandImagesAreRepresentedByThreeHundred() {
    assertEquals(300, ObjectSurvey.of(new MemoryDataset(1000)).images());
  }

  @Test
  void noImageIsNoData() {
    assertThrows(DatasetException.class, () -> ObjectSurvey.of(new MemoryDataset(0)));
  }
}
