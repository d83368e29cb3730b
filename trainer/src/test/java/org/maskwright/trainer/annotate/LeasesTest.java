package org.maskwright.trainer.annotate;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeasesTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // the clock may run over
  private final Leases leases = new Leases(now::get);

  private void wait(double share) {
    now.addAndGet((long) (share * Leases.PATIENCE.toNanos()));
  }

  @Test
  void onePictureIsOneTabs() {
    assertTrue(leases.take(3, "a"));
    assertTrue(leases.take(3, "a"));
    assertFalse(leases.take(3, "b"));
    assertTrue(leases.isOthers(3, "b"));
    assertFalse(leases.isOthers(3, "a"));
  }

  @Test
  void aTabThatOpensAnotherPictureGivesTheFirstBack() {
    leases.take(3, "a");
    leases.take(4, "a");
    assertTrue(leases.take(3, "b"));
    assertFalse(leases.take(4, "b"));
    assertTrue(leases.take(3, "b"), "what is refused changes nothing");
  }

  @Test
  void aLeaseEndsUnlessItIsAskedForAgain() {
    leases.take(3, "a");
    wait(0.6);
    leases.take(3, "a");
    wait(0.6);
    assertFalse(leases.take(3, "b"));
    wait(0.6);
    assertTrue(leases.take(3, "b"));
    assertFalse(leases.take(3, "a"));
  }

  @Test
  void aLeaseCanBeTakenOverAndGivenBack() {
    leases.take(3, "a");
    leases.seize(3, "b");
    assertTrue(leases.isOthers(3, "a"));
    leases.release("b");
    assertTrue(leases.take(3, "a"));
  }
}
