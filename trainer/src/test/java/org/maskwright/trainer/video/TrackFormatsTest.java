package org.maskwright.trainer.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.mask.Rle;

final class TrackFormatsTest {
  @TempDir private Path folder;

  @Test
  void theDocumentationSaysWhatEachFormatIs() throws IOException {
    String page = Files.readString(Path.of("../docs/video.md"));
    for (TrackFormat format : TrackFormats.all()) {
      String row = "| `%s` | %s |".formatted(format.name(), format.meaning());
      assertTrue(page.contains(row), "docs/video.md lacks " + row);
    }
    assertThrows(IllegalArgumentException.class, () -> TrackFormats.get("mot"));
  }

  /** What was put down frame by frame is taken up track by track. */
  @Test
  void masksComeBackInTheirFrames() throws IOException {
    Rle a = Rle.ofCounts(2, 2, new int[] {0, 1, 3});
    Rle b = Rle.ofCounts(2, 2, new int[] {1, 3});
    try (TrackSpool spool = new TrackSpool(folder)) {
      spool.add(0, new TrackedObject(7, 1, true, 0.5, a));
      spool.add(0, new TrackedObject(3, 0, true, 0.9, b));
      for (int t = 2; t < 30; t++) {
        spool.add(t, new TrackedObject(7, 2, true, 0.75, t % 2 == 0 ? a : b));
      }
      assertEquals(List.of(3, 7), spool.tracks());
      assertEquals(2, spool.classIndex(7));
      assertEquals((0.5 + 28 * 0.75) / 29, spool.score(7), 1e-12);
      List<String> masks = new ArrayList<>();
      spool.each(7, 40, masks::add);
      String[] expected = new String[40];
      expected[0] = a.toCompressedString();
      for (int t = 2; t < 30; t++) {
        expected[t] = (t % 2 == 0 ? a : b).toCompressedString();
      }
      assertEquals(Arrays.asList(expected), masks);
      spool.each(3, 40, counts -> masks.set(0, Objects.requireNonNullElse(counts, masks.get(0))));
      assertEquals(b.toCompressedString(), masks.get(0));
    }
    try (var left = Files.list(folder)) {
      assertEquals(0, left.count(), "the temporary file is removed");
    }
  }
}
