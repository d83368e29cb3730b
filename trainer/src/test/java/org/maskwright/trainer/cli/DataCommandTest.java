package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;

final class DataCommandTest {
  @TempDir private Path folder;
  private Path scenes;
  private String output;

  @BeforeEach
  void makeScenes() {
    scenes = folder.resolve("scenes");
    Scenes.write(scenes, new ScenesConfig(1, 4, 2, 64, 64, 3));
  }

  private int run(String... args) {
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text, true);
    int code = Maskwright.run(writer, writer, args);
    output = text.toString();
    return code;
  }

  private Path aTrainingImage() throws IOException {
    try (Stream<Path> files = Files.list(scenes.resolve("images/train"))) {
      return files.sorted().findFirst().orElseThrow();
    }
  }

  @Test
  void scenesAreRecognisedAndWithoutProblems() {
    assertEquals(0, run("data", "stats", scenes.toString()), output);
    assertTrue(output.contains("coco-panoptic"), output);
    assertEquals(0, run("data", "check", scenes.toString()), output);
    assertTrue(output.contains("6 images"), output);
    assertTrue(output.contains("0 problems"), output);
  }

  @Test
  void everyBrokenFileIsFoundInOnePassAndTheExitCodeIsThatOfData() throws IOException {
    Path broken = aTrainingImage();
    Files.write(broken, new byte[0]);
    assertEquals(4, run("data", "check", scenes.toString(), "--json"), output);
    assertTrue(output.contains("\"problems\":1"), output);
    assertTrue(output.contains(broken.getFileName().toString()), output);
    assertEquals(4, run("data", "check", folder.toString()), output);
    assertTrue(output.contains("no known layout"), output);
  }

  @Test
  void viewWritesPicturesOfSamples() throws IOException {
    Path out = folder.resolve("pictures");
    assertEquals(
        0, run("data", "view", scenes.toString(), "--out", out.toString(), "--count", "2"), output);
    try (Stream<Path> files = Files.list(out)) {
      List<Path> pictures = files.filter(f -> f.toString().endsWith(".png")).toList();
      assertEquals(2, pictures.size());
      assertTrue(Files.size(pictures.get(0)) > 1000);
    }
  }

  @Test
  void everyPhotographHasAPictureWhateverItsLetters() throws IOException {
    assumeTrue(System.getProperty("sun.jnu.encoding").startsWith("UTF"), "names are ASCII here");
    Path own = folder.resolve("own");
    Files.createDirectories(own.resolve("images"));
    Files.createDirectories(own.resolve("masks"));
    List<String> names = List.of("катер", "кошка", "猫", "Ärger");
    for (String name : names) {
      Files.copy(aTrainingImage(), own.resolve("images/" + name + ".jpg"));
      LabelPng.writeGrey8(
          own.resolve("masks/" + name + ".png"), new LabelMap(64, 64, new int[64 * 64]));
    }
    Files.writeString(own.resolve("classes.txt"), "трава\n草\n");
    Path out = folder.resolve("pictures");
    assertEquals(0, run("data", "view", own.toString(), "--out", out.toString()), output);
    for (String name : names) {
      assertTrue(Files.exists(out.resolve(name + ".png")), output);
    }
  }

  @Test
  void viewRefusesTheFolderOfPhotographsAndWritesItsOwnAgain() throws IOException {
    Path photographs = scenes.resolve("images/train");
    byte[] before = Files.readAllBytes(aTrainingImage());
    assertEquals(
        2, run("data", "view", scenes.toString(), "--out", photographs.toString()), output);
    assertTrue(output.contains(aTrainingImage().getFileName() + " is there"), output);
    assertArrayEquals(before, Files.readAllBytes(aTrainingImage()));
    String out = folder.resolve("pictures").toString();
    assertEquals(0, run("data", "view", scenes.toString(), "--out", out), output);
    assertEquals(0, run("data", "view", scenes.toString(), "--out", out), output);
  }

  @Test
  void aJpegCutInHalfThatEndsInOrderIsAProblem() throws IOException {
    Path broken = aTrainingImage();
    byte[] whole = Files.readAllBytes(broken);
    byte[] cut = Arrays.copyOf(whole, whole.length / 2);
    cut[cut.length - 2] = (byte) 0xFF;
    cut[cut.length - 1] = (byte) 0xD9;
    Files.write(broken, cut);
    assertEquals(4, run("data", "check", scenes.toString()), output);
    assertTrue(output.contains(broken + ": "), output);
    assertTrue(output.contains("truncated"), output);
  }

  @Test
  void optionsThatSayNothingAboutThePathAreRefused() throws IOException {
    String out = folder.resolve("pictures").toString();
    String file = Files.writeString(folder.resolve("some.conf"), "").toString();
    String data = scenes.toString();
    for (String[] wrong :
        new String[][] {
          {"stats", data, "--set", "seed=2"},
          {"check", data, "--part", "val"},
          {"stats", file, "--split", "val"},
          {"check", file, "--follow-links"},
          {"view", file, "--out", out, "--classes", "a,b"},
          {"view", data, "--out", out, "--task", "foo"},
          {"view", data, "--out", out, "--count", "0"},
          {"check", data, "--limit", "-1"},
        }) {
      List<String> words = new ArrayList<>(List.of("data"));
      words.addAll(List.of(wrong));
      assertEquals(2, run(words.toArray(String[]::new)), () -> words + "\n" + output);
    }
    assertFalse(Files.exists(Path.of(out)));
  }

  @Test
  void convertWritesAllPartsAndSaysWhatIsLost() {
    for (String target : List.of("coco", "yolo", "masks", "labelme")) {
      Path out = folder.resolve(target);
      assertEquals(
          0,
          run("data", "convert", scenes.toString(), "--to", target, "--out", out.toString()),
          output);
      assertTrue(output.contains("6 images and "), output);
      assertEquals(0, run("data", "check", out.toString()), output);
      assertTrue(output.contains("6 images"), output);
      assertTrue(output.contains(" 0 problems"), output);
    }
  }

  @Test
  void convertRefusesAnUnknownTargetAndAFolderWithFiles() {
    assertEquals(
        2, run("data", "convert", scenes.toString(), "--to", "yollo", "--out", folder + "/x"));
    assertTrue(output.contains("did you mean yolo?"), output);
    assertEquals(
        7,
        run("data", "convert", scenes.toString(), "--to", "coco", "--out", scenes.toString()),
        output);
  }

  @Test
  void colorsListsWhatOccursAndWritesTheFileThatIsRead() throws IOException {
    Path own = folder.resolve("own");
    Files.createDirectories(own.resolve("images"));
    Files.createDirectories(own.resolve("masks"));
    Files.copy(aTrainingImage(), own.resolve("images/a.jpg"));
    int[] labels = new int[64 * 64];
    Arrays.fill(labels, 0, 1024, 200 | 100 << 8 | 50 << 16);
    LabelPng.writeRgbIds(own.resolve("masks/a.png"), new LabelMap(64, 64, labels));
    assertEquals(4, run("data", "check", own.toString()), output);
    assertEquals(0, run("data", "colors", own.toString()), output);
    assertTrue(output.contains("200 100  50           1024    25.00%"), output);
    assertFalse(Files.exists(own.resolve("label_colors.txt")));
    assertEquals(0, run("data", "colors", own.toString(), "--write"), output);
    assertEquals(0, run("data", "check", own.toString()), output);
    assertEquals(7, run("data", "colors", own.toString(), "--write"), output);
  }
}
