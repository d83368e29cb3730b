package org.maskwright.datasets.scenes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

class ScenesFilesTest {
  private static final ScenesConfig FEW = ScenesConfig.DEFAULT.withImages(6, 3).withSize(64, 48);

  @TempDir Path folder;

  @Test
  void panopticPngsHoldExactlyTheSegmentsOfTheJson() throws IOException {
    Scenes.write(folder.resolve("a"), FEW);
    for (String split : List.of("train", "val")) {
      Map<String, Object> json = json("a/annotations/panoptic_" + split + ".json");
      for (Map<String, Object> annotation : list(json, "annotations")) {
        int[] ids =
            LabelPng.read(
                    folder.resolve(
                        "a/annotations/panoptic_" + split + "/" + annotation.get("file_name")),
                    48,
                    64)
                .labels();
        Map<Integer, Long> areas = new TreeMap<>();
        for (int id : ids) {
          areas.merge(id, 1L, Long::sum);
        }
        areas.remove(0);
        Map<Integer, Long> said = new TreeMap<>();
        for (Map<String, Object> segment : list(annotation, "segments_info")) {
          int id = number(segment, "id").intValue();
          said.put(id, number(segment, "area").longValue());
          assertEquals(Rle.ofLabel(ids, 48, 64, id).box(), box(segment));
          assertEquals(0, number(segment, "iscrowd").intValue());
        }
        assertEquals(said, areas);
      }
    }
  }

  @Test
  void instanceRlesAreTheThingsOfThePanopticFile() throws IOException {
    Scenes.write(folder.resolve("a"), FEW);
    List<List<Object>> things = new ArrayList<>();
    for (Map<String, Object> annotation :
        list(json("a/annotations/panoptic_train.json"), "annotations")) {
      for (Map<String, Object> segment : list(annotation, "segments_info")) {
        if (number(segment, "category_id").intValue() <= 6) {
          things.add(
              List.of(
                  annotation.get("image_id"),
                  segment.get("category_id"),
                  segment.get("area"),
                  box(segment)));
        }
      }
    }
    List<List<Object>> instances = new ArrayList<>();
    for (Map<String, Object> a : list(json("a/annotations/instances_train.json"), "annotations")) {
      instances.add(List.of(a.get("image_id"), a.get("category_id"), a.get("area"), box(a)));
      Map<String, Object> segmentation = map(a.get("segmentation"));
      Rle mask = Rle.ofString(48, 64, (String) segmentation.get("counts"));
      assertEquals(number(a, "area").longValue(), mask.area());
      assertEquals(box(a), mask.box());
    }
    assertEquals(things, instances);
  }

  @Test
  void everyImageOfTheJsonIsAJpegAndEveryCategoryIsDeclared() throws IOException {
    Scenes.write(folder.resolve("a"), FEW);
    Map<String, Object> json = json("a/annotations/panoptic_val.json");
    assertEquals(3, list(json, "images").size());
    for (Map<String, Object> image : list(json, "images")) {
      byte[] file = Files.readAllBytes(folder.resolve("a/images/val/" + image.get("file_name")));
      assertTrue((file[0] & 255) == 0xFF && (file[1] & 255) == 0xD8, "JPEG signature");
    }
    assertEquals(SceneClass.values().length, list(json, "categories").size());
  }

  @Test
  void bytesDoNotDependOnTheNumberOfThreads() throws Exception {
    try (var one = new Pool(1);
        var four = new Pool(4)) {
      one.pool.submit(() -> Scenes.write(folder.resolve("one"), FEW)).get();
      four.pool.submit(() -> Scenes.write(folder.resolve("four"), FEW)).get();
    }
    Map<String, byte[]> a = files(folder.resolve("one"));
    Map<String, byte[]> b = files(folder.resolve("four"));
    assertEquals(a.keySet(), b.keySet());
    a.forEach((name, bytes) -> assertArrayEquals(bytes, b.get(name), name));
  }

  @Test
  void theSameSettingsAreReusedAndOthersReplaceThem() throws IOException {
    Path dir = folder.resolve("a");
    assertTrue(Scenes.write(dir, FEW));
    Path image = dir.resolve("images/train/000000000001.jpg");
    byte[] before = Files.readAllBytes(image);
    Files.write(image, new byte[] {1});
    assertFalse(Scenes.write(dir, FEW));
    assertEquals(1, Files.size(image));
    assertTrue(Scenes.write(dir, FEW.withSeed(99)));
    assertTrue(Scenes.write(dir, FEW));
    assertArrayEquals(before, Files.readAllBytes(image));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(dir), left.toList());
    }
  }

  @Test
  void aFolderWithOtherFilesIsNeverTouched() throws IOException {
    Path dir = Files.createDirectories(folder.resolve("photos"));
    Files.writeString(dir.resolve("holiday.txt"), "keep me");
    var e = assertThrows(DatasetException.class, () -> Scenes.write(dir, FEW));
    assertTrue(e.getMessage().contains("choose another folder"), e.getMessage());
    assertEquals("keep me", Files.readString(dir.resolve("holiday.txt")));
  }

  @Test
  void aReplacementThatFailsLeavesTheOldDataSet() throws IOException {
    Path dir = folder.resolve("a");
    Scenes.write(dir, FEW);
    var others = new SceneFiles(dir, FEW.withSeed(99)).folder();
    assertThrows(IOException.class, () -> others.replace(folder.resolve("absent")));
    assertFalse(Scenes.write(dir, FEW));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(dir), left.toList());
    }
  }

  @Test
  void whatAnotherProcessHasWrittenInTheMeantimeStays() throws IOException {
    Path dir = folder.resolve("a");
    Scenes.write(dir, FEW);
    Path image = dir.resolve("images/train/000000000001.jpg");
    Files.write(image, new byte[] {1});
    assertFalse(
        new SceneFiles(dir, FEW).folder().replace(Files.createDirectory(folder.resolve("fresh"))));
    assertEquals(1, Files.size(image));
  }

  @Test
  void theFolderIsAsReadableAsAnyOther() throws IOException {
    Path dir = folder.resolve("a");
    Scenes.write(dir, FEW);
    Assumptions.assumeTrue(Files.getFileStore(dir).supportsFileAttributeView("posix"));
    Path other = Files.createDirectory(folder.resolve("other"));
    assertEquals(Files.getPosixFilePermissions(other), Files.getPosixFilePermissions(dir));
  }

  private static final class Pool implements AutoCloseable {
    final ForkJoinPool pool;

    Pool(int threads) {
      pool = new ForkJoinPool(threads);
    }

    @Override
    public void close() {
      pool.shutdown();
    }
  }

  private static Map<String, byte[]> files(Path root) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private Map<String, Object> json(String file) throws IOException {
    String text = Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
    try (var parser = new JsonFactory().createParser(text)) {
      parser.nextToken();
      return map(value(parser));
    }
  }

  private static Object value(com.fasterxml.jackson.core.JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    switch (token) {
      case START_OBJECT -> {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          object.put(name, value(parser));
        }
        return object;
      }
      case START_ARRAY -> {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser));
        }
        return array;
      }
      case VALUE_STRING -> {
        return parser.getText();
      }
      default -> {
        return parser.getLongValue();
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Map<String, Object> object, String field) {
    return (List<Map<String, Object>>) object.get(field);
  }

  private static Number number(Map<String, Object> object, String field) {
    return (Number) object.get(field);
  }

  @SuppressWarnings("unchecked")
  private static Box box(Map<String, Object> object) {
    List<Long> b = (List<Long>) object.get("bbox");
    return new Box(b.get(0), b.get(1), b.get(2), b.get(3));
  }
}
