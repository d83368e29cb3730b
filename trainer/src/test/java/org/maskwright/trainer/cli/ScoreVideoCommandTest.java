package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;

final class ScoreVideoCommandTest {
  private static final String MASK = "{\"size\":[4,4],\"counts\":\"04<\"}";
  private static final String TRUTH =
      "{\"videos\":[{\"id\":1,\"height\":4,\"width\":4,\"length\":2}],\"categories\":[{\"id\":3,\"name\":\"x\"}],"
          + "\"annotations\":[{\"id\":5,\"video_id\":1,\"category_id\":3,\"iscrowd\":0,\"areas\":[4,null],"
          + "\"segmentations\":["
          + MASK
          + ",null]}]}";
  private static final String RESULTS =
      "[{\"video_id\":1,\"category_id\":3,\"score\":0.5,\"segmentations\":[" + MASK + ",null]}]";

  private StringWriter out;
  private StringWriter err;

  @TempDir private Path folder;

  private int score(String kind, Path truth, Path predictions, String... more) {
    out = new StringWriter();
    err = new StringWriter();
    List<String> args = new ArrayList<>(List.of("score", "video", "--kind", kind));
    args.addAll(List.of("--gt", truth.toString(), "--pred", predictions.toString()));
    args.addAll(List.of(more));
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), args.toArray(String[]::new));
  }

  private Path file(String name, String content) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private void assertRefused(int code, String message) {
    assertTrue(err.toString().contains(message), err::toString);
    assertTrue(code == 2 || code == 4, "exit code " + code);
  }

  @Test
  void tracksPrintTheTableOfYoutubeVis() throws Exception {
    Path gt = file("gt.json", TRUTH);
    Path pred = file("pred.json", RESULTS);
    assertEquals(0, score("ytvis", gt, pred), err::toString);
    assertTrue(
        out.toString()
            .contains(
                " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 1.000"),
        out::toString);
    assertTrue(
        out.toString().contains("class, in percent               videos    tracks"), out::toString);
    assertEquals(0, score("YTVIS", gt, pred, "--json"), err::toString);
    assertTrue(out.toString().startsWith("{\"AP\":0.9999999999999998"), out::toString);
  }

  @Test
  void resultsThatDoNotFitTheVideosAreNamed() throws Exception {
    Path gt = file("gt.json", TRUTH);
    Path longer = file("longer.json", RESULTS.replace(",null]", ",null,null]"));
    assertRefused(
        score("ytvis", gt, longer),
        "longer.json: video 1, track 1: segmentations: expected 2, one a frame, got 3");
    Path stray = file("stray.json", RESULTS.replace("\"video_id\":1", "\"video_id\":2"));
    assertRefused(score("ytvis", gt, stray), "result 1: video 2, expected one of");
    Path size =
        file("size.json", RESULTS.replace("[4,4],\"counts\":\"04<\"", "[2,2],\"counts\":\"04\""));
    assertRefused(
        score("ytvis", gt, size), "frame 0: a mask of 2 x 2 pixels, expected 4 x 4 as the video");
    Path bare = file("bare.json", RESULTS.replace("\"score\":0.5,", ""));
    assertRefused(score("ytvis", gt, bare), "expected \"score\" in every track");
    Path none = file("none.json", TRUTH.replace(MASK, "null"));
    assertEquals(0, score("ytvis", none, file("pred.json", RESULTS)), err::toString);
    assertTrue(err.toString().contains("without a mask in any frame"), err::toString);
    assertEquals(0, score("ytvis", gt, file("empty.json", "[]")), err::toString);
    assertTrue(out.toString().contains("= 0.000"), out::toString);
  }

  private void frame(String name, int... firstLabels) throws Exception {
    int[] labels = new int[16];
    System.arraycopy(firstLabels, 0, labels, 0, firstLabels.length);
    Files.createDirectories(folder.resolve(name).getParent());
    LabelPng.writeGrey8(folder.resolve(name), new LabelMap(4, 4, labels));
  }

  @Test
  void davisIsScoredAndWhatIsMissingNamed() throws Exception {
    for (int t = 0; t < 4; t++) {
      frame("gt/dog/" + t + ".png", 1, 1, 2);
      frame("pred/dog/" + t + ".png", 1, 1, 2);
    }
    Path gt = folder.resolve("gt");
    Path pred = folder.resolve("pred");
    assertEquals(0, score("davis", gt, pred), err::toString);
    assertTrue(out.toString().contains("   1.000    1.000    1.000    0.000"), out::toString);
    assertEquals(0, score("davis", gt, pred, "--unsupervised", "--json"), err::toString);
    assertTrue(out.toString().contains("\"dog_2\""), out::toString);
    frame("pred/dog/2.png", 3);
    assertRefused(score("davis", gt, pred), "2.png: object 3, expected at most 2");
    Files.delete(folder.resolve("pred/dog/2.png"));
    assertRefused(score("davis", gt, pred), "2.png: no prediction of this frame");
    frame("gt/dog/0.png", 255);
    assertRefused(score("davis", gt, pred), "0.png: the first frame of the truth has no object");
    Path list = file("val.txt", "cat\n");
    assertRefused(score("davis", gt, pred, "--sequences", list.toString()), "cat: no such folder");
  }

  @Test
  void motsPrintsBothFamiliesOfMetrics() throws Exception {
    file("gt/0001.txt", "1 2001 2 4 4 04<\n2 2001 2 4 4 04<\n");
    file("pred/0001.txt", "1 1 2 4 4 04<\n2 2 2 4 4 04<\n");
    Path gt = folder.resolve("gt");
    Path pred = folder.resolve("pred");
    assertEquals(0, score("mots", gt, pred), err::toString);
    // Two matches, one switch of identity: sMOTSA (2 - 1) / 2; AssA 1/2, HOTA its root.
    assertTrue(
        out.toString()
            .contains(
                "pedestrian                   70.71  100.00   50.00   50.00   50.00  100.00      1"),
        out::toString);
    assertEquals(0, score("mots", gt, pred, "--json"), err::toString);
    assertTrue(out.toString().contains("\"pedestrian\":{\"sMOTSA\":0.5"), out::toString);
    assertEquals("", err.toString());
    file("pred/classes.txt", "dog\nperson\n");
    assertEquals(0, score("mots", gt, pred), err::toString);
    assertTrue(out.toString().contains("\nperson  "), out::toString);
    assertTrue(
        err.toString()
            .contains(
                "warning: class 2 is \"person\" in the predictions and \"pedestrian\" in MOTS' own files: numbers"),
        err::toString);
    file("gt/classes.txt", "dog\nperson\n");
    assertEquals(0, score("mots", gt, pred), err::toString);
    assertEquals("", err.toString());
    file("gt/0002.txt", "");
    assertRefused(score("mots", gt, pred), "expected 0002.txt");
    file("pred/0002.txt", "1 1 2 4 4");
    assertRefused(score("mots", gt, pred), "0002.txt: line 1: expected 6 fields");
  }

  @Test
  void panopticVideosAreScoredInTheirOfficialFolder() throws Exception {
    String categories = "\"categories\":[{\"id\":5,\"name\":\"cat\",\"isthing\":1}]";
    String annotations =
        "\"annotations\":[{\"video_id\":\"v\",\"annotations\":[{\"file_name\":\"0.png\",\"segments_info\":[{\"id\":9,\"category_id\":5,\"area\":2,\"iscrowd\":0}]}]}]";
    Path gt = file("gt.json", "{" + categories + "," + annotations + "}");
    file("submit/pred.json", "{" + annotations + "}");
    ids("truth/v/0.png", 9, 9);
    ids("submit/pan_pred/v/0.png", 9, 9);
    Path submit = folder.resolve("submit");
    String truth = folder.resolve("truth").toString();
    assertEquals(0, score("vpq", gt, submit, "--gt-dir", truth, "--windows", "1"), err::toString);
    assertTrue(out.toString().contains("1     |  100.000  100.000     none     1"), out::toString);
    assertEquals(0, score("stq", gt, submit, "--gt-dir", truth), err::toString);
    assertTrue(out.toString().contains("100.000"), out::toString);
    ids("submit/pan_pred/v/0.png", 9, 8);
    assertRefused(
        score("vpq", gt, submit, "--gt-dir", truth), "holds id 8, which segments_info lacks");
    assertRefused(
        score("stq", gt, submit, "--gt-dir", truth), "holds id 8, which segments_info lacks");
    assertRefused(score("vpq", gt, submit), "--gt-dir: expected the folder of the truth's PNGs");
    assertRefused(
        score("vpq", gt, submit, "--gt-dir", truth, "--windows", "0"),
        "--windows: expected at least 1 frame");
  }

  private void ids(String name, int... firstLabels) throws Exception {
    int[] labels = new int[16];
    System.arraycopy(firstLabels, 0, labels, 0, firstLabels.length);
    Files.createDirectories(folder.resolve(name).getParent());
    LabelPng.writeRgbIds(folder.resolve(name), new LabelMap(4, 4, labels));
  }

  /** The first and the last frame do not count where objects are given: one frame is no video. */
  @Test
  void aVideoOfOneFrameIsScoredWhereTheOfficialToolCountsIt() throws Exception {
    frame("gt/dog/0.png", 1, 1, 2);
    frame("pred/dog/0.png", 1, 1, 2);
    Path gt = folder.resolve("gt");
    Path pred = folder.resolve("pred");
    assertRefused(score("davis", gt, pred), "dog: 1 frames, expected at least 3");
    assertEquals(0, score("davis", gt, pred, "--unsupervised"), err::toString);
    assertTrue(out.toString().contains("   1.000    1.000    1.000    0.000"), out::toString);
    Path one =
        file("one.json", TRUTH.replace(",null]", "]").replace("\"length\":2", "\"length\":1"));
    Path found = file("found.json", RESULTS.replace(",null]", "]"));
    assertEquals(0, score("ytvis", one, found), err::toString);
    assertTrue(out.toString().contains("maxDets=100 ] = 1.000"), out::toString);
  }

  @Test
  void framesOfOtherSizesAndFilesThatAreCutOffAreNamed() throws Exception {
    for (int t = 0; t < 3; t++) {
      frame("gt/dog/" + t + ".png", 1);
      frame("pred/dog/" + t + ".png", 1);
    }
    Path gt = folder.resolve("gt");
    Path pred = folder.resolve("pred");
    LabelPng.writeGrey8(pred.resolve("dog/1.png"), new LabelMap(2, 8, new int[16]));
    assertRefused(score("davis", gt, pred), "1.png: 8 x 2 pixels, expected 4 x 4");
    byte[] whole = Files.readAllBytes(gt.resolve("dog/1.png"));
    Files.write(pred.resolve("dog/1.png"), Arrays.copyOf(whole, whole.length / 2));
    assertRefused(score("davis", gt, pred), "1.png");
    Path json = file("cut.json", RESULTS.substring(0, RESULTS.length() - 20));
    assertRefused(score("ytvis", file("gt.json", TRUTH), json), "cut.json");
    file("cut/0001.txt", "1 2001 2 4 4 04");
    file("whole/0001.txt", "1 2001 2 4 4 04<\n");
    assertRefused(
        score("mots", folder.resolve("whole"), folder.resolve("cut")), "0001.txt: line 1: id 2001");
  }

  /** As TrackEval does: each class has the masks that are of it. */
  @Test
  void anIdOfMotsThatChangesItsClassIsATrackOfEach() throws Exception {
    String both = "1 7 1 4 4 04<\n2 7 2 4 4 04<\n";
    file("gt/0001.txt", both);
    file("pred/0001.txt", both);
    assertEquals(0, score("mots", folder.resolve("gt"), folder.resolve("pred")), err::toString);
    assertTrue(out.toString().contains("car                         100.00"), out::toString);
    assertTrue(out.toString().contains("pedestrian                  100.00"), out::toString);
  }

  @Test
  void windowsLongerThanEveryVideoHaveNoQuality() throws Exception {
    String annotations =
        "\"annotations\":[{\"video_id\":\"v\",\"annotations\":[{\"file_name\":\"0.png\",\"segments_info\":[{\"id\":9,\"category_id\":5,\"area\":2,\"iscrowd\":0}]}]}]";
    Path gt =
        file(
            "gt.json",
            "{\"categories\":[{\"id\":5,\"name\":\"cat\",\"isthing\":1}]," + annotations + "}");
    file("submit/pred.json", "{" + annotations + "}");
    ids("truth/v/0.png", 9, 9);
    ids("submit/pan_pred/v/0.png", 9, 9);
    Path submit = folder.resolve("submit");
    String truth = folder.resolve("truth").toString();
    assertEquals(0, score("vpq", gt, submit, "--gt-dir", truth, "--windows", "1,4"), err::toString);
    assertTrue(out.toString().contains("1     |  100.000"), out::toString);
    assertTrue(out.toString().contains("4     |     none"), out::toString);
    LabelPng.writeRgbIds(
        submit.resolve("pan_pred/v/0.png"), new LabelMap(2, 4, new int[] {9, 9, 0, 0, 0, 0, 0, 0}));
    assertRefused(score("stq", gt, submit, "--gt-dir", truth), "0.png");
  }

  @Test
  void optionsOfAnotherKindAreRefused() throws Exception {
    Path gt = file("gt.json", TRUTH);
    assertRefused(
        score("ytvis", gt, gt, "--unsupervised"), "--unsupervised: for --kind davis only");
    assertRefused(score("mots", gt, gt, "--windows", "2"), "--windows: for --kind vpq only");
    assertRefused(score("davis", gt, gt, "--gt-dir", "x"), "--gt-dir: for --kind vpq or stq only");
    assertRefused(score("coco", gt, gt), "--kind");
  }
}
