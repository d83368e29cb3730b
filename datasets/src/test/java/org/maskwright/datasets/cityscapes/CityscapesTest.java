package org.maskwright.datasets.cityscapes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;

class CityscapesTest {
  @TempDir private Path folder;

  @Test
  void aThingWithoutANumberIsACrowdAndOtherLabelsAreVoid() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("leftImg8bit/train/ulm"));
    Files.createFile(photos.resolve("ulm_1_2_leftImg8bit.png"));
    Path labels = Files.createDirectories(folder.resolve("gtFine/train/ulm"));
    int[] ids = {7, 26, 26000, 26001, 0, 3, 29, 24003};
    LabelPng.writeGrey16(
        labels.resolve("ulm_1_2_gtFine_instanceIds.png"), new LabelMap(1, ids.length, ids));
    Dataset panoptic = Cityscapes.open(DataFolder.of(folder), "train", Task.PANOPTIC);
    assertEquals(
        List.of("7 road", "26 car crowd", "24003 person", "26000 car", "26001 car"),
        names(panoptic));
    Dataset instance = Cityscapes.open(DataFolder.of(folder), "train", Task.INSTANCE);
    assertEquals(
        List.of("26 car crowd", "24003 person", "26000 car", "26001 car"), names(instance));
  }

  private static List<String> names(Dataset dataset) {
    return dataset.segments(0).stream()
        .map(
            s ->
                s.id()
                    + " "
                    + dataset.categories().get(s.category()).name()
                    + (s.crowd() ? " crowd" : ""))
        .toList();
  }
}
