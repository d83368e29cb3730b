package org.maskwright.datasets.labelling;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;

/** A file with a few wrong bytes is read or refused, and nothing else happens. */
class ToolFilesFuzzTest {
  private static final int ROUNDS = 300;

  @TempDir private Path root;

  private void changed(String type, String file, String content) throws IOException {
    byte[] bytes = content.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    Random random = new Random(type.hashCode());
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    for (int round = 0; round < ROUNDS; round++) {
      byte[] wrong = bytes.clone();
      for (int n = 0; n <= random.nextInt(3); n++) {
        wrong[random.nextInt(wrong.length)] =
            (byte) "{}[]\",:-.0e9 \\\n\u0000x".charAt(random.nextInt(17));
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(wrong.length) : wrong.length;
      Files.write(path, Arrays.copyOf(wrong, length));
      try {
        Dataset dataset =
            DatasetOpener.open(DatasetSettings.of(type, root, ""), Optional.empty(), problem -> {});
        for (int i = 0; i < dataset.size(); i++) {
          dataset.load(i);
        }
      } catch (DatasetException expected) {
        // said what is wrong
      }
    }
  }

  @Test
  void wrongBytesNeverGiveAnotherError() throws IOException {
    new ToolFolder(root).photo("a.png", 8, 8).photo("images/b.png", 8, 8);
    changed(
        "labelme",
        "a.json",
        "{'shapes': [{'label': 'x', 'points': [[0, 0], [4, 0], [4, 4]], 'shape_type': 'polygon',"
            + " 'group_id': 1}, {'label': 'y', 'points': [[1, 1], [2, 2]], 'shape_type': 'circle',"
            + " 'flags': {}}], 'imagePath': 'a.png', 'imageWidth': 8, 'imageHeight': 8}");
    Files.delete(root.resolve("a.json"));
    changed(
        "via",
        "via.json",
        "{'a.png1': {'filename': 'a.png', 'regions': [{'shape_attributes': {'name': 'rect', 'x': 1,"
            + " 'y': 1, 'width': 3, 'height': 3}, 'region_attributes': {'class': 'x'}}]}}");
    Files.delete(root.resolve("via.json"));
    changed(
        "label-studio",
        "ls.json",
        "[{'data': {'image': 'a.png'}, 'annotations': [{'result': [{'original_width': 8,"
            + " 'original_height': 8, 'value': {'points': [[0, 0], [50, 0], [50, 50]],"
            + " 'polygonlabels': ['x']}}]}]}]");
    Files.delete(root.resolve("ls.json"));
    changed("yolo", "labels/b.txt", "0 0.1 0.1 0.9 0.1 0.5 0.9\n1 0.1 0.1 0.9 0.1 0.5 0.9\n");
    new ToolFolder(root).photo("img/c.png", 8, 8);
    changed(
        "supervisely",
        "ann/c.png.json",
        "{'size': {'height': 8, 'width': 8}, 'objects': [{'classTitle': 'x', 'geometryType':"
            + " 'bitmap', 'bitmap': {'origin': [1, 1], 'data': 'eJwBAAAAAA=='}}, {'classTitle':"
            + " 'x', 'geometryType': 'polygon', 'points': {'exterior': [[0, 0], [4, 0], [4, 4]],"
            + " 'interior': [[[1, 1], [2, 1], [2, 2]]]}}]}");
  }
}
