package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;

final class ScoreCommandTest {
  private static final String INSTANCES =
      "{\"images\":[{\"id\":1,\"height\":4,\"width\":4}],\"categories\":[{\"id\":3,\"name\":\"x\","
          + "\"frequency\":\"f\"}],\"annotations\":[{\"id\":5,\"image_id\":1,\"category_id\":3,"
          + "\"area\":4,\"iscrowd\":0,\"bbox\":[0,0,1,4],"
          + "\"segmentation\":{\"size\":[4,4],\"counts\":[0,4,12]}}]}";
  private static final String RESULTS =
      "[{\"image_id\":1,\"category_id\":3,\"score\":0.5,"
          + "\"segmentation\":{\"size\":[4,4],\"counts\":\"04<\"}}]";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  private int score(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "score";
    System.arraycopy(args, 0, all, 1, args.length);
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), all);
  }

  private String file(String name, String content) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    return file.toString();
  }

  @Test
  void instancesPrintCocosTableAndWriteEveryDigit() throws Exception {
    String gt = file("gt.json", INSTANCES);
    String pred = file("pred.json", RESULTS);
    for (String iou : new String[] {"segm", "bbox", "boundary"}) {
      Path json = folder.resolve("out.json");
      assertEquals(
          0,
          score("instances", "--gt", gt, "--pred", pred, "--iou", iou, "--json", json.toString()),
          err::toString);
      assertTrue(
          out.toString()
              .contains(
                  " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 1.000"),
          out::toString);
      String written = Files.readString(json);
      assertTrue(written.startsWith("{\"AP\":0.9999999999999998,\"AP50\":"), written);
      assertTrue(written.contains("\"APl\":-1.0"), written);
      assertTrue(written.contains("\"perCategory\":{\"3\":0.9999999999999998}"), written);
    }
    assertEquals(0, score("lvis", "--gt", gt, "--pred", pred), err::toString);
    assertTrue(out.toString().contains("catIds=  f] = 1.000"), out::toString);
    assertEquals(2, score("lvis", "--gt", gt, "--pred", pred, "--iou", "boundary"));
  }

  @Test
  void brokenFilesAreDataErrorsWithTheirName() throws Exception {
    String gt = file("gt.json", INSTANCES);
    String pred = file("pred.json", RESULTS.replace("04<", "04="));
    assertEquals(4, score("instances", "--gt", gt, "--pred", pred));
    assertTrue(err.toString().contains("pred.json: image 1, annotation result 1"), err::toString);
    assertEquals(4, score("instances", "--gt", gt, "--pred", gt + "x"));
  }

  @Test
  void panopticAndSemanticReadFolders() throws Exception {
    LabelMap map = new LabelMap(2, 2, new int[] {7, 7, 0, 0});
    for (String side : new String[] {"gt", "pred"}) {
      Files.createDirectories(folder.resolve(side));
      LabelPng.writeRgbIds(folder.resolve(side + "/1.png"), map);
      Files.createDirectories(folder.resolve("sem-" + side));
      LabelPng.writeGrey8(
          folder.resolve("sem-" + side + "/1.png"), new LabelMap(1, 3, new int[] {0, 1, 1}));
    }
    String annotation =
        "\"annotations\":[{\"image_id\":1,\"file_name\":\"1.png\",\"segments_info\":"
            + "[{\"id\":7,\"category_id\":2,\"iscrowd\":0,\"area\":2}]}]}";
    String gt =
        file("p.json", "{\"categories\":[{\"id\":2,\"name\":\"a\",\"isthing\":1}]," + annotation);
    String pred = file("q.json", "{" + annotation);
    String gtDir = folder.resolve("gt").toString();
    String predDir = folder.resolve("pred").toString();
    Path json = folder.resolve("out.json");
    assertEquals(
        0,
        score(
            "panoptic",
            "--gt",
            gt,
            "--gt-dir",
            gtDir,
            "--pred",
            pred,
            "--pred-dir",
            predDir,
            "--json",
            json.toString()),
        err::toString);
    assertTrue(out.toString().contains("Stuff     |  none"), out::toString);
    assertTrue(
        Files.readString(json).startsWith("{\"All\":{\"pq\":1.0,\"sq\":1.0,\"rq\":1.0,\"n\":1}"));
    assertEquals(
        0,
        score(
            "semantic",
            "--gt-dir",
            folder.resolve("sem-gt").toString(),
            "--pred-dir",
            folder.resolve("sem-pred").toString(),
            "--classes",
            "2",
            "--json",
            json.toString()),
        err::toString);
    assertEquals(
        "{\"mIoU\":1.0,\"fwIoU\":1.0,\"mACC\":1.0,\"pACC\":1.0,\"perClass\":{\"0\":1.0,\"1\":1.0}}",
        Files.readString(json).strip());
  }

  /** By the file beside the truth, by the one that is named, or by nobody. */
  @Test
  void classesHaveTheNamesThatAClassFileGives() throws Exception {
    LabelMap map = new LabelMap(1, 3, new int[] {0, 1, 1});
    LabelPng.writeGrey8(folder.resolve("set/gt/a.png"), map);
    LabelPng.writeGrey8(folder.resolve("pred/a.png"), map);
    String gt = folder.resolve("set/gt").toString();
    String pred = folder.resolve("pred").toString();
    String[] two = {"semantic", "--gt-dir", gt, "--pred-dir", pred, "--classes", "2"};
    assertEquals(0, score(two), err::toString);
    assertFalse(out.toString().contains("kerb"), out::toString);
    Path names = Files.writeString(folder.resolve("set/classes.txt"), "road\nkerb\n");
    assertEquals(0, score(two), err::toString);
    assertTrue(out.toString().contains("1     | 100.000 100.000  kerb"), out::toString);
    Path others = Files.writeString(folder.resolve("mine.txt"), "asphalt\nstone\n");
    two[6] = others.toString();
    assertEquals(0, score(two), err::toString);
    assertTrue(out.toString().contains("100.000  stone"), out::toString);
    Files.writeString(names, "road\nkerb\nsky\n");
    two[6] = "2";
    int said = out.toString().length();
    assertEquals(0, score(two), err::toString);
    assertFalse(out.toString().substring(said).contains("kerb"), out::toString);
    two[6] = "0";
    assertEquals(2, score(two), err::toString);
    two[6] = folder.resolve("missing.txt").toString();
    assertEquals(4, score(two), err::toString);
  }
}
