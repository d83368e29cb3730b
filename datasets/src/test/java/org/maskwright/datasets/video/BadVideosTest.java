package org.maskwright.datasets.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.picture.Picture;

/** Annotated videos as they should not be: named, or read as the official tools read them. */
final class BadVideosTest {
  private static final String WHOLE = "{\"size\":[4,6],\"counts\":[0,24]}";

  @TempDir private Path root;

  private void photo(String name, int width, int height) throws IOException {
    Files.createDirectories(root.resolve(name).getParent());
    Picture.ofRgb(new byte[3 * width * height], width, height).writePng(root.resolve(name));
  }

  private static LabelMap map(int width, int height, int label) {
    int[] labels = new int[width * height];
    labels[0] = label;
    return new LabelMap(height, width, labels);
  }

  private Path file(String name) throws IOException {
    Files.createDirectories(root.resolve(name).getParent());
    return root.resolve(name);
  }

  private Dataset open(String type) {
    return DatasetOpener.open(DatasetSettings.of(type, root, ""));
  }

  private void youtubeVis(String names, String masks) throws IOException {
    Files.writeString(
        file("train/instances.json"),
        """
        {"videos":[{"id":7,"width":6,"height":4,"file_names":[%s]}],"categories":[{"id":4,"name":"dog"}],
         "annotations":[{"id":1,"video_id":7,"category_id":4,"iscrowd":0,"segmentations":[%s]}]}
        """
            .formatted(names, masks));
  }

  private static void refused(Dataset data, int frame, String why) {
    DatasetException e = assertThrows(DatasetException.class, () -> data.load(frame));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  @Test
  void aFrameThatIsMissingOrOfAnotherSizeIsNamed() throws IOException {
    youtubeVis("\"a/0.png\",\"a/1.png\",\"a/2.png\"", WHOLE + ",null," + WHOLE);
    photo("train/JPEGImages/a/0.png", 6, 4);
    photo("train/JPEGImages/a/2.png", 4, 6);
    Dataset data = open("youtube-vis");
    assertEquals(1, data.load(0).segments().size());
    refused(data, 1, "a/1.png");
    refused(data, 2, "a/2.png: image a/2.png: a frame of 4 x 6 pixels, expected 6 x 4");
  }

  @Test
  void annotationsOfAnotherSizeThanTheirFrameAreNamed() throws IOException {
    for (int t = 0; t < 2; t++) {
      photo("JPEGImages/480p/dog/0%d.png".formatted(t), 6, 4);
      LabelPng.writeGrey8(file("Annotations/480p/dog/0%d.png".formatted(t)), map(6 + t, 4, 1));
      photo("training/image_02/0002/00000%d.png".formatted(t), 6 + t, 4);
    }
    Dataset davis = open("davis");
    assertEquals(1, davis.load(0).segments().size());
    refused(davis, 1, "7 x 4");
    String mask = Rle.ofCounts(4, 6, new int[] {4, 4, 16}).toCompressedString();
    Files.writeString(
        file("instances/0002.txt"), "0 2001 2 4 6 %s\n1 2001 2 4 6 %s\n".formatted(mask, mask));
    Dataset mots = open("mots");
    assertEquals(1, mots.load(0).segments().size());
    refused(mots, 1, "6 x 4");
  }

  /** As YTVOSeval and the official loaders do: there is nothing to see in any frame. */
  @Test
  void aTrackWithoutAMaskInAnyFrameIsInNone() throws IOException {
    youtubeVis("\"a/0.png\",\"a/1.png\"", "null,null");
    photo("train/JPEGImages/a/0.png", 6, 4);
    photo("train/JPEGImages/a/1.png", 6, 4);
    Dataset data = open("youtube-vis");
    assertEquals(List.of(), data.load(0).segments());
    assertEquals(List.of(), data.load(1).segments());
  }

  @Test
  void aVideoOfOneFrameIsAPhotograph() throws IOException {
    youtubeVis("\"a/0.png\"", WHOLE);
    photo("train/JPEGImages/a/0.png", 6, 4);
    assertEquals(1, open("youtube-vis").size());
    youtubeVis("", "");
    DatasetException none = assertThrows(DatasetException.class, () -> open("youtube-vis"));
    assertTrue(none.getMessage().contains("video 7 without \"file_names\""), none.getMessage());
  }

  /**
   * An object of MOTS may be a car in one frame and a pedestrian in the next: TrackEval reads on.
   */
  @Test
  void anIdThatChangesItsClassHasThatOfEachFrame() throws IOException {
    String mask = Rle.ofCounts(4, 6, new int[] {4, 4, 16}).toCompressedString();
    photo("training/image_02/0002/0.png", 6, 4);
    photo("training/image_02/0002/1.png", 6, 4);
    Files.writeString(
        file("instances/0002.txt"), "0 5 1 4 6 %s\n1 5 2 4 6 %s\n".formatted(mask, mask));
    Dataset data = open("mots");
    assertEquals(0, data.load(0).segments().get(0).category());
    assertEquals(1, data.load(1).segments().get(0).category());
  }

  @Test
  void aVideoOfAHundredThousandFramesIsReadByItsNames() throws IOException {
    int frames = 100_000;
    List<String> names = new ArrayList<>();
    for (int t = 0; t < frames; t++) {
      names.add("\"a/%06d.png\"".formatted(t));
    }
    List<String> masks = new ArrayList<>(Collections.nCopies(frames, "null"));
    masks.set(frames - 1, WHOLE);
    youtubeVis(String.join(",", names), String.join(",", masks));
    photo("train/JPEGImages/a/099999.png", 6, 4);
    Dataset data = open("youtube-vis");
    assertEquals(frames, data.size());
    assertEquals(1, data.load(frames - 1).segments().size());
    assertEquals(List.of(), data.segments(0));
  }

  @Test
  void gapsInTheNumbersOfFramesAreFound() {
    assertEquals(
        Optional.of("no frame between 4.jpg and 7.jpg"),
        FrameFolders.gap(List.of("2.jpg", "3.jpg", "4.jpg", "7.jpg", "8.jpg")));
    assertEquals(
        Optional.empty(), FrameFolders.gap(List.of("00000.jpg", "00005.jpg", "00010.jpg")));
    assertEquals(Optional.empty(), FrameFolders.gap(List.of("a.jpg", "b.jpg")));
    assertEquals(Optional.empty(), FrameFolders.gap(List.of("1.jpg")));
    assertEquals(Optional.empty(), FrameFolders.gap(List.of("1.jpg", "5.jpg", "30.jpg", "31.jpg")));
  }
}
