package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SharedData;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.folder.TextFile;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.transform.SemanticMap;

/** The official layouts as they are, against what their READMEs and JSON files say. */
final class RealDatasetsTest {
  private static final List<String> CAMVID =
      List.of(
          "Sky",
          "Building",
          "Pole",
          "Road",
          "Pavement",
          "Tree",
          "SignSymbol",
          "Fence",
          "Car",
          "Pedestrian",
          "Bicyclist");

  private static long pixels(Sample sample, Segment segment) {
    int ignore = -1;
    return Arrays.stream(
            SemanticMap.of(
                    List.of(segment), sample.image().width(), sample.image().height(), ignore)
                .labels())
        .filter(label -> label != ignore)
        .count();
  }

  @Test
  void cocoInstancesAreThoseOfTheFile() {
    DatasetSettings settings =
        DatasetSettings.of("coco-instance", SharedData.require("data/coco"), "train2017");
    Dataset coco = DatasetOpener.open(settings);
    assertEquals(128, coco.size());
    assertEquals(80, coco.categories().size());
    int segments = 0;
    int crowds = 0;
    for (int i = 0; i < coco.size(); i++) {
      segments += coco.segments(i).size();
      crowds += (int) coco.segments(i).stream().filter(Segment::crowd).count();
    }
    assertEquals(939, segments);
    assertEquals(10, crowds);
    assertTrue(coco.load(0).image().width() > 0);
    assertEquals(2, IntStream.range(0, 128).filter(i -> !hasAny(coco, i)).count());
    assertEquals("person", coco.categories().get(0).name());
    assertEquals("toothbrush", coco.categories().get(79).name());
  }

  private static boolean hasAny(Dataset dataset, int index) {
    return !dataset.segments(index).isEmpty();
  }

  @Test
  void cocoPanopticSegmentsHaveTheAreasOfTheJson() {
    Dataset coco =
        DatasetOpener.open(
            DatasetSettings.of("coco-panoptic", SharedData.require("data/coco"), "val2017"));
    assertEquals(100, coco.size());
    assertEquals(133, coco.categories().size());
    assertEquals(80, coco.categories().thingCount());
    assertTrue(coco.categories().isThing(79));
    var json =
        CocoJson.readPanoptic(SharedData.require("data/coco/annotations/panoptic_val2017.json"));
    for (int i = 0; i < 10; i++) {
      Sample sample = coco.load(i);
      for (int s = 0; s < sample.segments().size(); s++) {
        assertEquals(
            json.annotations().get(i).segments().get(s).area(),
            pixels(sample, sample.segments().get(s)));
      }
    }
  }

  @Test
  void camVidHasThePixelCountsOfItsReadme() {
    DatasetSettings settings =
        DatasetSettings.of("folder-semantic", SharedData.require("data/camvid"), "")
            .withList("train.txt")
            .withClasses(CAMVID, List.of(11));
    Dataset camVid = DatasetOpener.open(settings);
    assertEquals(367, camVid.size());
    assertEquals(CAMVID, camVid.categories().names());
    long[] counts = new long[12];
    for (int i = 0; i < camVid.size(); i++) {
      for (int label : SemanticMap.of(camVid.segments(i), 480, 360, 11).labels()) {
        counts[label]++;
      }
    }
    long[] expected = {
      10682767, 14750079, 623349, 20076880, 2845085, 6166762, 743859, 714595, 3719877, 405385,
      184967, 2503995
    };
    assertArrayEquals(expected, counts);
    assertEquals(480, camVid.load(0).image().width());
  }

  @Test
  void camVidIsRecognisedByItsLists() {
    LayoutDetector.Found found =
        LayoutDetector.detect(
            DatasetSettings.of("auto", SharedData.require("data/camvid"), "test"));
    assertEquals("folder-semantic", found.settings().type());
    assertEquals("test.txt", found.settings().list());
    assertEquals(233, TextFile.lines(SharedData.require("data/camvid/test.txt")).size());
  }

  @Test
  void pennFudanHasItsPeopleAndAFixedSplit() {
    DatasetSettings all = DatasetSettings.of("auto", SharedData.require("data/PennFudanPed"), "");
    Dataset whole = DatasetOpener.open(all);
    assertEquals(170, whole.size());
    assertEquals(Set.of(Task.INSTANCE), whole.tasks());
    int people = 0;
    Set<String> ids = new TreeSet<>();
    for (int i = 0; i < whole.size(); i++) {
      people += whole.segments(i).size();
      ids.add(whole.info(i).imageId().toString());
    }
    assertEquals(423, people);
    Dataset test =
        DatasetOpener.open(
            DatasetSettings.of("auto", SharedData.require("data/PennFudanPed"), "test")
                .withHoldOut(50));
    Dataset train =
        DatasetOpener.open(
            DatasetSettings.of("auto", SharedData.require("data/PennFudanPed"), "train")
                .withHoldOut(50));
    assertEquals(50, test.size());
    assertEquals(120, train.size());
    List<String> held =
        IntStream.range(0, 50).mapToObj(i -> test.info(i).imageId().toString()).toList();
    assertEquals(List.of("FudanPed00011", "FudanPed00012", "FudanPed00015"), held.subList(0, 3));
    assertEquals(19, held.stream().filter(id -> id.startsWith("Fudan")).count()); // of 74 of 170
    IntStream.range(0, 120).forEach(i -> ids.remove(train.info(i).imageId().toString()));
    assertEquals(List.copyOf(ids), held);
  }

  @Test
  void vocObjectsHaveTheClassesOfTheReadme() {
    Dataset voc =
        DatasetOpener.open(
            DatasetSettings.of(
                "voc-instance", SharedData.require("data/voc/data_dataset_voc"), "trainval"));
    assertEquals(3, voc.size());
    List<String> names =
        voc.load(1).segments().stream()
            .map(s -> s.id() + " " + voc.categories().get(s.category()).name())
            .toList();
    assertEquals(
        List.of("1 person", "2 person", "3 person", "4 chair", "5 person", "7 sofa"), names);
    Dataset semantic =
        DatasetOpener.open(
            DatasetSettings.of(
                "voc-semantic", SharedData.require("data/voc/data_dataset_voc"), "val"));
    assertEquals(21, semantic.categories().size());
    assertEquals(4, semantic.load(0).segments().size());
  }

  @Test
  void cityscapesIdsAreClassesOrNumberedObjects() {
    Dataset city =
        DatasetOpener.open(
            DatasetSettings.of(
                "cityscapes-panoptic",
                SharedData.require("data/layouts/cityscapes_dataset/train_dataset"),
                "train"));
    assertEquals(19, city.categories().size());
    assertEquals(8, city.categories().thingCount());
    Sample sample = city.load(0);
    assertFalse(sample.segments().isEmpty());
    for (Segment segment : sample.segments()) {
      int id = (int) segment.id();
      assertEquals(city.categories().indexOf(id >= 1000 ? id / 1000 : id), segment.category());
    }
  }

  @Test
  void lvisFindsItsPhotographsByUrl() {
    Dataset lvis =
        DatasetOpener.open(
            DatasetSettings.of("lvis", SharedData.require("data/lvis"), "")
                .withPlaces("", "lvis_val_3_with_images.json"));
    assertEquals(1230, lvis.categories().size());
    assertEquals(3, lvis.size());
    int annotations = 0;
    for (int i = 0; i < 3; i++) {
      annotations += lvis.load(i).segments().size();
    }
    assertEquals(8, annotations);
  }
}
