package org.maskwright.trainer.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
  @TempDir Path root;

  private Folders folders(Path cache) {
    return new Folders(new SystemFiles(root), cache, root, root);
  }

  @Test
  void aCacheThatCannotRunLibrariesIsNamedWithWhatToSet() throws IOException {
    Path cache = Files.createDirectories(root.resolve("cache"));
    Files.createDirectories(root.resolve("proc/self"));
    Files.writeString(
        root.resolve("proc/self/mounts"),
        "disk / ext4 rw,relatime 0 0\nram " + root + " tmpfs rw,nosuid,noexec 0 0\n");
    Finding finding = folders(cache).cacheFinding();
    assertEquals(Finding.Verdict.WRONG, finding.verdict());
    assertTrue(finding.message().contains("noexec"), finding::message);
    assertTrue(finding.message().contains(cache.toString()), finding::message);
    assertTrue(finding.advice().contains("cachedir"), finding::advice);
  }

  @Test
  void aCacheThatIsNotThereYetIsRightWhereItCanBeMade() {
    Finding finding = folders(root.resolve("not/yet")).cacheFinding();
    assertEquals(Finding.Verdict.OK, finding.verdict(), finding::message);
  }

  @Test
  void aCacheThatCannotBeWrittenIsWrong() throws IOException {
    Path cache = Files.createDirectories(root.resolve("cache"));
    assertTrue(cache.toFile().setWritable(false));
    Assumptions.assumeFalse(Files.isWritable(cache), "this user may write everywhere");
    assertEquals(Finding.Verdict.WRONG, folders(cache).cacheFinding().verdict());
  }
}
