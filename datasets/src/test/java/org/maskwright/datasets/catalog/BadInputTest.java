package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.ImageDecoder;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.SampleRandom;

/** Whatever is wrong with a file, a DatasetException says where; nothing hangs or loads wrongly. */
final class BadInputTest {
  private static final String IMAGE =
      "{\"id\":7,\"file_name\":\"rgb.jpg\",\"width\":37,\"height\":24}";
  private static final String CATEGORY = "{\"id\":3,\"name\":\"box\"}";

  @TempDir private Path folder;

  @BeforeEach
  void writePhotograph() throws IOException {
    Files.createDirectories(folder.resolve("train2017"));
    Files.createDirectories(folder.resolve("annotations"));
    Files.write(folder.resolve("train2017/rgb.jpg"), resource("rgb.jpg"));
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream stream =
        BadInputTest.class.getResourceAsStream("/org/maskwright/datasets/image/" + name)) {
      return stream.readAllBytes();
    }
  }

  private static String annotation(String segmentation) {
    return "{\"id\":11,\"image_id\":7,\"category_id\":3,\"iscrowd\":0,\"segmentation\":"
        + segmentation
        + "}";
  }

  private Dataset open(String images, String annotations) throws IOException {
    Files.writeString(
        folder.resolve("annotations/instances_train2017.json"),
        "{\"images\":[%s],\"annotations\":[%s],\"categories\":[%s]}"
            .formatted(images, annotations, CATEGORY));
    return DatasetOpener.open(DatasetSettings.of("coco-instance", folder, "train2017"));
  }

  @Test
  void theValidFileLoads() throws IOException {
    Dataset dataset = open(IMAGE, annotation("[[1,1,9,1,9,9]]"));
    assertEquals(1, dataset.load(0).segments().size());
    assertEquals(
        0, DataCheck.run(DatasetSettings.of("coco-instance", folder, "train2017")).problems());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[1,1,9,1]]",
        "[[1,1,9,1,9]]",
        "[[1,1,9,1,9,1e300]]",
        "{\"counts\":[1,2],\"size\":[24,37]}",
        "{\"counts\":[888],\"size\":[37,24]}",
        "{\"counts\":[-1,889],\"size\":[24,37]}",
        "{\"counts\":\"zzz\",\"size\":[24,37]}",
        "{\"counts\":[1],\"size\":[100000,100000]}",
        "\"mask\"",
        "[[\"a\"]]"
      })
  void aBadMaskNamesFileImageAndAnnotation(String segmentation) {
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () -> {
              Dataset dataset = open(IMAGE, annotation(segmentation));
              Augmentation.none(Task.INSTANCE)
                  .apply(dataset.load(0), dataset.categories(), SampleRandom.of(0, 0, 0));
            });
    assertTrue(e.getMessage().contains("11"), e.getMessage());
    assertTrue(e.file().isPresent(), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null"})
  void anAnnotationWithoutAMaskIsNamedToWhoNeedsOne(String segmentation) throws IOException {
    DatasetException e = open(IMAGE, annotation(segmentation)).maskless(0).orElseThrow();
    assertTrue(e.getMessage().contains("11"), e.getMessage());
    assertTrue(e.file().isPresent(), e.getMessage());
  }

  @Test
  void aCoordinateThatIsNoJsonNamesFileAndPlace() {
    DatasetException e =
        assertThrows(DatasetException.class, () -> open(IMAGE, annotation("[[1,1,9,1,9,NaN]]")));
    assertTrue(e.getMessage().contains("line 1, column"), e.getMessage());
    assertTrue(e.getMessage().contains("instances_train2017.json"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "image_id, 8, 'is not in \"images\"'",
    "category_id, 4, 'is not in \"categories\"'",
  })
  void anAnnotationOfNothingIsAnErrorAndAFinding(String key, String value, String message)
      throws IOException {
    String bad =
        annotation("[[1,1,9,1,9,9]]")
            .replaceAll("\"" + key + "\":\\d+", "\"" + key + "\":" + value);
    DatasetException e = assertThrows(DatasetException.class, () -> open(IMAGE, bad));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertEquals("11", e.annotationId().orElseThrow());
    CheckReport report = DataCheck.run(DatasetSettings.of("coco-instance", folder, "train2017"));
    assertEquals(1, report.problems());
    assertEquals(1, report.images());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../secret.jpg", "/etc/hostname", "a/../../secret.jpg", "nothing.jpg", "\\u0000"})
  void aFileNameMayNotLeaveItsFolder(String name) throws IOException {
    Files.write(folder.resolve("secret.jpg"), resource("rgb.jpg"));
    String image = IMAGE.replace("rgb.jpg", name);
    DatasetException e = assertThrows(DatasetException.class, () -> open(image, "").load(0));
    assertTrue(e.getMessage().contains("image 7"), e.getMessage());
  }

  @Test
  void aSymbolicLinkOutOfTheFolderIsRefusedUnlessWanted() throws IOException {
    Files.write(folder.resolve("secret.jpg"), resource("rgb.jpg"));
    Files.createSymbolicLink(folder.resolve("train2017/link.jpg"), folder.resolve("secret.jpg"));
    DataFolder refusing = DataFolder.of(folder.resolve("train2017"));
    DatasetException e = assertThrows(DatasetException.class, () -> refusing.existing("link.jpg"));
    assertTrue(e.getMessage().contains("symbolic link"), e.getMessage());
    DataFolder following = new DataFolder(folder.resolve("train2017"), DataFolder.Links.FOLLOW);
    assertEquals(37, ImageDecoder.read(following.existing("link.jpg")).width());
  }

  @Test
  void aPhotographOfAnotherSizeIsAnError() {
    DatasetException e =
        assertThrows(DatasetException.class, () -> open(IMAGE.replace("37", "38"), "").load(0));
    assertTrue(e.getMessage().contains("38 x 24"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1,2", "{\"images\":3}", "{\"images\":[{}]}", "hello", "{}"})
  void aBrokenJsonIsAnErrorWithItsPath(String text) throws IOException {
    Path file = folder.resolve("annotations/instances_train2017.json");
    Files.writeString(file, text);
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () -> DatasetOpener.open(DatasetSettings.of("coco-instance", folder, "train2017")));
    assertTrue(e.getMessage().contains("instances_train2017.json"), e.getMessage());
    assertEquals(
        1, DataCheck.run(DatasetSettings.of("coco-instance", folder, "train2017")).problems());
  }

  @Test
  void aDecompressionBombIsRefusedBeforeMemoryIsTaken() throws IOException {
    byte[] png = resource("rgb.png");
    ByteBuffer.wrap(png).putInt(16, 1 << 20).putInt(20, 1 << 20);
    DatasetException e = assertThrows(DatasetException.class, () -> ImageDecoder.decode(png));
    assertTrue(e.getMessage().contains("1048576 x 1048576"), e.getMessage());
    byte[] jpeg = resource("rgb.jpg");
    for (int i = 2; i < jpeg.length - 9; i++) {
      if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xC0) {
        ByteBuffer.wrap(jpeg).putShort(i + 5, (short) 65000).putShort(i + 7, (short) 65000);
      }
    }
    assertThrows(DatasetException.class, () -> ImageDecoder.decode(jpeg));
  }

  @Test
  void theCheckSaysWhatIsOddAboutASegment() throws IOException {
    open(
        IMAGE + "," + IMAGE.replace("\"id\":7", "\"id\":8"),
        annotation("[[1,1,99,1,9,9]]")
            + ","
            + annotation("{\"counts\":[888],\"size\":[24,37]}").replace("11", "12"));
    String file = folder.resolve("train2017/rgb.jpg") + ": image ";
    assertEquals(
        List.of(
            file + "7, annotation 11: the point (99.0, 1.0) is outside the image of 37 x 24",
            file + "7, annotation 12: the mask has no pixel",
            file + "8: no annotation",
            file + "8: the same photograph as image 7"),
        findings());
    open(IMAGE, "");
    assertEquals(
        List.of(
            file + "7: no annotation",
            "1 of 1 classes have no segment: box",
            "coco-instance instances_train2017.json: nothing to train on: none of its 1 images has a segment"),
        findings());
  }

  private List<String> findings() {
    return DataCheck.run(DatasetSettings.of("coco-instance", folder, "train2017"))
        .findings()
        .stream()
        .map(CheckReport.Finding::message)
        .toList();
  }

  @Test
  void aFileWithoutCategoriesIsNamed() throws IOException {
    Path file = folder.resolve("annotations/instances_train2017.json");
    Files.writeString(file, "{\"images\":[],\"annotations\":[],\"categories\":[]}");
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () -> DatasetOpener.open(DatasetSettings.of("coco-instance", folder, "train2017")));
    assertEquals(file.toString(), e.file().orElseThrow());
  }

  @Test
  void aLabelThatIsNoClassNamesFileValueAndPixel() throws IOException {
    Files.createDirectories(folder.resolve("images"));
    Files.createDirectories(folder.resolve("masks"));
    Files.write(folder.resolve("images/a.png"), resource("rgb.png"));
    Files.write(folder.resolve("masks/a.png"), resource("grey.png"));
    Dataset dataset =
        DatasetOpener.open(
            DatasetSettings.of("folder-semantic", folder, "")
                .withClasses(List.of("a", "b"), List.of()));
    DatasetException e = assertThrows(DatasetException.class, () -> dataset.load(0));
    assertTrue(e.getMessage().contains("masks/a.png"), e.getMessage());
    assertTrue(e.getMessage().contains("pixel ("), e.getMessage());
  }
}
