package org.maskwright.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RandomStreamsTest {
  private static float[] rows(float[] values, int count, int from, int to) {
    return Arrays.copyOfRange(values, from * count, to * count);
  }

  @Test
  void anImageGetsTheSameNumbersInAnyPartOfItsStep() {
    RandomStreams whole = new RandomStreams(3);
    whole.startImages(7, 0);
    float[] first = whole.perImage("dropout", 4, 5);
    float[] second = whole.perImage("dropout", 4, 3);
    for (int split = 1; split < 4; split++) {
      RandomStreams parts = new RandomStreams(3);
      for (int[] part : new int[][] {{0, split}, {split, 4}}) {
        parts.startImages(7, part[0]);
        int images = part[1] - part[0];
        assertArrayEquals(rows(first, 5, part[0], part[1]), parts.perImage("dropout", images, 5));
        assertArrayEquals(rows(second, 3, part[0], part[1]), parts.perImage("dropout", images, 3));
      }
    }
  }

  @Test
  void imagesStepsNamesSeedsAndCallsGiveUnrelatedNumbers() {
    Set<Float> seen = new HashSet<>();
    int drawn = 0;
    for (long seed = 1; seed <= 2; seed++) {
      RandomStreams streams = new RandomStreams(seed);
      for (long step = 1; step <= 2; step++) {
        streams.startImages(step, 0);
        for (String name : new String[] {"dropout", "other"}) {
          for (int call = 0; call < 2; call++) {
            for (float value : streams.perImage(name, 3, 4)) {
              seen.add(value);
              drawn++;
            }
          }
        }
      }
    }
    // Of 192 numbers with 24 bits two are the same by chance once in a thousand seeds.
    assertEquals(drawn, seen.size());
  }

  @Test
  void numbersOfImagesAreRecomputedAfterARewind() {
    RandomStreams streams = new RandomStreams(3);
    streams.startImages(2, 1);
    streams.perImage("dropout", 2, 3);
    Map<String, Long> before = streams.save();
    float[] drawn = streams.perImage("dropout", 2, 3);
    streams.rewind(before);
    assertArrayEquals(drawn, streams.perImage("dropout", 2, 3));
  }

  @Test
  void aResumedRunStartsTheImagesOfAStepAfresh() {
    RandomStreams streams = new RandomStreams(3);
    streams.startImages(2, 0);
    float[] expected = streams.perImage("dropout", 2, 3);
    RandomStreams resumed = new RandomStreams(3);
    resumed.rewind(streams.save());
    resumed.startImages(2, 0);
    assertArrayEquals(expected, resumed.perImage("dropout", 2, 3));
  }

  @Test
  void forksOfAStreamAreUnrelatedAndDoNotMoveIt() {
    RandomStream stream = RandomStream.of(3, "points");
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      seen.add(stream.fork(i).nextLong());
      seen.add(stream.fork(i).fork(i).nextLong());
    }
    assertEquals(0, stream.position());
    for (int i = 0; i < 100; i++) {
      seen.add(stream.nextLong());
    }
    assertEquals(300, seen.size());
    assertEquals(stream.fork(5).nextLong(), RandomStream.of(3, "points").fork(5).nextLong());
  }
}
