package org.maskwright.trainer.clip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecallTest {
  private static float[] at(double degrees) {
    double angle = Math.toRadians(degrees);
    return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
  }

  @Test
  void theNearestOfAllDecides() {
    Recall recall = new Recall();
    recall.add(at(0), Map.of("a", at(10))); // nearest: a
    recall.add(at(90), Map.of("b", at(40))); // nearest: c at 80, then b
    recall.add(at(50), Map.of("c", at(80))); // nearest: b at 40, then c
    assertEquals(100.0 / 3, recall.ofPictures(1), 1e-9);
    assertEquals(100, recall.ofPictures(2), 1e-9);
    assertEquals(100.0 / 3, recall.ofCaptions(1), 1e-9);
    assertEquals(100, recall.ofCaptions(3), 1e-9);
  }

  @Test
  void captionsOfOneTextAreOneOfSeveralPictures() {
    Recall recall = new Recall();
    Map<String, float[]> two = new LinkedHashMap<>();
    two.put("a disc", at(0));
    two.put("a red disc", at(5));
    recall.add(at(4), two);
    recall.add(at(1), Map.of("a disc", at(0)));
    assertEquals(100, recall.ofPictures(1), 1e-9);
    assertEquals(100, recall.ofCaptions(1), 1e-9); // either picture is right for "a disc"
  }

  @Test
  void whatLiesJustAsNearCountsAsNearer() {
    Recall recall = new Recall();
    recall.add(at(0), Map.of("a", at(0)));
    recall.add(at(0), Map.of("b", at(0)));
    assertEquals(0, recall.ofPictures(1), 1e-9);
    assertEquals(100, recall.ofPictures(2), 1e-9);
  }

  @Test
  void ofNothingThereIsNoShare() {
    assertEquals(Double.NaN, new Recall().ofPictures(1));
  }
}
