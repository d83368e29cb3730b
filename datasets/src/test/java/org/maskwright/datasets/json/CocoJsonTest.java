package org.maskwright.datasets.json;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.maskwright.datasets.SharedData.list;
import static org.maskwright.datasets.SharedData.number;
import static org.maskwright.datasets.SharedData.object;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SharedData;

class CocoJsonTest {
  @TempDir Path folder;

  @Test
  void everyNumberOfARealFileIsKept() {
    Path file = SharedData.require("data/eval_refs/cocoapi/instances_val2014_100.json");
    CocoInstances read = CocoJson.readInstances(file);
    Map<String, Object> json = object(SharedData.json(file));
    List<Object> annotations = list(json.get("annotations"));
    assertEquals(list(json.get("images")).size(), read.images().size());
    assertEquals(list(json.get("categories")).size(), read.categories().size());
    assertEquals(annotations.size(), read.annotations().size());
    int crowds = 0;
    for (int i = 0; i < annotations.size(); i++) {
      Map<String, Object> want = object(annotations.get(i));
      CocoAnnotation got = read.annotations().get(i);
      assertEquals(want.get("id"), got.id());
      assertEquals(ImageId.of((long) want.get("image_id")), got.imageId());
      assertEquals((long) want.get("category_id"), got.categoryId());
      assertEquals(number(want.get("iscrowd")) == 1, got.crowd());
      assertEquals(number(want.get("area")), got.area());
      double[] box = {got.box().x(), got.box().y(), got.box().width(), got.box().height()};
      assertArrayEquals(numbers(want.get("bbox")), box);
      assertShape(want.get("segmentation"), got.segmentation());
      crowds += got.crowd() ? 1 : 0;
    }
    assertTrue(crowds > 0, "no run lengths in the file");
  }

  private static void assertShape(Object want, Segmentation got) {
    assertEquals(want instanceof List, got.isPolygons());
    if (got.isPolygons()) {
      List<Object> parts = list(want);
      assertEquals(parts.size(), got.polygons().size());
      for (int p = 0; p < parts.size(); p++) {
        assertArrayEquals(numbers(parts.get(p)), got.polygons().get(p));
      }
      return;
    }
    Map<String, Object> runs = object(want);
    assertArrayEquals(numbers(runs.get("size")), new double[] {got.height(), got.width()});
    int[] counts = got.toRle(got.height(), got.width()).counts();
    assertArrayEquals(
        numbers(runs.get("counts")), Arrays.stream(counts).asDoubleStream().toArray());
  }

  private static double[] numbers(Object list) {
    return list(list).stream().mapToDouble(SharedData::number).toArray();
  }

  @Test
  void polygonsAreKeptExactlyWhateverTheirDigits() {
    double[] digits = {1.005, 2.675, 1e-3, 123456.78, -7.07, 0.1 + 0.2};
    double[] hundredths = {1.01, 2.67, 0, 99999.99, -7.07, 3};
    Segmentation kept = Segmentation.ofPolygons(List.of(digits, hundredths));
    assertArrayEquals(digits, kept.polygons().get(0));
    assertArrayEquals(hundredths, Segmentation.ofPolygons(List.of(hundredths)).polygons().get(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"annotations\":[{\"id\":1,\"image_id\":2}]}",
        "{\"annotations\":[{\"id\":\"a\",\"image_id\":2,\"category_id\":1}]}",
        "{\"annotations\":[{\"id\":1.5,\"image_id\":2,\"category_id\":1}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":99999999999}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":1,\"area\":-3}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":1,\"area\":NaN}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":1,\"area\":1e999}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":1,\"iscrowd\":2}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":1,\"bbox\":[1,2,3]}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":1,\"bbox\":[1,2,-3,4]}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":1,\"segmentation\":[1,2]}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":1,\"segmentation\":{\"size\":[2,2]}}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":1,\"segmentation\":{\"size\":[2,2],\"counts\":[5]}}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":1,\"segmentation\":{\"size\":[0,2],\"counts\":\"4\"}}]}",
        "{\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":1},{\"id\":1,\"image_id\":2,\"category_id\":1}]}",
        "{\"annotations\":[],\"images\":[{\"id\":1,\"height\":-4,\"width\":3}]}",
        "{\"annotations\":[],\"images\":[{\"id\":1},{\"id\":1}]}",
        "{\"annotations\":[],\"categories\":[{\"id\":1},{\"id\":1}]}",
        "{\"annotations\":[]} x",
        "{\"annotations\":[]"
      })
  void wrongFilesAreRefusedWithTheirName(String content) throws IOException {
    Path file = folder.resolve("gt.json");
    Files.writeString(file, content);
    DatasetException e = assertThrows(DatasetException.class, () -> CocoJson.readInstances(file));
    assertEquals(file.toString(), e.file().orElseThrow());
  }

  @Test
  void aWrongAnnotationIsNamed() throws IOException {
    Path file = folder.resolve("gt.json");
    Files.writeString(
        file, "{\"annotations\":[{\"id\":7,\"image_id\":\"a\",\"category_id\":1,\"bbox\":[1]}]}");
    DatasetException e = assertThrows(DatasetException.class, () -> CocoJson.readInstances(file));
    assertEquals("7", e.annotationId().orElseThrow());
    assertEquals("a", e.imageId().orElseThrow());
    assertTrue(e.getMessage().contains("line 1"), e.getMessage());
  }

  @Test
  void idsAreUniqueInAMillion() {
    LongSet set = new LongSet();
    for (long i = -1000; i < 200_000; i++) {
      assertTrue(set.add(i * i * i));
    }
    for (long i = -1000; i < 200_000; i++) {
      assertTrue(!set.add(i * i * i));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"[220,20,60] | DC143C", "\"#ff0000\" |", "[1,2] |", "[1,2,300] |", "[[1],2,3] |"})
  void aColourIsThreeBytesOrNone(String color, String hex) throws IOException {
    Path file = folder.resolve("gt.json");
    Files.writeString(
        file,
        "{\"annotations\":[],\"images\":[],\"categories\":[{\"color\":%s,\"id\":4}]}"
            .formatted(color));
    OptionalInt rgb = CocoJson.readInstances(file).categories().get(0).rgb();
    assertEquals(
        hex == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(hex, 16)), rgb);
    assertEquals(4, CocoJson.readInstances(file).categories().get(0).id());
  }
}
