package org.maskwright.trainer.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.mask.Rle;

/** What is kept of a video of 100,000 frames. */
class LongVideoTest {
  private static final int FRAMES = 100_000;
  private static final int SIDE = 8;

  @TempDir private Path temp;

  /** A square of four pixels. */
  private static Rle at(int x, int y) {
    int before = x * SIDE + y;
    return Rle.ofCounts(
        SIDE, SIDE, new int[] {before, 2, SIDE - 2, 2, SIDE * SIDE - before - SIDE - 2});
  }

  @Test
  void onlyObjectsOfTheLastFramesAreKept() {
    TrackJoiner joiner = new TrackJoiner();
    for (int t = 0; t < FRAMES; t++) {
      // an object that stays, and one that is somewhere else in every third frame
      Sighting stays = new Sighting(0, 0.9, at(0, 0), Look.UNKNOWN);
      Sighting jumps = new Sighting(1, 0.8, at(2 + t % 5, 3 + t / 3 % 3), Look.UNKNOWN);
      List<Integer> tracks = joiner.join(t % 3 == 0 ? List.of(stays, jumps) : List.of(stays));
      assertEquals(1, tracks.get(0), "frame " + t);
      assertTrue(joiner.open() <= TrackJoiner.PATIENCE + 1, "kept " + joiner.open());
    }
  }

  @Test
  void masksOfATrackAreFoundAgainAtTheirFrames() throws IOException {
    try (TrackSpool spool = new TrackSpool(temp)) {
      for (int t = 0; t < FRAMES; t += 1000) {
        spool.add(t, new TrackedObject(1, 0, true, 0.5, at(t / 1000 % 6, 0)));
      }
      spool.add(FRAMES - 1, new TrackedObject(2, 1, true, 0.5, at(0, 0)));
      int[] frame = new int[1];
      spool.each(
          1,
          FRAMES,
          counts -> {
            int t = frame[0]++;
            assertEquals(t % 1000 == 0 ? at(t / 1000 % 6, 0).toCompressedString() : null, counts);
          });
      assertEquals(FRAMES, frame[0]);
    }
  }
}
