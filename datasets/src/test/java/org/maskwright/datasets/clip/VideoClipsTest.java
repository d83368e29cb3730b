package org.maskwright.datasets.clip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.MemoryDataset;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.clip.MemoryVideos.Box;
import org.maskwright.datasets.loader.DataSource;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.loader.LoaderState;
import org.maskwright.datasets.loader.Sampler;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.Augmentation.ClipLabels;
import org.maskwright.datasets.transform.ColorJitter;
import org.maskwright.datasets.transform.HorizontalFlip;
import org.maskwright.datasets.transform.Pad;
import org.maskwright.datasets.transform.RandomCrop;
import org.maskwright.datasets.transform.ResizeShortestEdge;

final class VideoClipsTest {
  private static final Size SIZE = new Size(40, 30);
  private static final Augmentation PLAIN = Augmentation.none(Task.INSTANCE);
  private static final Augmentation RANDOM =
      new Augmentation(
          List.of(
              new ResizeShortestEdge(List.of(24, 30, 36), 100),
              RandomCrop.fixed(20, 24, 0.9),
              new ColorJitter(),
              new HorizontalFlip(0.5),
              Pad.to(24, 28)),
          Task.INSTANCE,
          Augmentation.EmptyMasks.DROP);

  private static Box cat(long track, int x) {
    return new Box(track, 0, x, 10, 8);
  }

  /** Videos of so many frames, in which a cat moves to the right. */
  private static MemoryVideos videos(int... lengths) {
    MemoryVideos videos = new MemoryVideos();
    for (int v = 0; v < lengths.length; v++) {
      for (int t = 0; t < lengths[v]; t++) {
        videos.frame("v" + v, SIZE, cat(v, t));
      }
    }
    return videos;
  }

  private static VideoClips clips(
      Dataset dataset, Augmentation augmentation, int frames, int range) {
    return new VideoClips(dataset, augmentation, frames, range, ClipLabels.ALL_FRAMES);
  }

  private static List<PixelPlanes> images(TrainingExample example) {
    List<PixelPlanes> out = new ArrayList<>();
    for (int t = 0; t < example.frames(); t++) {
      out.add(example.image(t));
    }
    return out;
  }

  private static byte[] bytes(PixelPlanes planes) {
    return ((PixelPlanes.Bytes) planes).values();
  }

  @Test
  void aVideoIsOneExampleOfAnEpoch() {
    VideoClips clips = clips(videos(5, 1, 3), PLAIN, 2, 20);
    assertEquals(2, clips.size(), "a video of one frame has no clips");
    assertEquals(
        "9 images, clips of 2 frames of 2 videos; 1 videos of one frame are left out",
        clips.counted());
    assertEquals("6", clips.info(1).imageId().toString());
  }

  /** YTVISDatasetMapper: the reference uniform, the other uniform within the range of it. */
  @Test
  void framesAreDrawnAsTheOfficialMapperDraws() {
    int length = 5;
    int range = 2;
    Map<List<Integer>, Double> expected = new HashMap<>();
    for (int reference = 0; reference < length; reference++) {
      int from = Math.max(0, reference - range);
      int to = Math.min(length, reference + range + 1);
      for (int other = from; other < to; other++) {
        if (other != reference) {
          List<Integer> pair = List.of(Math.min(reference, other), Math.max(reference, other));
          expected.merge(pair, 1.0 / length / (to - from - 1), Double::sum);
        }
      }
    }
    VideoClips clips = clips(videos(7, length), PLAIN, 2, range);
    SplittableRandom random = new SplittableRandom(5);
    int draws = 200_000;
    Map<List<Integer>, Integer> counts = new HashMap<>();
    for (int i = 0; i < draws; i++) {
      counts.merge(clips.frames(1, random).stream().map(f -> f - 7).toList(), 1, Integer::sum);
    }
    assertEquals(expected.keySet(), counts.keySet());
    expected.forEach(
        (pair, p) -> assertEquals(p, counts.get(pair) / (double) draws, 0.005, pair::toString));
  }

  @Test
  void shortVideosRepeatFramesAsTheOfficialMapperDoes() {
    VideoClips clips = clips(videos(2), PLAIN, 5, 20);
    List<Integer> frames = clips.frames(0, new SplittableRandom(1));
    assertEquals(5, frames.size());
    assertEquals(frames.stream().sorted().toList(), frames);
    assertTrue(frames.containsAll(List.of(0, 1)));
  }

  @Test
  void aClipDependsOnItsRandomNumbersAloneAndNotOnThreads() {
    DataSource source =
        new DataSource(clips(videos(6, 9, 4), RANDOM, 3, 2), Optional.empty(), LabelSpace.ALL);
    List<List<PixelPlanes>> once = new ArrayList<>();
    for (int workers : new int[] {1, 3}) {
      List<List<PixelPlanes>> seen = new ArrayList<>();
      LoaderSettings settings = LoaderSettings.training(2, 7, workers);
      try (Loader loader =
          new Loader(List.of(source), Sampler.one(2), settings, LoaderState.START)) {
        for (int b = 0; b < 6; b++) {
          loader.next().orElseThrow().examples().forEach(e -> seen.add(images(e)));
        }
      }
      if (once.isEmpty()) {
        once.addAll(seen);
      }
      for (int i = 0; i < once.size(); i++) {
        for (int t = 0; t < 3; t++) {
          assertArrayEquals(bytes(once.get(i).get(t)), bytes(seen.get(i).get(t)));
        }
      }
    }
  }

  @Test
  void allFramesAreChangedAlike() {
    MemoryVideos still = new MemoryVideos();
    for (int t = 0; t < 4; t++) {
      still.frame("v", SIZE, new Box(1, 0, false, 3, 4, 20, 90));
    }
    VideoClips clips = clips(still, RANDOM, 3, 5);
    for (int i = 0; i < 50; i++) {
      TrainingExample clip = clips.example(0, new SplittableRandom(i));
      for (int t = 1; t < 3; t++) {
        assertArrayEquals(bytes(clip.image(0)), bytes(clip.image(t)));
        if (clip.targetCount() > 0) {
          assertEquals(clip.masks().select(0), clip.masks().select(t));
        }
      }
    }
  }

  @Test
  void targetsAreTheTracksOfAnyFrameAndEmptyWhereUnseen() {
    MemoryVideos data =
        new MemoryVideos()
            .frame("v", SIZE, cat(1, 0), new Box(9, 0, true, 20, 20, 5, 99))
            .frame("v", SIZE, cat(1, 3), new Box(2, 1, 20, 5, 6));
    VideoClips clips = clips(data, PLAIN, 2, 20);
    TrainingExample clip = clips.example(0, new SplittableRandom(3));
    assertArrayEquals(new int[] {0, 1}, clip.classes(), "the crowd is no target");
    assertEquals(4, clip.masks().count());
    assertEquals(64, clip.masks().area(0));
    assertEquals(64, clip.masks().area(1));
    assertTrue(clip.masks().isEmpty(2), "the dog is not in the first frame");
    assertEquals(36, clip.masks().area(3));
    assertTrue(clip.masks().get(0, 10, 0) && !clip.masks().get(1, 10, 0));
  }

  /** The official code's labels: those of the last frame, no object for what it does not show. */
  @Test
  void labelsOfTheLastFrameTakeWhatItDoesNotShowForNoObject() {
    MemoryVideos data =
        new MemoryVideos()
            .frame("v", SIZE, cat(1, 0), new Box(2, 1, 20, 5, 6))
            .frame("v", SIZE, new Box(2, 1, 20, 5, 6));
    TrainingExample clip =
        new VideoClips(data, PLAIN, 2, 20, ClipLabels.LAST_FRAME)
            .example(0, new SplittableRandom(3));
    assertArrayEquals(new int[] {TrainingExample.NO_OBJECT, 1}, clip.classes());
    assertEquals(64, clip.masks().area(0), "its mask counts");
  }

  @Test
  void aTargetIsDroppedOnlyWhereNoFrameShowsIt() {
    MemoryVideos data =
        new MemoryVideos()
            .frame("v", SIZE, cat(1, 0), new Box(2, 1, 30, 20, 4))
            .frame("v", SIZE, cat(1, 30), new Box(2, 1, 30, 20, 4));
    Augmentation left =
        new Augmentation(
            List.of((view, sample, random) -> view.cropped(0, 0, 12, 30)),
            Task.INSTANCE,
            Augmentation.EmptyMasks.DROP);
    TrainingExample clip = clips(data, left, 2, 20).example(0, new SplittableRandom(0));
    assertArrayEquals(new int[] {0}, clip.classes());
    assertFalse(clip.masks().isEmpty(0));
    assertTrue(clip.masks().isEmpty(1));
  }

  @Test
  void ofSemanticClipsAClassIsATarget() {
    MemoryVideos data = new MemoryVideos().frame("v", SIZE, cat(1, 0)).frame("v", SIZE, cat(7, 20));
    Augmentation semantic = Augmentation.none(Task.SEMANTIC);
    TrainingExample clip = clips(data, semantic, 2, 20).example(0, new SplittableRandom(0));
    assertArrayEquals(new int[] {0}, clip.classes());
    assertEquals(64, clip.masks().area(1));
  }

  private static String message(MemoryVideos data) {
    VideoClips clips = clips(data, PLAIN, 2, 20);
    return assertThrows(DatasetException.class, () -> clips.example(0, new SplittableRandom(0)))
        .getMessage();
  }

  @Test
  void aTrackThatChangesItsClassIsNamed() {
    String message =
        message(
            new MemoryVideos()
                .frame("v", SIZE, cat(5, 0))
                .frame("v", SIZE, new Box(5, 1, 0, 0, 4)));
    assertTrue(
        message.contains("track 5 to be of one class, got dog, and cat in frame 0"), message);
    assertTrue(message.contains("image 1"), message);
  }

  @Test
  void aTrackThatIsTwiceInAFrameIsNamed() {
    String message =
        message(
            new MemoryVideos().frame("v", SIZE, cat(5, 0), cat(5, 20)).frame("v", SIZE, cat(5, 0)));
    assertTrue(message.contains("track 5 occurs twice"), message);
  }

  @Test
  void aFrameOfAnotherSizeIsNamed() {
    String message = message(new MemoryVideos().frame("v", SIZE).frame("v", new Size(40, 31)));
    assertTrue(message.contains("40 x 30 pixels as 0 of its video has, got 40 x 31"), message);
  }

  @Test
  void photographsHaveNoVideos() {
    String message =
        assertThrows(DatasetException.class, () -> clips(new MemoryDataset(3), PLAIN, 2, 20))
            .getMessage();
    assertTrue(message.contains("data.source.clips.from = stills"), message);
    assertThrows(DatasetException.class, () -> clips(videos(1, 1), PLAIN, 2, 20));
    assertThrows(IllegalArgumentException.class, () -> clips(videos(3), PLAIN, 0, 20));
    assertThrows(IllegalArgumentException.class, () -> clips(videos(3), PLAIN, 2, 0));
  }

  @Test
  void aPartOfADataSetHasTheClipsOfItsFrames() {
    VideoClips clips = clips(DatasetView.where(videos(4, 4), i -> i % 2 == 0), PLAIN, 2, 1);
    assertEquals(2, clips.size());
    assertEquals(List.of(2, 3), clips.frames(1, new SplittableRandom(2)));
  }
}
