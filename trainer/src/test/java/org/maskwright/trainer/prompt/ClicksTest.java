package org.maskwright.trainer.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.RandomStream;

class ClicksTest {
  private static final int W = 9;
  private static final int H = 8;
  private static final byte[] TRUTH =
      mask(
          ".........", //
          ".#####...",
          ".#####...",
          ".#####.#.",
          ".........",
          ".........",
          ".........",
          ".........");
  private static final byte[] NOTHING = new byte[H * W];

  private static byte[] mask(String... rows) {
    String all = String.join("", rows);
    byte[] out = new byte[all.length()];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) (all.charAt(i) == '#' ? 1 : 0);
    }
    return out;
  }

  @Test
  void theFirstClickIsInTheMiddle() {
    assertEquals(new Clicks.Place(2, 2, true), Clicks.CENTRE.next(TRUTH, NOTHING, H, W));
  }

  @Test
  void theNextOneIsInTheMiddleOfTheLargerError() {
    byte[] answer =
        mask(
            ".........", //
            ".####....",
            ".####....",
            ".####..#.",
            "......###",
            "......###",
            "......###",
            ".........");
    assertEquals(new Clicks.Place(7, 5, false), Clicks.CENTRE.next(TRUTH, answer, H, W));
    byte[] half =
        mask(
            ".........", //
            ".##......",
            ".##......",
            ".##....#.",
            ".........",
            ".........",
            ".........",
            ".........");
    assertEquals(new Clicks.Place(4, 2, true), Clicks.CENTRE.next(TRUTH, half, H, W));
  }

  @Test
  void whereNothingIsWrongTheObjectIsClickedAgain() {
    assertEquals(new Clicks.Place(2, 2, true), Clicks.CENTRE.next(TRUTH, TRUTH, H, W));
    Clicks.Place any = Clicks.random(RandomStream.of(1, "clicks")).next(TRUTH, TRUTH, H, W);
    assertTrue(any.object() && TRUTH[any.y() * W + any.x()] == 1, any.toString());
  }

  @Test
  void randomClicksReachEveryWrongPixelAndNoOther() {
    byte[] answer = TRUTH.clone();
    answer[1 * W + 1] = 0;
    answer[3 * W + 7] = 0;
    answer[0] = 1;
    RandomStream stream = RandomStream.of(7, "clicks");
    Set<Clicks.Place> seen = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      seen.add(Clicks.random(stream).next(TRUTH, answer, H, W));
    }
    assertEquals(
        Set.of(
            new Clicks.Place(1, 1, true),
            new Clicks.Place(7, 3, true),
            new Clicks.Place(0, 0, false)),
        seen);
  }

  @Test
  void aBoxWithoutNoiseIsTheObjects() {
    RandomStream stream = RandomStream.of(1, "box");
    assertArrayEquals(new float[] {1, 1, 8, 4}, Clicks.box(TRUTH, H, W, 0, 20, stream));
  }

  @Test
  void noiseHasItsDeviationAndEnd() {
    int side = 400;
    byte[] truth = new byte[side * side];
    for (int y = 100; y < 300; y++) {
      for (int x = 150; x < 250; x++) {
        truth[y * side + x] = 1;
      }
    }
    RandomStream stream = RandomStream.of(3, "box");
    double squares = 0;
    int atTheEnd = 0;
    int draws = 400;
    for (int i = 0; i < draws; i++) {
      float[] box = Clicks.box(truth, side, side, 0.1, 20, stream);
      double dx = box[0] - 150;
      double dy = box[1] - 100;
      squares += dx * dx;
      assertTrue(Math.abs(dx) <= 20 && Math.abs(dy) <= 20);
      atTheEnd += Math.abs(dy) == 20 ? 1 : 0;
    }
    assertEquals(10, Math.sqrt(squares / draws), 1); // 10 % of 100 pixels, ends at two deviations
    assertEquals(0.317, atTheEnd / (double) draws, 0.06); // of 200 pixels it is one deviation
  }

  @Test
  void aBoxStaysInThePictureAndHasAnArea() {
    byte[] point = new byte[H * W];
    point[0] = 1;
    RandomStream stream = RandomStream.of(4, "box");
    for (int i = 0; i < 100; i++) {
      float[] box = Clicks.box(point, H, W, 3, 20, stream);
      assertTrue(box[0] >= 0 && box[1] >= 0 && box[2] <= W && box[3] <= H);
      assertTrue(box[2] - box[0] >= 1 && box[3] - box[1] >= 1);
    }
  }
}
