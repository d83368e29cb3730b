package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TrainCommandTest {
  @Test
  void aPathInACommandToPasteIsOneWordOfAShell() {
    assertEquals("runs/a-1/b_2.x", TrainCommand.word(Path.of("runs/a-1/b_2.x")));
    assertEquals("'my runs/a'", TrainCommand.word(Path.of("my runs/a")));
    assertEquals("'it'\\''s'", TrainCommand.word(Path.of("it's")));
  }
}
