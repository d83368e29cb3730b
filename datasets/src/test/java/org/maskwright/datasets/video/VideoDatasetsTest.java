package org.maskwright.datasets.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SharedData;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.picture.Picture;

final class VideoDatasetsTest {
  private static final int W = 6;
  private static final int H = 4;

  @TempDir private Path root;

  private void photo(String name) throws IOException {
    Files.createDirectories(root.resolve(name).getParent());
    Picture.ofRgb(new byte[3 * W * H], W, H).writePng(root.resolve(name));
  }

  private static LabelMap map(int... firstLabels) {
    int[] labels = new int[W * H];
    System.arraycopy(firstLabels, 0, labels, 0, firstLabels.length);
    return new LabelMap(H, W, labels);
  }

  private void text(String name, String text) throws IOException {
    Files.createDirectories(root.resolve(name).getParent());
    Files.writeString(root.resolve(name), text);
  }

  private Dataset open(String type) {
    return DatasetOpener.open(DatasetSettings.of(type, root, ""));
  }

  /** Class, id and area of each segment of an image. */
  private static String objects(Dataset data, int index) {
    return data.load(index).segments().stream()
        .map(
            s -> "%s %d %d".formatted(name(data, s), s.id(), s.mask().toRle(new Size(W, H)).area()))
        .collect(Collectors.joining(", "));
  }

  private static String name(Dataset data, Segment segment) {
    return data.categories().get(segment.category()).name() + (segment.crowd() ? " crowd" : "");
  }

  private static final String VIDEOS =
      """
      {"videos":[{"id":7,"width":6,"height":4,"length":2,"file_names":["a/0.png","a/1.png"]}],
       "categories":[{"id":4,"name":"dog"},{"id":2,"name":"cat"}],
       "annotations":[
        {"id":1,"video_id":7,"category_id":4,"iscrowd":0,"areas":[4,null],"bboxes":[[0,0,1,4],null],
         "segmentations":[{"size":[4,6],"counts":[0,4,20]},null]},
        {"id":2,"video_id":7,"category_id":2,"iscrowd":1,"areas":[4,8],"bboxes":[],
         "segmentations":[[[0,0,2,0,2,2,0,2]],{"size":[4,6],"counts":[4,8,12]}]}]}
      """;

  @Test
  void youtubeVisHasATrackInTheFramesThatShowIt() throws IOException {
    text("train/instances.json", VIDEOS);
    photo("train/JPEGImages/a/0.png");
    photo("train/JPEGImages/a/1.png");
    Dataset data = open("youtube-vis");
    assertEquals(2, data.size());
    assertEquals("dog 1 4, cat crowd 2 4", objects(data, 0));
    assertEquals("cat crowd 2 8", objects(data, 1));
    assertEquals("a/1.png", data.info(1).imageId().toString());
  }

  @Test
  void tracksOfTheWrongLengthOrVideoAreNamed() throws IOException {
    photo("train/JPEGImages/a/0.png");
    text("train/instances.json", VIDEOS.replace(",null]},", "]},"));
    assertTrue(
        problem("youtube-vis")
            .contains("video 7, track 1: segmentations: expected 2, one a frame, got 1"));
    text(
        "train/instances.json",
        VIDEOS.replace("\"video_id\":7,\"category_id\":2", "\"video_id\":8,\"category_id\":2"));
    assertTrue(problem("youtube-vis").contains("video 8, track 2: expected a video of"));
    text("train/instances.json", VIDEOS.replace("\"length\":2", "\"length\":3"));
    assertTrue(problem("youtube-vis").contains("a video of length 3 with 2 \"file_names\""));
    text("train/instances.json", VIDEOS.substring(0, 300));
    assertTrue(problem("youtube-vis").contains("instances.json"));
  }

  private String problem(String type) {
    return assertThrows(DatasetException.class, () -> open(type)).getMessage();
  }

  @Test
  void davisHasTheObjectsOfTheIndices() throws IOException {
    for (String frame : List.of("9", "10")) {
      photo("JPEGImages/480p/dog/" + frame + ".png");
    }
    Path png = root.resolve("Annotations/480p/dog/10.png");
    Files.createDirectories(png.getParent());
    LabelPng.writeGrey8(png, map(2, 2, 1, 255));
    Dataset data = open("davis");
    assertEquals(1, data.size());
    assertEquals("object 1 1, object 2 2", objects(data, 0));
    assertEquals(List.of("1 frames without annotation: left out"), data.notes());
  }

  @Test
  void motsIsReadFromTextsAndFromPngs() throws IOException {
    photo("training/image_02/0002/000000.png");
    photo("training/image_02/0002/000001.png");
    String mask = Rle.ofCounts(H, W, new int[] {4, 4, 16}).toCompressedString();
    text(
        "instances/0002.txt",
        "1 2005 2 4 6 "
            + mask
            + "\n1 10000 10 4 6 "
            + Rle.ofCounts(H, W, new int[] {0, 4, 20}).toCompressedString()
            + "\n");
    Dataset texts = open("mots");
    assertEquals("", objects(texts, 0));
    assertEquals("pedestrian 2005 4", objects(texts, 1));
    Files.delete(root.resolve("instances/0002.txt"));
    Path pngs = Files.createDirectories(root.resolve("instances/0002"));
    LabelPng.writeGrey16(pngs.resolve("000000.png"), map(1003, 1003, 10000, 0));
    LabelPng.writeGrey16(pngs.resolve("000001.png"), map());
    Dataset data = open("mots");
    assertEquals("car 1003 2", objects(data, 0));
    assertEquals("", objects(data, 1));
    LabelPng.writeGrey16(pngs.resolve("000001.png"), map(7001));
    DatasetException e = assertThrows(DatasetException.class, () -> data.segments(1));
    assertTrue(e.getMessage().contains("class 7, expected 1 (car)"), e.getMessage());
  }

  @Test
  void motsTextsThatAreDamagedNameTheLine() throws IOException {
    String whole = Rle.ofCounts(H, W, new int[] {4, 4, 16}).toCompressedString();
    Path file = root.resolve("a.txt");
    assertLine(file, "1 2005 2 4 6", "line 2: expected 6 fields");
    assertLine(file, "x 2005 2 4 6 " + whole, "line 2: frame: expected 0 to");
    assertLine(file, "1 2005 2 4 7 " + whole, "line 2: id 2005: RLE: run lengths add up to 24");
    assertLine(file, "0 2001 2 4 6 " + whole, "frame 0: id 2001 occurs twice");
    assertLine(file, "0 2002 2 4 6 " + whole, "shares pixels with that of id 2001");
    assertLine(
        file,
        "1 2005 2 2 2 " + Rle.ofCounts(2, 2, new int[] {0, 4}).toCompressedString(),
        "line 2: a mask of 2 x 2 pixels, expected 6 x 4");
  }

  private static void assertLine(Path file, String second, String message) throws IOException {
    String whole = Rle.ofCounts(H, W, new int[] {4, 4, 16}).toCompressedString();
    Files.writeString(file, "0 2001 2 4 6 " + whole + "\n" + second + "\n");
    DatasetException e = assertThrows(DatasetException.class, () -> MotsText.read(file));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void panopticVideosHaveTheSegmentsOfTheirPngs() throws IOException {
    photo("images/v/0.png");
    text(
        "panoptic_gt_VIPSeg_train.json",
        """
        {"videos":[{"video_id":"v","images":[{"id":"0","file_name":"0.png"}]}],
         "categories":[{"id":0,"name":"sky","isthing":0},{"id":5,"name":"cat","isthing":1}],
         "annotations":[{"video_id":"v","annotations":[{"file_name":"0.jpg","segments_info":[
           {"id":9,"category_id":5,"area":2,"iscrowd":0},{"id":300,"category_id":0,"area":1,"iscrowd":0}]}]}]}
        """);
    Path png = root.resolve("panomasksRGB/v/0.png");
    Files.createDirectories(png.getParent());
    LabelPng.writeRgbIds(png, map(9, 9, 300));
    assertEquals("cat 9 2, sky 300 1", objects(open("panoptic-video"), 0));
  }

  @Test
  void framesAreInTheOrderOfTheirNumbers() throws IOException {
    for (String name : List.of("f10.png", "f9.png", "f9b.png", "f100.png", "notes.txt")) {
      text("frames/" + name, "");
    }
    List<String> names =
        FrameFolders.photographs(root.resolve("frames")).stream()
            .map(file -> file.getFileName().toString())
            .toList();
    assertEquals(List.of("f9.png", "f9b.png", "f10.png", "f100.png"), names);
  }

  @Test
  void realClipsAreRead() {
    Path clips = SharedData.require("data/ytvis_derived");
    DatasetSettings settings =
        DatasetSettings.of("youtube-vis", clips, "").withPlaces("JPEGImages", "instances.json");
    VideoDataset data = (VideoDataset) DatasetOpener.open(settings);
    assertEquals(List.of(40, 50, 49), data.videos().stream().map(v -> v.frames().size()).toList());
    assertEquals(139, data.size());
    assertEquals(1, data.load(60).segments().size());
    VideoDataset several =
        (VideoDataset)
            DatasetOpener.open(settings.withPlaces("JPEGImages", "instances_multi_pseudo.json"));
    int second = 0;
    for (int i = 0; i < several.size(); i++) {
      second += several.segments(i).size();
    }
    assertEquals(50 + 31 + 50, second);
  }
}
