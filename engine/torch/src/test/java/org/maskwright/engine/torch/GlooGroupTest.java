package org.maskwright.engine.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.maskwright.engine.torch.Processes.each;
import static org.maskwright.engine.torch.Processes.freePort;
import static org.maskwright.engine.torch.Processes.place;

import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Work;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.process.PeerException;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.Rendezvous;

/** The processes are threads here, each with a group of its own. */
class GlooGroupTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static FloatBuffer floats(float... values) {
    FloatBuffer out =
        ByteBuffer.allocateDirect(values.length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    return out.put(values).flip();
  }

  private static List<Float> list(FloatBuffer buffer) {
    float[] out = new float[buffer.remaining()];
    buffer.duplicate().get(out);
    List<Float> boxed = new ArrayList<>();
    for (float value : out) {
      boxed.add(value);
    }
    return boxed;
  }

  @Test
  void aSumIsThatOfAllProcessesInEachOfThem() throws Exception {
    List<Object> out =
        each(
            3,
            group -> {
              FloatBuffer a = floats(1 + group.rank(), 10);
              FloatBuffer b = floats(100 * group.rank());
              FloatBuffer c = floats(1, 2, 3, group.rank());
              ProcessGroup.Pending first = group.sum(List.of(a, b));
              ProcessGroup.Pending second = group.sum(List.of(c)); // while the first is under way
              first.await();
              second.await();
              return List.of(list(a), list(b), list(c));
            });
    List<List<Float>> expected = List.of(List.of(6f, 30f), List.of(300f), List.of(3f, 6f, 9f, 3f));
    assertEquals(List.of(expected, expected, expected), out);
  }

  @Test
  void aPartOfABufferIsSummedAndNothingBesideIt() throws Exception {
    List<Object> out =
        each(
            2,
            group -> {
              FloatBuffer all = floats(1, 2, 3, 4);
              group.sum(List.of(all.slice(1, 2))).await();
              return list(all);
            });
    assertEquals(List.of(1f, 4f, 6f, 4f), out.get(0));
    assertEquals(out.get(0), out.get(1));
  }

  @Test
  void whatIsSummedIsWhatWasThereWhenItBegan() throws Exception {
    CountDownLatch overwritten = new CountDownLatch(1);
    List<Object> out =
        each(
            2,
            group -> {
              FloatBuffer a = floats(1 + group.rank());
              if (group.rank() == 0) {
                ProcessGroup.Pending sum = group.sum(List.of(a));
                a.put(0, 99); // as if it had been freed and used for something else
                overwritten.countDown();
                sum.await();
              } else {
                awaited(overwritten);
                group.sum(List.of(a)).await();
              }
              return list(a);
            });
    assertEquals(List.of(List.of(3f), List.of(3f)), out);
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aGroupThatIsLeftWithASumUnderWayLeavesTheArrayAlone() throws Exception {
    FloatBuffer kept = floats(1, 2);
    List<Object> out =
        each(
            2,
            group -> {
              ProcessGroup.Pending sum =
                  group.sum(List.of(group.rank() == 0 ? kept : floats(3, 4)));
              if (group.rank() == 0) {
                return "left";
              }
              sum.await();
              return "done";
            });
    assertEquals(List.of("left", "done"), out);
    assertEquals(List.of(1f, 2f), list(kept));
  }

  @Test
  void theValuesOfAnyProcessAreTaken() throws Exception {
    List<Object> out =
        each(
            3,
            group -> {
              FloatBuffer a = floats(group.rank(), 7 * group.rank());
              group.take(2, List.of(group.rank() == 2 ? a.asReadOnlyBuffer() : a));
              return list(a);
            });
    assertEquals(java.util.Collections.nCopies(3, List.of(2f, 14f)), out);
  }

  @Test
  void theFirstProcessesValuesAreTaken() throws Exception {
    List<Object> out =
        each(
            3,
            group -> {
              FloatBuffer a = floats(group.rank(), 7 * group.rank());
              FloatBuffer b = floats(5 + group.rank());
              group.take(0, List.of(a, b));
              return List.of(list(a), list(b));
            });
    assertEquals(java.util.Collections.nCopies(3, List.of(List.of(0f, 0f), List.of(5f))), out);
  }

  @Test
  void whatIsGatheredComesInTheOrderOfTheRanksWhateverItsLength() throws Exception {
    int[] lengths = {0, 1024, 1025, 100_000};
    for (int length : lengths) {
      List<Object> out =
          each(
              3,
              group -> {
                byte[] own = new byte[length / (group.rank() + 1)];
                Arrays.fill(own, (byte) (group.rank() + 1));
                return group.gather(own).stream()
                    .map(b -> b.length + " of " + (b.length == 0 ? 0 : b[b.length - 1]))
                    .toList();
              });
      List<String> expected = new ArrayList<>();
      for (int rank = 0; rank < 3; rank++) {
        int n = length / (rank + 1);
        expected.add(n + " of " + (n == 0 ? 0 : rank + 1));
      }
      assertEquals(List.of(expected, expected, expected), out);
    }
  }

  @Test
  void smallExchangesOfNumbersAreExact() throws Exception {
    List<Object> out =
        each(
            2,
            group -> {
              double[] sum = group.sum(1e17 * group.rank(), 0.1);
              int[] max = group.max(-3 + group.rank(), 5 - group.rank());
              group.meet();
              return List.of(
                  sum[0], sum[1], max[0], max[1], group.any(group.rank() == 1), group.any(false));
            });
    assertEquals(List.of(1e17, 0.2, -2, 5, true, false), out.get(0));
    assertEquals(out.get(0), out.get(1));
  }

  @Test
  void aProcessThatFailsEndsTheOthersWithItsReason() throws Exception {
    List<Object> out =
        each(
            3,
            group -> {
              if (group.rank() == 1) {
                group.fail("some.Exception", "the disk is full \u2603");
                return "ended";
              }
              group.sum(List.of(floats(1))).await();
              return "went on";
            });
    for (int rank : new int[] {0, 2}) {
      PeerException error = (PeerException) out.get(rank);
      assertEquals("some.Exception", error.kind());
      assertEquals("the disk is full \u2603", error.getMessage());
    }
  }

  @Test
  void aProcessThatDoesNotAnswerInTimeEndsTheOthersAndIsNamed() throws Exception {
    int port = freePort();
    List<Object> out =
        each(
            List.of(place(0, 2, port), place(1, 2, port)),
            Duration.ofSeconds(2),
            group -> {
              if (group.rank() == 1) {
                MeetingPoint.pause(9000);
                return "late";
              }
              return group.gather(new byte[1]);
            });
    String message = ((PeerException) out.get(0)).getMessage();
    assertTrue(message.startsWith("process 1 of 2 (host "), message);
    assertTrue(message.contains("did not answer within 2 s"), message);
  }

  /** Work that is done, well or with an error, as soon as the first wait for it has given up. */
  private static final class EndingLate extends Work {
    private final String error;
    private boolean completed;

    EndingLate(String error) {
      super((Pointer) null);
      this.error = error;
    }

    @Override
    public boolean isCompleted() {
      return completed;
    }

    @Override
    public boolean _wait(Milliseconds timeout) {
      if (!completed) {
        completed = true;
        throw new IllegalStateException("Operation timed out!");
      }
      if (!error.isEmpty()) {
        throw new IllegalStateException(error);
      }
      return true;
    }
  }

  @Test
  void whatEndsJustAfterAWaitHasGivenUpIsNotTakenForLost() throws Exception {
    try (GlooGroup group = GlooGroup.join(place(0, 1, freePort()), PATIENCE)) {
      group.await(new EndingLate(""));
      PeerException lost =
          assertThrows(PeerException.class, () -> group.await(new EndingLate("reset by peer")));
      assertTrue(lost.getMessage().contains("(reset by peer)"), lost.getMessage());
    }
  }

  @Test
  void processesOfDifferentNumbersAreRefusedEverywhere() throws Exception {
    int port = freePort();
    List<Object> out =
        each(List.of(place(0, 2, port), place(1, 3, port)), PATIENCE, ProcessGroup::rank);
    for (Object error : out) {
      String message = ((PeerException) error).getMessage();
      assertTrue(message.contains("expected the 2 processes"), message);
      assertTrue(message.contains("got 3; set WORLD_SIZE"), message);
    }
  }

  @Test
  void twoProcessesOfOneRankAreRefused() throws Exception {
    int port = freePort();
    List<Object> out =
        each(
            List.of(place(0, 3, port), place(1, 3, port), place(1, 3, port)),
            PATIENCE,
            ProcessGroup::rank);
    assertTrue(
        ((PeerException) out.get(0)).getMessage().contains("two processes have rank 1"),
        out::toString);
  }

  @Test
  void aMasterThatIsNotThereIsNamedWithinTheTime() throws Exception {
    int port = freePort();
    PeerException error =
        assertThrows(
            PeerException.class, () -> ProcessGroup.join(place(1, 2, port), Duration.ofSeconds(1)));
    assertTrue(error.getMessage().contains("localhost port " + port), error.getMessage());
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      PeerException error =
          assertThrows(
              PeerException.class,
              () -> ProcessGroup.join(place(0, 2, taken.getLocalPort()), Duration.ofSeconds(2)));
      assertTrue(
          error.getMessage().contains("listen on port " + taken.getLocalPort()),
          error.getMessage());
    }
  }

  @Test
  void aProcessThatIsMissingIsNamedByItsRank() throws Exception {
    PeerException error =
        assertThrows(
            PeerException.class,
            () -> ProcessGroup.join(place(0, 2, freePort()), Duration.ofSeconds(1)));
    assertTrue(error.getMessage().contains("none of rank [1]"), error.getMessage());
  }

  @Test
  void oneProcessNeedsNobody() {
    ProcessGroup alone = ProcessGroup.join(Rendezvous.ALONE, PATIENCE);
    FloatBuffer a = floats(3);
    alone.sum(List.of(a)).await();
    alone.take(0, List.of(a));
    assertEquals(3f, a.get(0));
    byte[] own = "x".getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(own, alone.gather(own).get(0));
    assertArrayEquals(new double[] {2}, alone.sum(2));
  }
}
