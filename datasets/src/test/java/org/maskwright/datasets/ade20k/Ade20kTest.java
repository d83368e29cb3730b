package org.maskwright.datasets.ade20k;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.SharedData;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;

/** The official sample images, laid out as ADEChallengeData2016, with two invented objects each. */
final class Ade20kTest {
  private static final int PERSON = 13; // of the 150 classes; 1 of the 100 instance categories here
  private static final int PLANT = 18; // a thing here, in the first image without an object

  @TempDir private Path folder;
  private DataFolder root;

  @BeforeEach
  void layOut() throws IOException {
    Path sample = SharedData.require("data/ade20k_sceneparsing");
    for (String kind : List.of("images", "annotations")) {
      Path from = sample.resolve("sampleData").resolve(kind);
      Path to = Files.createDirectories(folder.resolve(kind).resolve("validation"));
      try (var files = Files.list(from)) {
        for (Path file : files.toList()) {
          Files.copy(file, to.resolve(file.getFileName().toString()));
        }
      }
    }
    Files.copy(sample.resolve("objectInfo150.txt"), folder.resolve("objectInfo150.txt"));
    root = DataFolder.of(folder);
  }

  private void addObjects() throws IOException {
    Path objects = Files.createDirectories(folder.resolve("annotations_instance/validation"));
    Files.writeString(
        folder.resolve("categoryMapping.txt"),
        "Instance100\tSceneParse150\tFullADE20K\n1\t" + PERSON + "\t1831\n2\t" + PLANT + "\t0\n");
    for (String png : root.in("annotations", "validation").files()) {
      LabelMap semantic = LabelPng.read(folder.resolve("annotations/validation").resolve(png));
      int[] ids = new int[semantic.labels().length];
      for (int i = 0; i < 50; i++) {
        ids[i] = 1 + 256; // person 1
        ids[i + 100] = 1 + 256 * 2; // person 2
      }
      LabelPng.writeRgbIds(
          objects.resolve(png), new LabelMap(semantic.height(), semantic.width(), ids));
    }
  }

  @Test
  void semanticLabelsAreOneLowerAndOtherIsVoid() {
    Dataset ade = Ade20k.open(root, "validation", Task.SEMANTIC);
    assertEquals(3, ade.size());
    assertEquals(150, ade.categories().size());
    assertEquals("wall", ade.categories().get(0).name());
    for (int i = 0; i < 3; i++) {
      Sample sample = ade.load(i);
      Segment first = sample.segments().get(0);
      LabelMap map = ((SegmentMask.Labelled) first.mask()).map();
      assertEquals(first.category(), (int) first.id() - 1);
      Set<Integer> labels =
          Arrays.stream(map.labels())
              .filter(label -> label > 0)
              .boxed()
              .collect(Collectors.toSet());
      assertEquals(labels.size(), sample.segments().size());
    }
  }

  @Test
  void theLayoutIsRecognised() throws IOException {
    Files.createDirectories(folder.resolve("images/training"));
    Files.createDirectories(folder.resolve("annotations/training"));
    assertEquals(
        "ade20k-semantic",
        LayoutDetector.detect(DatasetSettings.of("auto", folder, "validation")).settings().type());
  }

  @Test
  void objectsHaveTheClassOfTheMapping() throws IOException {
    addObjects();
    Dataset ade = Ade20k.open(root, "validation", Task.INSTANCE);
    assertEquals(2, ade.categories().size());
    List<Segment> segments = ade.load(0).segments();
    assertEquals(2, segments.size());
    assertEquals(PERSON, ade.categories().get(segments.get(0).category()).id());
    assertEquals("person", ade.categories().get(segments.get(0).category()).name());
  }

  @Test
  void panopticPastesThingsOverStuffAndDropsThingPixelsWithoutAnObject() throws IOException {
    addObjects();
    Dataset ade = Ade20k.open(root, "validation", Task.PANOPTIC);
    Sample sample = ade.load(0);
    List<Segment> things =
        sample.segments().stream().filter(s -> ade.categories().isThing(s.category())).toList();
    assertEquals(2, things.size());
    LabelMap map = ((SegmentMask.Labelled) things.get(0).mask()).map();
    assertEquals((int) things.get(0).id(), map.at(0, 0));
    assertEquals((int) things.get(1).id(), map.at(100, 0));
    LabelMap semantic =
        LabelPng.read(
            folder.resolve(
                "annotations/validation/" + root.in("annotations", "validation").files().get(0)));
    Set<Integer> thingClasses = Set.of(PERSON, PLANT);
    int dropped = 0;
    int stuff = 0;
    for (int i = 150; i < map.labels().length; i++) {
      int label = semantic.labels()[i];
      assertEquals(thingClasses.contains(label) ? 0 : label, map.labels()[i], "pixel " + i);
      dropped += thingClasses.contains(label) ? 1 : 0;
      stuff += label > 0 && !thingClasses.contains(label) ? 1 : 0;
    }
    assertTrue(dropped > 0 && stuff > 0, dropped + " dropped, " + stuff + " stuff");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2 151", "2 0", "2 99999999999999999999", "2 x"})
  void aMappingToNoClassIsNamedWithItsLine(String line) throws IOException {
    Files.writeString(
        folder.resolve("categoryMapping.txt"), "Instance100 SceneParse150\n1 13\n" + line);
    DatasetException e =
        assertThrows(DatasetException.class, () -> Ade20k.open(root, "validation", Task.INSTANCE));
    assertTrue(e.getMessage().contains("categoryMapping.txt: line 3"), e.getMessage());
  }

  @Test
  void withoutTheMappingTheErrorSaysWhatIsMissing() {
    DatasetException e =
        assertThrows(DatasetException.class, () -> Ade20k.open(root, "validation", Task.PANOPTIC));
    assertTrue(e.getMessage().contains("categoryMapping.txt"), e.getMessage());
  }
}
