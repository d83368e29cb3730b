package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.MemoryDataset;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;

/** What is evaluated on was not trained on, in data that is not divided. */
class HoldOutTest {
  private static final int IMAGES = 10;

  @TempDir private Path root;

  /** An export whose file lists the images in the reverse order of their names. */
  private DatasetSettings export() throws IOException {
    StringBuilder images = new StringBuilder();
    for (int id = IMAGES; id > 0; id--) {
      images.append(
          "{\"id\":%d,\"file_name\":\"%02d.jpg\",\"width\":8,\"height\":8},".formatted(id, id));
    }
    images.setLength(images.length() - 1);
    Files.createDirectories(root.resolve("images"));
    Files.writeString(
        root.resolve("annotations.json"),
        "{\"images\":[%s],\"categories\":[{\"id\":1,\"name\":\"box\"}],\"annotations\":[]}"
            .formatted(images));
    return DatasetSettings.of("auto", root, "");
  }

  private static List<String> names(DatasetSettings settings, double holdOut, String split) {
    Dataset part = DatasetOpener.open(settings.withHoldOut(holdOut).withSplit(split));
    return IntStream.range(0, part.size())
        .mapToObj(i -> part.info(i).file().getFileName().toString().substring(0, 2))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"0.3, 3", "3, 3", "0.01, 1", "0.94, 9", "9, 9"})
  void theSameImagesAreHeldOutUnderAnyNameOfTheirPart(double holdOut, int count)
      throws IOException {
    List<String> held = names(export(), holdOut, "val");
    assertEquals(count, held.size());
    assertEquals(held, names(export(), holdOut, "test"));
    List<String> kept = names(export(), holdOut, "train");
    assertEquals(kept, names(export(), holdOut, ""));
    assertEquals(IMAGES, kept.size() + held.size());
    assertTrue(kept.stream().noneMatch(held::contains));
  }

  /** Ten classes of a hundred images each, one after the other in the order of names. */
  @Test
  void namesThatAreSortedByClassHoldOutSomeOfEachClass() {
    List<String> names =
        IntStream.range(0, 1000).mapToObj(i -> "class%d_%03d.jpg".formatted(i / 100, i)).toList();
    Dataset held = HoldOut.part(MemoryDataset.named(names), 0.1, "val");
    assertEquals(100, held.size());
    for (int k = 0; k < 10; k++) {
      String prefix = "class" + k;
      long count =
          IntStream.range(0, held.size())
              .filter(i -> held.info(i).file().getFileName().toString().startsWith(prefix))
              .count();
      assertTrue(count >= 2 && count <= 25, prefix + ": " + count);
    }
  }

  @Test
  void whatIsHeldOutDependsOnNamesOnlyAndStaysWhenImagesAreAdded() {
    List<String> names = IntStream.range(0, 200).mapToObj(i -> "im%d.jpg".formatted(i)).toList();
    Set<String> held = heldOut(names);
    List<String> reversed = new ArrayList<>(names);
    Collections.reverse(reversed);
    assertEquals(held, heldOut(reversed));
    List<String> more = new ArrayList<>(names);
    more.add("another.jpg");
    Set<String> after = heldOut(more);
    after.retainAll(held);
    assertTrue(after.size() >= held.size() - 1, after.size() + " of " + held.size());
  }

  private static Set<String> heldOut(List<String> names) {
    Dataset held = HoldOut.part(MemoryDataset.named(names), 20, "val");
    return IntStream.range(0, held.size())
        .mapToObj(i -> held.info(i).file().getFileName().toString())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theTwoSidesHaveNamesOfTheirOwn() throws IOException {
    DatasetSettings settings = export().withHoldOut(2);
    assertEquals(
        List.of("coco-instance annotations.json kept", "coco-instance annotations.json held out"),
        List.of(
            DatasetOpener.open(settings.withSplit("train")).name(),
            DatasetOpener.open(settings.withSplit("val")).name()));
  }

  @ParameterizedTest
  @ValueSource(doubles = {10, 0.96, 1000})
  void somethingMustStay(double holdOut) throws IOException {
    DatasetSettings settings = export().withHoldOut(holdOut);
    DatasetException e = assertThrows(DatasetException.class, () -> DatasetOpener.open(settings));
    assertTrue(e.getMessage().contains("hold-out: expected fewer than the 10"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, 1.5, Double.NaN, Double.POSITIVE_INFINITY})
  void anAmountIsAShareOrANumber(double holdOut) throws IOException {
    DatasetSettings settings = export();
    assertThrows(IllegalArgumentException.class, () -> settings.withHoldOut(holdOut));
  }

  @Test
  void bothSidesOfAFolderOfMasksHaveTheClassesOfAll() throws IOException {
    for (int id = 0; id < 4; id++) {
      for (String folder : List.of("images", "masks")) {
        Files.createDirectories(root.resolve(folder));
        LabelPng.writeGrey8(
            root.resolve(folder).resolve(id + ".png"), new LabelMap(2, 2, new int[] {id, 0, 0, 0}));
      }
    }
    DatasetSettings settings = DatasetSettings.of("auto", root, "").withHoldOut(1);
    Dataset kept = DatasetOpener.open(settings.withSplit("train"));
    Dataset held = DatasetOpener.open(settings.withSplit("val"));
    assertEquals(3, kept.size());
    assertEquals(1, held.size());
    assertEquals(4, kept.categories().size());
    assertEquals(kept.categories(), held.categories());
  }

  @Test
  void partsInFoldersHaveTheClassesOfAll() throws IOException {
    for (String part : List.of("train", "val")) {
      for (String folder : List.of("images", "masks")) {
        Path file = root.resolve(folder).resolve(part).resolve(part + ".png");
        Files.createDirectories(file.getParent());
        LabelPng.writeGrey8(file, new LabelMap(1, 1, new int[] {part.equals("train") ? 1 : 2}));
      }
    }
    DatasetSettings settings = DatasetSettings.of("auto", root, "").withHoldOut(0.1);
    Dataset train = DatasetOpener.open(settings.withSplit("train"));
    Dataset val = DatasetOpener.open(settings.withSplit("val"));
    assertEquals(List.of("class 1", "class 2"), train.categories().names());
    assertEquals(train.categories().names(), val.categories().names());
    assertEquals("train.png", train.info(0).file().getFileName().toString());
    assertEquals("val.png", val.info(0).file().getFileName().toString());
  }

  @Test
  void aPartThatIsNotThereIsRefused() throws IOException {
    Files.createDirectories(root.resolve("images"));
    Files.createDirectories(root.resolve("masks"));
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () -> DatasetOpener.open(DatasetSettings.of("folder-semantic", root, "val")));
    assertTrue(e.getMessage().contains("data.train.hold-out"), e.getMessage());
  }
}
