package org.maskwright.datasets.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;

/** Files that are scanned, beside the same files parsed. */
class InstancesReaderTest {
  private static final String FILE =
      """
      {"info": {"year": 2017, "license": [{"url": "}, {"}]},
       "annotations": [
        {"id": 1, "image_id": 7, "category_id": 3, "iscrowd": 0, "area": 12.5, "bbox": [1, 2, 3.5, 4],
         "segmentation": [[1.5, 2, 3.25, 4, 5, 6.125]], "attributes": {"occluded": [false]}},
        {"id": 2, "image_id": "b.jpg", "category_id": 4, "iscrowd": 1, "ignore": 1,
         "segmentation": {"size": [4, 5], "counts": [3, 17]}}],
       "images": [{"id": 7, "file_name": "été.jpg", "height": 4, "width": 5, "neg_category_ids": [3]},
        {"id": "b.jpg", "file_name": "a\\u0062\\"}]", "height": 4, "width": 5}],
       "categories": [{"id": 3, "name": "chat }", "color": [1, 2, 3]}, {"id": 4, "isthing": 0}]}
      """;

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("file.json"), text);
  }

  @Test
  void scannedIsParsedWhateverTheWindow() throws IOException {
    Path file = file(FILE);
    CocoInstances expected = CocoJson.parsedInstances(file);
    assertEquals(2, expected.annotations().size());
    for (int window = 2; window < 700; window++) {
      assertEquals(Optional.of(expected), InstancesReader.scanned(file, window));
    }
    assertEquals(expected, CocoJson.readInstances(file));
  }

  @Test
  void whatTheParserRefusesIsNotScanned() throws IOException {
    Random random = new Random(3);
    Path file = folder.resolve("file.json");
    byte[] good = FILE.getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    int scanned = 0;
    for (int round = 0; round < 2_000; round++) {
      Files.write(file, ResultsReaderTest.damaged(good, random));
      Optional<CocoInstances> found = InstancesReader.scanned(file, 64 + random.nextInt(1_000));
      Optional<CocoInstances> expected;
      try {
        expected = Optional.of(CocoJson.parsedInstances(file));
      } catch (DatasetException e) {
        expected = Optional.empty();
        refused++;
      }
      if (found.isPresent()) {
        scanned++;
        assertEquals(expected, found);
      }
    }
    assertTrue(refused > 1_000 && scanned > 80, refused + " refused, " + scanned + " scanned");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"images\":[]}",
        "{\"annotations\":[],\"annotations\":[]}",
        "{\"annotations\":[]} x",
        "{\"annotations\":{}}",
        "{\"annotations\":[{}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":1,\"category_id\":1},"
            + "{\"id\":1,\"image_id\":2,\"category_id\":1}]}",
        "{\"annotations\":[],\"images\":[{\"id\":1},{\"id\":1}]}",
        "{\"annotations\":[],\"images\":[{\"id\":1,\"height\":-1}]}",
        "{\"annotations\":[],\"images\":[7]}"
      })
  void whatIsWrongIsLeftToTheParser(String text) throws IOException {
    assertEquals(Optional.empty(), InstancesReader.scanned(file(text)));
  }
}
