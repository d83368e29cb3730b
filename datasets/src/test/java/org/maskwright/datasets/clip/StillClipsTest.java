package org.maskwright.datasets.clip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.MemoryDataset;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.clip.MemoryVideos.Box;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.FixedSizeCrop;
import org.maskwright.datasets.transform.HorizontalFlip;
import org.maskwright.datasets.transform.ResizeScale;
import org.maskwright.datasets.transform.ResizeShortestEdge;

final class StillClipsTest {
  private static final Augmentation LSJ =
      new Augmentation(
          List.of(
              new HorizontalFlip(0.5),
              new ResizeScale(0.5, 1.5, 48, 48),
              new FixedSizeCrop(48, 48)),
          Task.INSTANCE,
          Augmentation.EmptyMasks.KEEP);

  private static byte[] bytes(TrainingExample example, int t) {
    return ((PixelPlanes.Bytes) example.image(t)).values();
  }

  /** A white box left of the middle of a black picture. */
  private static MemoryVideos box() {
    return new MemoryVideos().frame("v", new Size(64, 64), new Box(0, 0, 8, 24, 16));
  }

  @Test
  void aStillCameraShowsTheSameInEachFrame() {
    StillClips clips = new StillClips(box(), LSJ, 3, 0);
    for (int i = 0; i < 20; i++) {
      TrainingExample clip = clips.example(0, new SplittableRandom(i));
      assertEquals(3, clip.frames());
      assertArrayEquals(bytes(clip, 0), bytes(clip, 1));
      assertArrayEquals(bytes(clip, 0), bytes(clip, 2));
    }
  }

  @Test
  void masksMoveWithThePictureAndAllFramesAreMirroredAlike() {
    StillClips clips = new StillClips(box(), LSJ, 4, 0.3);
    int moved = 0;
    for (int i = 0; i < 100; i++) {
      TrainingExample clip = clips.example(0, new SplittableRandom(i));
      assertEquals(1, clip.targetCount());
      assertEquals(4, clip.masks().count());
      for (int t = 0; t < 4; t++) {
        byte[] pixels = bytes(clip, t);
        int wrong = 0;
        for (int p = 0; p < 48 * 48; p++) {
          boolean light = (pixels[p] & 0xFF) > 170;
          boolean dark = (pixels[p] & 0xFF) < 85;
          boolean inside = clip.masks().get(t, p / 48, p % 48);
          wrong += inside && dark || !inside && light ? 1 : 0;
        }
        assertTrue(wrong <= 48, "clip " + i + " frame " + t + ": " + wrong + " pixels");
      }
      moved += clip.masks().select(0).equals(clip.masks().select(1)) ? 0 : 1;
    }
    assertTrue(moved > 90, "frames differ, in " + moved);
  }

  @Test
  void framesOfUnequalSizeArePaddedToOne() {
    Augmentation resize =
        new Augmentation(
            List.of(new ResizeShortestEdge(List.of(20, 40), 200)),
            Task.INSTANCE,
            Augmentation.EmptyMasks.KEEP);
    StillClips clips = new StillClips(new MemoryDataset(3), resize, 3, 0.4);
    assertEquals(3, clips.size());
    for (int i = 0; i < 30; i++) {
      TrainingExample clip = clips.example(i % 3, new SplittableRandom(i));
      for (int t = 0; t < 3; t++) {
        assertEquals(3 * clip.width() * clip.height(), bytes(clip, t).length);
      }
      assertEquals(3, clip.targetCount(), "objects are told apart whatever their ids");
    }
  }

  @Test
  void rangesAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> new StillClips(box(), LSJ, 0, 0.1));
    assertThrows(IllegalArgumentException.class, () -> new StillClips(box(), LSJ, 2, 1));
  }
}
