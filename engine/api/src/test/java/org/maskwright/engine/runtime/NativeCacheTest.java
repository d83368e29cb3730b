package org.maskwright.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeCacheTest {
  @TempDir private Path folder;

  private String mount(Path where, String options) {
    return "tmpfs " + where + " tmpfs " + options + " 0 0";
  }

  @Test
  void aFolderMountedNoexecIsNamedWithWhatToSet() throws IOException {
    Path real = folder.toRealPath();
    List<String> mounts =
        List.of(
            "/dev/a / ext4 rw 0 0", mount(real, "rw,nosuid,noexec"), mount(Path.of("/no"), "rw"));
    String problem = NativeCache.problem(folder, mounts).orElseThrow();
    assertTrue(problem.contains(folder.toString()), problem);
    assertTrue(problem.contains("noexec"), problem);
    assertTrue(problem.contains("-Dorg.bytedeco.javacpp.cachedir=DIR"), problem);
  }

  @Test
  void theLastOfTwoMountsOnAFolderHolds() throws IOException {
    Path real = folder.toRealPath();
    assertEquals(
        Optional.empty(),
        NativeCache.problem(folder, List.of(mount(real, "noexec"), mount(real, "rw"))));
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    String problem = NativeCache.problem(file, List.of()).orElseThrow();
    assertTrue(problem.contains(file + ", which cannot be written: "), problem);
  }
}
