package org.maskwright.datasets.labelling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.maskwright.datasets.labelling.ToolFolder.objects;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.CheckReport;
import org.maskwright.datasets.catalog.DataCheck;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;

/** What labelling tools write is read as what was drawn. */
class ToolsTest {
  @TempDir private Path root;
  private ToolFolder folder;

  @BeforeEach
  void folder() {
    folder = new ToolFolder(root);
  }

  private List<String> findings() {
    return DataCheck.run(DatasetSettings.of("auto", root, "")).findings().stream()
        .map(CheckReport.Finding::message)
        .toList();
  }

  private void assertFinding(String words) {
    assertTrue(findings().stream().anyMatch(f -> f.contains(words)), findings().toString());
  }

  /** A photograph's name, its text's, the part. */
  @ParameterizedTest
  @CsvSource({
    "images/train/a.png, labels/train/a.txt, train",
    "train/images/a.png, train/labels/a.txt, train",
    "images/a.png, labels/a.txt, ''",
  })
  void yoloIsReadInEitherOrder(String photo, String text, String part) throws IOException {
    folder.photo(photo, 40, 20).text(text, "1 0.25 0.5 0.5 0.5 0.5 1 0.25 1\n");
    folder.text(
        "data.yaml", "path: ../somewhere\nnc: 2\nnames:\n  0: box\n  1: 'disc one'  # round\n");
    assertEquals("yolo", folder.type());
    assertEquals(List.of("disc one 10 10 10 10 area 100"), objects(folder.open(part), 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "names: [box, 'disc']",
        "names: {0: box, 1: disc}",
        "names:\n- box\n- disc",
        "nc: 2\nnames:\n  - 'box'\n  - disc\ntrain: x",
      })
  void yamlNamesClassesInAnyForm(String yaml) throws IOException {
    folder.photo("images/a.png", 8, 8).text("labels/a.txt", "0 0 0 1 0 1 1\n");
    folder.text("data.yaml", yaml);
    assertEquals(List.of("box", "disc"), folder.open("").categories().names());
  }

  @Test
  void yamlSaysWhichFolderIsWhichPart() throws IOException {
    folder.photo("one/images/a.png", 8, 8).text("one/labels/a.txt", "0 0 0 1 0 1 1\n");
    folder.photo("two/images/b.png", 8, 8).text("two/labels/b.txt", "0 0 0 1 0 1 1\n");
    folder.text("data.yaml", "train: ../one/images\nval: ../two/images\nnames: [x]\n");
    assertEquals("two/images/b", folder.open("val").info(0).imageId().toString());
    assertEquals(1, folder.open("train").size());
  }

  @Test
  void aPhotographWithoutATextShowsNoObject() throws IOException {
    folder.photo("images/a.png", 8, 8).text("labels/a.txt", "0 0 0 1 0 1 1\n");
    folder.photo("images/b.png", 8, 8);
    Dataset dataset = folder.open("");
    assertEquals(2, dataset.size());
    assertEquals(List.of(), objects(dataset, 1));
    assertEquals(List.of("class 0"), dataset.categories().names());
    assertFinding("1 photographs without a text in labels show no object");
  }

  /** A line, words of the problem. */
  @ParameterizedTest
  @CsvSource({
    "0 0.5 0.5 0.2 0.2, line 2: 4 numbers are a box",
    "0 0.1 0.1 0.2 0.2 0.3, line 2: expected pairs of numbers",
    "7 0.1 0.1 0.2 0.2 0.3 0.1, line 2: class 7 is none of the 1 classes (0 to 0)",
    "0 10 10 20 20 30 10, are these pixels?",
    "0 a b c d e f, line 2: expected CLASS x y",
  })
  void aWrongLineOfYoloIsNamed(String line, String words) throws IOException {
    folder.photo("images/a.png", 8, 8).text("labels/a.txt", "0 0 0 1 0 1 1\n" + line + "\n");
    folder.text("data.yaml", "names: [x]\n");
    assertFinding(words);
    assertFinding("labels/a.txt");
  }

  @Test
  void aTextWithoutAPhotographIsAProblem() throws IOException {
    folder.photo("images/a.png", 8, 8).text("labels/a.txt", "0 0 0 1 0 1 1\n");
    folder.text("labels/b.txt", "0 0 0 1 0 1 1\n");
    assertFinding("labels/b.txt: no photograph has the name of this text");
  }

  @Test
  void labelmeShapesOfOneGroupAreOneObject() throws IOException {
    folder.photo("a.png", 40, 20);
    folder.text(
        "a.json",
        "{'version': '5.4', 'shapes': [{'label': 'b', 'points': [[0, 0], [10, 5]], 'shape_type':"
            + " 'rectangle', 'group_id': 3},{'label': 'a', 'points': [[20, 0], [30, 0], [30, 10]],"
            + " 'shape_type': 'polygon', 'group_id': null},{'label': 'b', 'points': [[0, 10], [10,"
            + " 15]], 'shape_type': 'rectangle', 'group_id': 3},{'label': 'c', 'points': [[1, 1],"
            + " [2, 2]], 'shape_type': 'line'},{'label': 'a', 'points': [[30, 10], [34, 13]],"
            + " 'shape_type': 'circle'}], 'imagePath': '..\\\\elsewhere\\\\a.png', 'imageData':"
            + " null, 'imageHeight': 20, 'imageWidth': 40}");
    assertEquals("labelme", folder.type());
    Dataset dataset = folder.open("");
    assertEquals(List.of("a", "b"), dataset.categories().names());
    List<String> objects = objects(dataset, 0);
    assertEquals("b 0 0 10 15 area 100", objects.get(0));
    assertEquals("a 21 0 9 9 area 45", objects.get(1));
    assertTrue(
        objects.get(2).matches("a 25 5 10 10 area 7[5-9]|a 25 5 10 10 area 8[0-1]"),
        objects.get(2));
    assertFinding("1 lines and points are left out");
  }

  @Test
  void labelmeMasksLieInTheBoxOfTheirPoints() throws IOException {
    String png = Base64.getEncoder().encodeToString(LabelPng.encodeGrey8(corner()));
    folder.photo("p/a.png", 40, 20);
    folder.text(
        "j/a.json",
        "{'shapes': [{'label': 'x', 'points': [[30, 10], [32, 11]], 'shape_type': 'mask', 'mask': '%s'}],"
                .formatted(png)
            + " 'imagePath': 'a.png', 'imageHeight': 20, 'imageWidth': 40}");
    assertEquals(List.of("x 30 10 3 2 area 4"), objects(folder.open(""), 0));
  }

  /** 3 x 2 pixels: the first row and the first column. */
  private static LabelMap corner() {
    return new LabelMap(2, 3, new int[] {1, 1, 1, 1, 0, 0});
  }

  @Test
  void photographsThatLabelmeHasNoFileOfAreLeftOut() throws IOException {
    folder.photo("a.png", 8, 8).photo("b.png", 8, 8);
    folder.text(
        "a.json",
        "{'shapes': [{'label': 'x', 'points': [[0, 0], [4, 0], [4, 4]]}], 'imagePath': 'a.png'}");
    assertEquals(1, folder.open("").size());
    assertFinding("1 photographs without a file are left out: b.png");
  }

  @Test
  void aFileOfLabelmeWithoutAPhotographIsAProblem() throws IOException {
    folder.photo("b.png", 8, 8);
    folder.text(
        "a.json",
        "{'shapes': [{'label': 'x', 'points': [[0, 0], [4, 0], [4, 4]]}], 'imagePath': 'a.png'}");
    assertFinding("a.json: no photograph a.png");
  }

  @Test
  void superviselyHolesAndBitmapsAreRead() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
      out.write(LabelPng.encodeGrey8(corner()));
    }
    String data = Base64.getEncoder().encodeToString(packed.toByteArray());
    folder.photo("ds/img/a.png", 40, 20);
    folder.text("meta.json", "{'classes': [{'title': 'late'}, {'title': 'box'}]}");
    folder.text(
        "ds/ann/a.png.json",
        "{'size': {'height': 20, 'width': 40}, 'objects': [{'classTitle': 'box', 'geometryType':"
            + " 'polygon', 'points': {'exterior': [[0, 0], [10, 0], [10, 10], [0, 10]], 'interior':"
            + " [[[2, 2], [4, 2], [4, 4], [2, 4]]]}},"
            + "{'classTitle': 'late', 'geometryType': 'bitmap', 'bitmap': {'origin': [5, 6], 'data': '%s'}},"
                .formatted(data)
            + "{'classTitle': 'late', 'geometryType': 'point', 'points': {'exterior': [[1, 1]],"
            + " 'interior': []}}]}");
    assertEquals("supervisely", folder.type());
    Dataset dataset = folder.open("");
    assertEquals(List.of("late", "box"), dataset.categories().names());
    assertEquals(List.of("box 0 0 10 10 area 96", "late 5 6 3 2 area 4"), objects(dataset, 0));
  }

  /** Regions as a list (version 2) or by number (version 1). */
  @ParameterizedTest
  @ValueSource(strings = {"[%s, %s, %s]", "{'0': %s, '1': %s, '2': %s}"})
  void viaOfBothVersionsIsRead(String regions) throws IOException {
    folder.photo("train/a.png", 40, 20).photo("val/b.png", 40, 20);
    String all =
        regions.formatted(
            "{'shape_attributes': {'name': 'rect', 'x': 2, 'y': 3, 'width': 4, 'height': 5},"
                + " 'region_attributes': {'kind': 'box'}}",
            "{'shape_attributes': {'name': 'polygon', 'all_points_x': [10, 20, 20, 10],"
                + " 'all_points_y': [0, 0, 5, 5]}, 'region_attributes': {'class': {'disc': true},"
                + " 'kind': ''}}",
            "{'shape_attributes': {'name': 'ellipse', 'cx': 30, 'cy': 10, 'rx': 8, 'ry': 4,"
                + " 'theta': 1.5707963}, 'region_attributes': {}}");
    folder.text(
        "train/via_project.json",
        "{'_via_settings': {}, '_via_img_metadata': {'a.png1': {'filename': 'a.png', 'size': 1, 'regions': %s}}}"
            .formatted(all));
    folder.text(
        "val/via_region_data.json", "{'b.png1': {'filename': 'b.png', 'size': 1, 'regions': []}}");
    folder.text("val/c.json", "{'_via_img_metadata': {}}");
    assertEquals("via", folder.type());
    Dataset train = folder.open("train");
    List<String> objects = objects(train, 0);
    assertEquals("box 2 3 4 5 area 20", objects.get(0));
    assertEquals("disc 10 0 10 5 area 50", objects.get(1));
    assertTrue(objects.get(2).startsWith("object 26 2 8 16"), objects.get(2));
    assertEquals(1, folder.open("val").size());
  }

  @Test
  void labelStudiosPolygonsBoxesAndEllipsesArePercents() throws IOException {
    folder.photo("images/a b.png", 40, 20);
    folder.text(
        "export.json",
        "[{'id': 1, 'data': {'image': '/data/upload/1/0a1b2c3d-a%20b.png'}, 'annotations':"
            + " [{'result': ["
            + result("polygonlabels", "'points': [[25, 50], [50, 50], [50, 100], [25, 100]]")
            + ","
            + result("rectanglelabels", "'x': 0, 'y': 0, 'width': 25, 'height': 25, 'rotation': 0")
            + ","
            + result("ellipselabels", "'x': 75, 'y': 50, 'radiusX': 10, 'radiusY': 20")
            + ", {'type': 'choices', 'value': {'choices': ['x']}}]}]},"
            + " {'id': 2, 'data': {'image': 'never.png'}, 'annotations': []}]");
    assertEquals("label-studio", folder.type());
    List<String> objects = objects(folder.open(""), 0);
    assertEquals("thing 10 10 10 10 area 100", objects.get(0));
    assertEquals("thing 0 0 10 5 area 50", objects.get(1));
    assertTrue(objects.get(2).startsWith("thing 26 6 8 8"), objects.get(2));
  }

  private static String result(String labels, String value) {
    return "{'original_width': 40, 'original_height': 20, 'value': {%s, '%s': ['thing']}}"
        .formatted(value, labels);
  }

  @Test
  void jsonMinOfLabelStudioIsReadToo() throws IOException {
    folder.photo("a.png", 40, 20);
    folder.text(
        "min.json",
        "[{'image': '/data/local-files/?d=here/a.png', 'id': 1, 'label': [{'points': [[0, 0], [50,"
            + " 0], [50, 50], [0, 50]], 'polygonlabels': ['thing'], 'original_width': 40,"
            + " 'original_height': 20}]}]");
    assertEquals(List.of("thing 0 0 20 10 area 200"), objects(folder.open(""), 0));
  }

  @Test
  void whatIsCutOffIsAnErrorWithItsPlace() throws IOException {
    folder.photo("a.png", 8, 8).photo("b.png", 8, 8);
    folder.text(
        "a.json",
        "{'shapes': [{'label': 'x', 'points': [[0, 0], [4, 0], [4, 4]]}], 'imagePath': 'a.png'}");
    folder.text("b.json", "{'shapes': [{'label': 'x', 'poi");
    assertFinding("b.json: not valid JSON at line 1");
    DatasetException e = assertThrows(DatasetException.class, () -> folder.open(""));
    assertTrue(e.getMessage().contains("b.json"), e.getMessage());
  }

  @Test
  void aClassThatTheUsersFileDoesNotNameIsAProblem() throws IOException {
    folder.photo("a.png", 8, 8);
    folder.text(
        "a.json",
        "{'shapes': [{'label': 'boxes', 'points': [[0, 0], [4, 0], [4, 4]]}], 'imagePath':"
            + " 'a.png'}");
    folder.text("classes.txt", "box\n");
    assertFinding("the class \"boxes\" is none of [box]; did you mean box?");
  }
}
