package org.maskwright.trainer.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.TubeEvaluator;

final class TrackJoinerTest {
  private static final int SIDE = 40;

  private static Rle box(int x, int y, int width, int height) {
    byte[] bits = new byte[SIDE * SIDE];
    for (int row = y; row < y + height; row++) {
      for (int column = x; column < x + width; column++) {
        bits[row * SIDE + column] = 1;
      }
    }
    return Rle.ofBitmap(bits, SIDE, SIDE);
  }

  private static Sighting seen(int x, int y) {
    return seen(x, y, 0, Look.UNKNOWN);
  }

  private static Sighting seen(int x, int y, int classIndex, Look look) {
    return new Sighting(classIndex, 0.9, box(x, y, 8, 8), look);
  }

  /** Objects that swap sides, one behind the other on the way. */
  @Test
  void objectsThatSwapSidesBehindEachOtherKeepTheirTracks() {
    TubeEvaluator joined = new TubeEvaluator(List.of(1));
    TubeEvaluator linked = new TubeEvaluator(List.of(1));
    for (int seed = 0; seed < 12; seed++) {
      CrossingVideo video = new CrossingVideo(seed, 24);
      TrackJoiner joiner = new TrackJoiner();
      List<List<Sighting>> frames = new ArrayList<>();
      List<List<Integer>> numbers = new ArrayList<>();
      for (int t = 0; t < video.frames(); t++) {
        frames.add(video.found(t));
        numbers.add(joiner.join(frames.get(t)));
      }
      video.score(joined, seed, frames, numbers);
      video.score(linked, seed, frames, links(frames));
    }
    double ofTracks = joined.result().all().ap50();
    double ofLinks = linked.result().all().ap50();
    assertTrue(ofTracks >= 0.9, "AP50 of tracks: " + ofTracks);
    assertTrue(ofTracks > ofLinks + 0.1, "of links from frame to frame: " + ofLinks);
  }

  /** The plain way: each sighting goes on with that of the frame before which it overlaps most. */
  private static List<List<Integer>> links(List<List<Sighting>> frames) {
    List<List<Integer>> numbers = new ArrayList<>();
    int next = 1;
    for (int t = 0; t < frames.size(); t++) {
      List<Integer> here = new ArrayList<>();
      Set<Integer> taken = new HashSet<>();
      for (Sighting sighting : frames.get(t)) {
        int best = 0;
        double most = 0.3;
        for (int i = 0; t > 0 && i < frames.get(t - 1).size(); i++) {
          double iou = frames.get(t - 1).get(i).mask().iou(sighting.mask());
          int number = numbers.get(t - 1).get(i);
          if (iou > most && !taken.contains(number)) {
            most = iou;
            best = number;
          }
        }
        here.add(best == 0 ? next++ : best);
        taken.add(here.get(here.size() - 1));
      }
      numbers.add(here);
    }
    return numbers;
  }

  @Test
  void theOrderOfSightingsDoesNotMatter() {
    TrackJoiner joiner = new TrackJoiner();
    List<Integer> first = joiner.join(List.of(seen(0, 0), seen(20, 20)));
    List<Integer> second = joiner.join(List.of(seen(21, 20), seen(1, 0)));
    assertEquals(first.get(0), second.get(1));
    assertEquals(first.get(1), second.get(0));
  }

  @Test
  void anObjectThatReturnsHasItsNumberAndOneThatIsNewAnother() {
    TrackJoiner joiner = new TrackJoiner();
    int number = joiner.join(List.of(seen(4, 4))).get(0);
    for (int t = 0; t < 5; t++) {
      assertEquals(List.of(), joiner.join(List.of()));
    }
    assertEquals(List.of(number), joiner.join(List.of(seen(5, 4))));
    assertNotEquals(number, joiner.join(List.of(seen(30, 30))).get(0));
    for (int t = 0; t <= TrackJoiner.PATIENCE; t++) {
      joiner.join(List.of());
    }
    assertEquals(0, joiner.open());
    assertEquals(List.of(3), joiner.join(List.of(seen(5, 4))), "numbers are given once");
  }

  @Test
  void coloursTellObjectsApartThatPlacesDoNot() {
    byte[] red = new byte[3 * SIDE * SIDE];
    byte[] blue = new byte[3 * SIDE * SIDE];
    for (int i = 0; i < red.length; i += 3) {
      red[i] = (byte) 200;
      blue[i + 2] = (byte) 200;
    }
    Look ofRed = Look.of(new RgbImage(SIDE, SIDE, red), box(0, 0, 8, 8));
    Look ofBlue = Look.of(new RgbImage(SIDE, SIDE, blue), box(0, 0, 8, 8));
    assertEquals(1, ofRed.similarity(ofRed), 1e-6);
    assertEquals(0, ofRed.similarity(ofBlue), 1e-6);
    TrackJoiner joiner = new TrackJoiner();
    List<Integer> first = joiner.join(List.of(seen(4, 4, 0, ofRed), seen(16, 4, 0, ofBlue)));
    // Both moved to the middle between the two.
    List<Integer> second = joiner.join(List.of(seen(10, 6, 0, ofBlue), seen(10, 16, 0, ofRed)));
    assertEquals(first.get(1), second.get(0));
  }

  @Test
  void secondGuessesOfAnObjectHaveNoTrack() {
    TrackJoiner joiner = new TrackJoiner();
    Sighting sure = seen(4, 4);
    Sighting unsure = new Sighting(3, 0.6, box(4, 4, 8, 7), Look.UNKNOWN);
    assertEquals(List.of(TrackJoiner.NONE, 1), joiner.join(List.of(unsure, sure)));
  }

  @Test
  void whatIsKeptDoesNotGrowWithTheVideo() {
    TrackJoiner joiner = new TrackJoiner();
    int most = 0;
    for (int t = 0; t < 2000; t++) {
      joiner.join(List.of(seen(t * 7 % 32, t * 13 % 32)));
      most = Math.max(most, joiner.open());
    }
    assertTrue(most <= TrackJoiner.PATIENCE + 1, "open tracks: " + most);
  }

  @Test
  void masksOfAnotherSizeAreRefused() {
    TrackJoiner joiner = new TrackJoiner();
    joiner.join(List.of(seen(4, 4)));
    Sighting other = new Sighting(0, 0.9, Rle.ofCounts(2, 2, new int[] {0, 4}), Look.UNKNOWN);
    assertThrows(IllegalArgumentException.class, () -> joiner.join(List.of(other)));
    assertThrows(
        IllegalArgumentException.class, () -> new Sighting(0, 0.9, Rle.empty(4, 4), Look.UNKNOWN));
  }
}
