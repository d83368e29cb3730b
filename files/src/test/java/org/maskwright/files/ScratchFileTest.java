package org.maskwright.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ScratchFileTest {
  @Test
  void whatWasAppendedIsReadFromAnyPlaceAlsoByAnInterruptedThread() {
    try (ScratchFile scratch = ScratchFile.create()) {
      scratch.append(new byte[] {1, 2, 3, 4}, 1, 2);
      scratch.append(new byte[] {5}, 0, 1);
      Thread.currentThread().interrupt();
      byte[] read = new byte[4];
      scratch.read(1, read, 2, 2);
      assertTrue(Thread.interrupted());
      assertArrayEquals(new byte[] {0, 0, 3, 5}, read);
      scratch.read(0, read, 0, 3);
      assertArrayEquals(new byte[] {2, 3, 5, 5}, read);
    }
  }

  @Test
  void beyondItsEndAndAfterItsCloseNothingIsRead() {
    ScratchFile scratch = ScratchFile.create();
    try (scratch) {
      scratch.append(new byte[3], 0, 3);
      assertThrows(OutputException.class, () -> scratch.read(1, new byte[3], 0, 3));
    }
    assertThrows(OutputException.class, () -> scratch.read(0, new byte[1], 0, 1));
  }
}
