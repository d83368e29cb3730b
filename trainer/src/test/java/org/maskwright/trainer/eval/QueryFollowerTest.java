package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.modelzoo.postprocess.QueryOutputs;

/** Which object a query of the next window stands for. */
class QueryFollowerTest {
  private static final int SIDE = 8;
  private static final int GONE = -1;

  /**
   * A query: an object of a class with a square of 2 x 2 pixels in each frame.
   *
   * @param logit of its class beside 0 of all else
   * @param columns of the square in each frame; {@link #GONE} where it is absent
   */
  private record Query(int classIndex, float logit, List<Float> state, List<Integer> columns) {
    Query(int classIndex, float logit, List<Float> state, Integer... columns) {
      this(classIndex, logit, state, List.of(columns));
    }

    float[] values() {
      float[] out = new float[state.size()];
      for (int i = 0; i < out.length; i++) {
        out[i] = state.get(i);
      }
      return out;
    }
  }

  private static Network.SeenClip clip(Query... queries) {
    List<QueryOutputs> frames = new ArrayList<>();
    for (int t = 0; t < queries[0].columns().size(); t++) {
      float[] classes = new float[3 * queries.length];
      float[] masks = new float[SIDE * SIDE * queries.length];
      Arrays.fill(masks, -5);
      for (int q = 0; q < queries.length; q++) {
        classes[3 * q + queries[q].classIndex()] = queries[q].logit();
        int column = queries[q].columns().get(t);
        for (int i = 0; column != GONE && i < 4; i++) {
          masks[q * SIDE * SIDE + (3 + i / 2) * SIDE + column + i % 2] = 5;
        }
      }
      frames.add(new QueryOutputs(classes, 2, masks, SIDE, SIDE));
    }
    return new Network.SeenClip(
        frames, Arrays.stream(queries).map(Query::values).toList(), SIDE, SIDE);
  }

  private static final List<Float> A = List.of(1f, 0f, 0f);
  private static final List<Float> B = List.of(0f, 1f, 0f);
  private static final List<Float> C = List.of(0f, 0f, 1f);

  @Test
  void queriesThatChangePlacesKeepTheirObjectsByTheSharedFrames() {
    QueryFollower follower = new QueryFollower(false);
    int[] first =
        follower.follow(clip(new Query(0, 5, A, 0, 1, 2), new Query(0, 5, A, 6, 5, 4)), 0);
    assertArrayEquals(new int[] {1, 2}, first);
    // The window's first two frames are the last two of the one before; states tell nothing.
    int[] next = follower.follow(clip(new Query(0, 5, A, 5, 4, 3), new Query(0, 5, A, 1, 2, 3)), 2);
    assertArrayEquals(new int[] {2, 1}, next);
  }

  @Test
  void whereTheSharedFramesShowNothingStatesDecide() {
    QueryFollower follower = new QueryFollower(false);
    follower.follow(clip(new Query(0, 5, A, 0, GONE), new Query(0, 5, B, 6, GONE)), 0);
    int[] next = follower.follow(clip(new Query(0, 5, B, GONE, 5), new Query(0, 5, A, GONE, 1)), 1);
    assertArrayEquals(new int[] {2, 1}, next);
  }

  @Test
  void anObjectThatWasLostIsKnownByItsStateAndNumbersAreNeverGivenTwice() {
    QueryFollower follower = new QueryFollower(false);
    follower.follow(clip(new Query(0, 5, A, 0, 0)), 0);
    int[] other = follower.follow(clip(new Query(1, 5, B, 6, 6)), 1);
    assertArrayEquals(new int[] {2}, other);
    int[] back = follower.follow(clip(new Query(0, 5, A, 3, 3)), 1);
    assertArrayEquals(new int[] {1}, back);
    int[] third = follower.follow(clip(new Query(1, 5, C, 6, 6)), 1);
    assertArrayEquals(new int[] {3}, third);
  }

  @Test
  void ofTwoQueriesOnOneObjectTheSureOneGoesOnWithTheSureOne() {
    QueryFollower follower = new QueryFollower(false);
    int[] first = follower.follow(clip(new Query(0, 6, A, 2, 2), new Query(0, -1, A, 2, 2)), 0);
    int[] next = follower.follow(clip(new Query(0, -1, A, 2, 2), new Query(0, 6, A, 2, 2)), 1);
    assertEquals(first[0], next[1]);
    assertEquals(first[1], next[0]);
  }

  @Test
  void whatIsUnlikeEveryObjectIsANewOne() {
    QueryFollower follower = new QueryFollower(false);
    int[] first = follower.follow(clip(new Query(0, 5, A, 0, 0)), 0);
    int[] next = follower.follow(clip(new Query(0, 5, B, 6, 6)), 1);
    assertNotEquals(first[0], next[0]);
  }
}
