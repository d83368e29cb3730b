package org.maskwright.engine.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three processes, all of which are this one. */
class MeetingPointTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SOME_BEATS_MILLIS = 3000;

  private final List<MeetingPoint> points = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    int port = Processes.freePort();
    for (int rank = 0; rank < 3; rank++) {
      points.add(MeetingPoint.open(Processes.place(rank, 3, port), PATIENCE));
    }
  }

  @AfterEach
  void close() {
    for (int rank = 2; rank >= 0; rank--) {
      points.get(rank).close();
    }
  }

  private List<Integer> silent() {
    long[] before = points.get(0).beats();
    MeetingPoint.pause(SOME_BEATS_MILLIS);
    return points.get(0).silent(before);
  }

  @Test
  void oneThatStillComputesIsNotTakenForOneThatIsGone() {
    points.get(1).close(); // without a word
    points.get(0).lost(); // 2 has noticed nothing yet
    assertEquals(List.of(1), silent());
  }

  @Test
  void whereAllHeartsBeatThoseAreSilentThatHaveLostNobody() {
    points.get(0).lost();
    points.get(2).lost();
    assertEquals(List.of(1), silent());
  }
}
