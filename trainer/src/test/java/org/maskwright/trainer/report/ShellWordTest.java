package org.maskwright.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ShellWordTest {
  @Test
  void aPathInACommandToPasteIsOneWordOfAShell() {
    assertEquals("runs/a-1/b_2.x", ShellWord.of(Path.of("runs/a-1/b_2.x")));
    assertEquals("'my runs/a'", ShellWord.of(Path.of("my runs/a")));
    assertEquals("'it'\\''s'", ShellWord.of(Path.of("it's")));
  }
}
