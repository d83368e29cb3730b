package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;

/** What is said about data before anything is learnt from it. */
final class LearnabilityTest {
  @TempDir private Path root;

  private void image(String folder, String name, int... labels) throws IOException {
    Path masks = root.resolve(folder.replace("images", "masks"));
    Files.createDirectories(root.resolve(folder));
    Files.createDirectories(masks);
    LabelMap map = new LabelMap(2, 2, labels);
    LabelPng.writeRgbIds(root.resolve(folder).resolve(name + ".png"), map);
    LabelPng.writeGrey8(masks.resolve(name + ".png"), map);
  }

  private DatasetSettings settings(List<Integer> ignore) {
    return DatasetSettings.of("auto", root, "").withClasses(List.of(), ignore);
  }

  private static Learnability semantic(DatasetStats train, Optional<DatasetStats> val) {
    return Learnability.of(Task.SEMANTIC, train, val, List.of(255));
  }

  @Test
  void classesAreCountedByImagesSegmentsAndPixels() throws IOException {
    image("images", "a", 0, 0, 0, 1);
    image("images", "b", 0, 255, 255, 255);
    DatasetStats stats = DatasetStats.of(DatasetOpener.open(settings(List.of(255))));
    assertEquals(List.of(4L, 1L), stats.classes().stream().map(c -> c.pixels()).toList());
    assertEquals(List.of(2L, 1L), stats.classes().stream().map(c -> c.images()).toList());
    assertEquals(3.0 / 8, stats.pixels().unlabelledShare());
    assertEquals(
        stats, DatasetStats.quick(DatasetOpener.open(settings(List.of(255)))), "quick = whole");
  }

  @Test
  void anImageOfVoidOnlyCountsAsVoid() throws IOException {
    image("images", "a", 0, 0, 0, 1);
    image("images", "b", 255, 255, 255, 255);
    DatasetStats stats = DatasetStats.of(DatasetOpener.open(settings(List.of(255))));
    assertEquals(0.5, stats.pixels().unlabelledShare());
    assertTrue(
        semantic(stats, Optional.empty())
            .warnings()
            .get(0)
            .contains("50 % of the pixels are void"));
  }

  @Test
  void aClassThatIsOnlyEvaluatedOnIsSaid() throws IOException {
    image("images/train", "a", 0, 0, 0, 1);
    image("images/val", "b", 0, 1, 2, 2);
    DatasetStats train =
        DatasetStats.of(DatasetOpener.open(settings(List.of()).withSplit("train")));
    DatasetStats val = DatasetStats.of(DatasetOpener.open(settings(List.of()).withSplit("val")));
    List<String> warnings = semantic(train, Optional.of(val)).warnings();
    assertEquals("1 of 3 classes have no segment: class 2", warnings.get(0));
    assertTrue(warnings.get(1).contains("only in what is evaluated on"), warnings.get(1));
  }

  @Test
  void oneClassIsNothingToTellApart() throws IOException {
    image("images", "a", 0, 0, 0, 255);
    DatasetStats stats = DatasetStats.of(DatasetOpener.open(settings(List.of(255))));
    Learnability found = semantic(stats, Optional.empty());
    assertTrue(found.oneClass().orElseThrow().contains("\"class 0\""));
    assertTrue(found.oneClass().orElseThrow().contains("25 % of the pixels are void"));
    assertFalse(
        Learnability.of(Task.PANOPTIC, stats, Optional.empty(), List.of()).oneClass().isPresent());
  }

  private void export(String annotations) throws IOException {
    Files.createDirectories(root.resolve("images"));
    LabelPng.writeRgbIds(root.resolve("images/a.png"), new LabelMap(4, 4, new int[16]));
    Files.writeString(
        root.resolve("annotations.json"),
        """
        {"images":[{"id":1,"file_name":"a.png","width":4,"height":4}],
         "categories":[{"id":1,"name":"box"},{"id":2,"name":"disc"}],"annotations":[%s]}
        """
            .formatted(annotations));
  }

  private static String square(int id, int category, int side, String more) {
    return "{\"id\":%d,\"image_id\":1,\"category_id\":%d,\"segmentation\":[[0,0,%4$d,0,%4$d,%4$d,0,%4$d]]%3$s}"
        .formatted(id, category, more, side);
  }

  @Test
  void theSmallerOfTwoObjectsHasThePixelsThatBothCover() throws IOException {
    for (String order : List.of("small first", "large first")) {
      String small = square(1, 1, 2, "");
      String large = square(2, 2, 3, "");
      export(order.startsWith("small") ? small + "," + large : large + "," + small);
      Dataset classes = DatasetOpener.open(settings(List.of()), Task.SEMANTIC);
      assertEquals(List.of("background", "box", "disc"), classes.categories().names());
      long[] areas = SegmentAreas.of(classes.load(0));
      assertEquals(List.of(7L, 4L, 5L), Arrays.stream(areas).boxed().toList());
    }
  }

  @Test
  void crowdsAloneAreNothingForObjectsAndAClassForClasses() throws IOException {
    export(square(1, 1, 2, ",\"iscrowd\":1"));
    DatasetStats stats = DatasetStats.of(DatasetOpener.open(settings(List.of())));
    Learnability instance = Learnability.of(Task.INSTANCE, stats, Optional.empty(), List.of());
    assertTrue(instance.error().orElseThrow().contains("iscrowd"));
    assertFalse(semantic(stats, Optional.empty()).error().isPresent());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        ",\"area\":4,\"bbox\":[0,0,2,2]; ",
        ",\"area\":5,\"bbox\":[0,0,3,3]; ",
        ",\"area\":400; area is 400, the mask has 4 pixels",
        ",\"bbox\":[0,0,40,40]; bbox is [0, 0, 40, 40], that of the mask is [0, 0, 2, 2]",
      })
  void whatTheFileSaysTwiceIsCompared(String fields, String message) throws IOException {
    export(square(7, 1, 2, fields) + "," + square(8, 2, 2, ""));
    List<String> problems =
        DataCheck.run(settings(List.of())).findings().stream()
            .filter(f -> f.severity() == CheckReport.Severity.PROBLEM)
            .map(CheckReport.Finding::message)
            .toList();
    assertEquals(message == null ? 0 : 1, problems.size(), problems.toString());
    if (message != null) {
      assertTrue(problems.get(0).endsWith("image 1, annotation 7: " + message), problems.get(0));
    }
  }

  @Test
  void theIdZeroIsSaid() throws IOException {
    export(square(0, 1, 2, "") + "," + square(8, 2, 2, ""));
    assertTrue(
        DataCheck.run(settings(List.of())).findings().stream()
            .anyMatch(f -> f.message().contains("the annotation id 0")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"classes.txt", "masks/a.png", "images/a.png", "train.txt"})
  void aPipeIsRefusedAndNotWaitedFor(String name) throws Exception {
    image("images", "a", 0, 0, 0, 1);
    Files.deleteIfExists(root.resolve(name));
    int made = new ProcessBuilder("mkfifo", root.resolve(name).toString()).start().waitFor();
    Assumptions.assumeTrue(made == 0, "no mkfifo");
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> assertTrue(DataCheck.run(settings(List.of())).problems() > 0));
  }

  @Test
  void everyProblemOfAFolderIsFoundInOnePass() throws IOException {
    for (String name : List.of("a", "b", "c", "d")) {
      image("images", name, 0, 0, 0, 1);
    }
    Files.delete(root.resolve("masks/a.png"));
    Files.delete(root.resolve("images/b.png"));
    Files.write(root.resolve("images/c.jpg"), new byte[3]);
    Files.write(root.resolve("masks/d.png"), new byte[3]);
    Files.write(root.resolve("images/e.heic"), new byte[3]);
    LabelPng.writeGrey8(root.resolve("masks/e.png"), new LabelMap(2, 2, new int[4]));
    String found = DataCheck.run(settings(List.of())).findings().toString();
    for (String words :
        List.of(
            "a.png: no label image a.png",
            "1 label images without a photograph: b.png",
            "c.png: the name is that of c.jpg too",
            "d.png: image d: not a PNG",
            "e.heic: no photograph that is read")) {
      assertTrue(found.contains(words), words + " in " + found);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nonsense line of words, line 2: expected IMAGE LABEL",
    "'a,b,c', line 2: expected IMAGE LABEL",
    "zz, line 2: expected IMAGE LABEL",
  })
  void aLineOfAListThatNamesNoImageIsRefusedByItsNumber(String line, String message)
      throws IOException {
    image("images", "a", 0, 0, 0, 1);
    Files.writeString(root.resolve("train.txt"), "# images\n" + line + "\na\n");
    DatasetException e =
        assertThrows(DatasetException.class, () -> DatasetOpener.open(settings(List.of())));
    assertTrue(e.getMessage().contains("train.txt: " + message), e.getMessage());
  }

  @Test
  void aPartThatIsNotThereNamesThoseThatAre() throws IOException {
    image("images/train", "a", 0, 0, 0, 1);
    image("images/val", "b", 0, 0, 0, 1);
    for (String type : List.of("auto", "folder-semantic")) {
      DatasetException e =
          assertThrows(
              DatasetException.class,
              () -> DatasetOpener.open(DatasetSettings.of(type, root, "nope")));
      assertTrue(e.getMessage().contains("[train, val]"), e.getMessage());
    }
  }
}
