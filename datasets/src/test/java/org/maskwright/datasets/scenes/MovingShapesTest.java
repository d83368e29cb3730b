package org.maskwright.datasets.scenes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.video.VideoDataset;
import org.maskwright.datasets.video.YoutubeVis;

final class MovingShapesTest {
  private static final MovingShapesConfig FEW = new MovingShapesConfig(3, 4, 2, 8, 48);

  @TempDir Path folder;

  private static double centre(Rle mask) {
    Box box = mask.box();
    return box.x() + box.width() / 2;
  }

  /** The two of one class: the pair comes last. */
  private static List<ShapeVideo.Track> pair(ShapeVideo video) {
    int count = video.tracks().size();
    return video.tracks().subList(count - 2, count);
  }

  @Test
  void thePairIsOfOneClassChangesSidesAndIsHiddenHalfway() {
    for (int id = 1; id <= 50; id++) {
      ShapeVideo video = ShapeVideo.of(FEW, id);
      ShapeVideo.Track back = pair(video).get(0);
      ShapeVideo.Track front = pair(video).get(1);
      assertEquals(back.kind(), front.kind());
      assertEquals(0, back.masks().get(4).area(), "the one behind is hidden halfway");
      assertTrue(front.masks().get(4).area() > 50);
      boolean leftFirst = centre(back.masks().get(0)) < centre(front.masks().get(0));
      boolean leftLast = centre(back.masks().get(7)) < centre(front.masks().get(7));
      assertNotEquals(leftFirst, leftLast);
      for (ShapeVideo.Track track : List.of(back, front)) {
        assertTrue(track.masks().get(0).area() > 30 && track.masks().get(7).area() > 30);
      }
    }
  }

  @Test
  void masksOfAFrameShareNoPixel() {
    for (int id = 1; id <= 10; id++) {
      ShapeVideo video = ShapeVideo.of(FEW, id);
      for (int t = 0; t < 8; t++) {
        int frame = t;
        List<Rle> masks = video.tracks().stream().map(track -> track.masks().get(frame)).toList();
        assertEquals(masks.stream().mapToLong(Rle::area).sum(), Rle.union(masks).area());
      }
    }
  }

  @Test
  void allClassesAndTwoOrThreeObjectsOccur() {
    Set<ShapeVideo.Kind> kinds = new HashSet<>();
    Set<Integer> counts = new HashSet<>();
    for (int id = 1; id <= 30; id++) {
      ShapeVideo video = ShapeVideo.of(FEW, id);
      video.tracks().forEach(track -> kinds.add(track.kind()));
      counts.add(video.tracks().size());
    }
    assertEquals(3, kinds.size());
    assertEquals(Set.of(2, 3), counts);
  }

  @Test
  void filesAreReadAsTheVideosThatWereMadeAndNotWrittenTwice() throws Exception {
    Path dir = folder.resolve("shapes");
    assertTrue(MovingShapes.write(dir, FEW));
    assertFalse(MovingShapes.write(dir, FEW));
    VideoDataset data =
        YoutubeVis.open(
            dir.resolve("train/instances.json"),
            DataFolder.of(dir.resolve("train/JPEGImages")),
            problem -> {
              throw problem;
            });
    assertEquals(4 * 8, data.size());
    assertEquals(List.of("disc", "square", "triangle"), data.categories().names());
    for (int id = 1; id <= 4; id++) {
      ShapeVideo video = ShapeVideo.of(FEW, id);
      for (int t = 0; t < 8; t++) {
        int frame = t;
        int index = (id - 1) * 8 + t;
        assertEquals(Optional.of("" + id), data.video(index));
        assertArrayEquals(
            video.frames().get(t).data(), data.image(index).shown().data(), "PNGs lose nothing");
        List<Rle> seen =
            video.tracks().stream()
                .map(track -> track.masks().get(frame))
                .filter(mask -> mask.area() > 0)
                .toList();
        List<Segment> segments = data.segments(index);
        assertEquals(
            seen, segments.stream().map(s -> ((SegmentMask.Runs) s.mask()).rle()).toList());
      }
    }
    Path other = folder.resolve("other");
    MovingShapes.write(other, new MovingShapesConfig(3, 9, 2, 8, 48));
    assertArrayEquals(
        Files.readAllBytes(dir.resolve("val/JPEGImages/100001/00003.png")),
        Files.readAllBytes(other.resolve("val/JPEGImages/100001/00003.png")),
        "a video depends on the seed and its number alone");
    assertTrue(
        IntStream.range(0, 8)
            .allMatch(
                t -> Files.exists(other.resolve("train/JPEGImages/000009/0000" + t + ".png"))));
  }
}
