package org.maskwright.datasets.labelling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.maskwright.datasets.labelling.ToolFolder.objects;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.CheckReport;
import org.maskwright.datasets.catalog.DataCheck;
import org.maskwright.datasets.catalog.DatasetSettings;

/** Masks as people keep them: of any kind that keeps values, by colours, one for each object. */
class MaskFilesTest {
  private static final int RED = 0xFF0000;
  private static final int BLUE = 0x0000FF;

  @TempDir private Path root;
  private ToolFolder folder;

  @BeforeEach
  void folder() {
    folder = new ToolFolder(root);
  }

  /** 6 x 4 pixels: the left third black, then two columns of each value. */
  private void mask(String name, int type, int middle, int right) throws IOException {
    BufferedImage image = new BufferedImage(6, 4, type);
    boolean grey = type == BufferedImage.TYPE_BYTE_GRAY;
    for (int i = 0; i < 24; i++) {
      int value = i % 6 < 2 ? 0 : i % 6 < 4 ? middle : right;
      if (grey) {
        image.getRaster().setSample(i % 6, i / 6, 0, value);
      } else {
        image.setRGB(i % 6, i / 6, value);
      }
    }
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    assertTrue(ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile()));
  }

  private void grey(String name, int middle, int right) throws IOException {
    mask(name, BufferedImage.TYPE_BYTE_GRAY, middle, right);
  }

  private String problems() {
    return DataCheck.run(DatasetSettings.of("auto", root, "")).findings().stream()
        .map(CheckReport.Finding::message)
        .toList()
        .toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "tif"})
  void aKindThatKeepsValuesIsRead(String ending) throws IOException {
    folder.photo("images/a.jpg", 6, 4);
    grey("masks/a." + ending, 1, 2);
    assertEquals(
        List.of("class 0 0 0 2 4 area 8", "class 1 2 0 2 4 area 8", "class 2 4 0 2 4 area 8"),
        objects(folder.open(""), 0));
  }

  @Test
  void namesOfMasksMayEndAlike() throws IOException {
    folder.photo("images/a.jpg", 6, 4).photo("images/b.jpg", 6, 4);
    grey("masks/a_seg.png", 1, 2);
    grey("masks/b_seg.png", 1, 2);
    assertEquals(2, folder.open("").size());
  }

  @Test
  void foldersBelowArePairedByTheirNames() throws IOException {
    folder.photo("images/mon/a.jpg", 6, 4).photo("images/tue/a.jpg", 6, 4);
    grey("masks/mon/a.png", 1, 2);
    grey("masks/tue/a.png", 1, 2);
    Dataset dataset = folder.open("train");
    assertEquals(2, dataset.size());
    assertEquals("tue/a", dataset.info(1).imageId().toString());
  }

  @Test
  void partsMayHoldTheirPhotographsAndMasks() throws IOException {
    folder.photo("train/images/a.jpg", 6, 4).photo("val/images/b.jpg", 6, 4);
    grey("train/masks/a.png", 1, 2);
    grey("val/masks/b.png", 1, 2);
    assertEquals("b", folder.open("val").info(0).imageId().toString());
    assertEquals("a", folder.open("").info(0).imageId().toString());
  }

  /** A file's name and its lines. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '!',
      value = {
        "labelmap.txt, !#"
            + " label:color_rgb:parts:actions|box:255,0,0::|background:0,0,0::|disc:0,0,255::!",
        "label_colors.txt, !0 0 0\tbackground|255 0 0\tbox|0 0 255\tdisc!",
        "class_dict.csv, !name,r,g,b|background,0,0,0|box,255,0,0|disc,0,0,255!",
        "classes.csv, !id;name;r;g;b|0;background;0;0;0|1;box;255;0;0|2;disc;0;0;255!",
      })
  void aFileNamesTheColours(String name, String lines) throws IOException {
    folder.photo("images/a.jpg", 6, 4).text(name, lines.replace('|', '\n'));
    mask("masks/a.png", BufferedImage.TYPE_INT_RGB, RED, BLUE);
    Dataset dataset = folder.open("");
    assertEquals(
        List.of("background 0 0 2 4 area 8", "box 2 0 2 4 area 8", "disc 4 0 2 4 area 8"),
        objects(dataset, 0));
    assertEquals(RED, dataset.categories().get(1).rgb().orElseThrow());
  }

  @Test
  void aClassFileGivesTheColoursTheirOrder() throws IOException {
    folder.photo("images/a.jpg", 6, 4).text("classes.txt", "disc\nbackground\nbox\n");
    folder.text("label_colors.txt", "0 0 0 background\n255 0 0 box\n0 0 255 disc\n");
    mask("masks/a.png", BufferedImage.TYPE_INT_RGB, RED, BLUE);
    assertEquals(List.of("disc", "background", "box"), folder.open("").categories().names());
    assertTrue(objects(folder.open(""), 0).contains("box 2 0 2 4 area 8"));
  }

  /** The lines of label_colors.txt, words of the problem. */
  @ParameterizedTest
  @CsvSource({
    "'0 0 0 background|255 0 0 box', '(4, 0) has the colour (0, 0, 255), which'",
    "'0 0 0 background|255 0 0 box|255 0 0 disc', line 3: the colour is that of \"box\" too",
    "'0 0 0 background|255 0 0 box|0 0 300 disc', 'line 3: expected numbers from 0 to 255, got"
        + " 300'",
    "'0 0 0 background|255 0 0 box|blue', line 3: expected a name and three numbers",
    "'0 0 0 background|255 0 0', line 2: the colour has no name",
  })
  void aWrongColourIsNamed(String lines, String words) throws IOException {
    folder.photo("images/a.jpg", 6, 4).text("label_colors.txt", lines.replace('|', '\n'));
    mask("masks/a.png", BufferedImage.TYPE_INT_RGB, RED, BLUE);
    assertTrue(problems().contains(words), problems());
  }

  @Test
  void coloursWithoutAFileAreRefusedWithWhatToDo() throws IOException {
    folder.photo("images/a.jpg", 6, 4);
    mask("masks/a.png", BufferedImage.TYPE_INT_RGB, RED, BLUE);
    assertTrue(problems().contains("maskwright data colors"), problems());
  }

  @Test
  void cvatsObjectsAreColoursToo() throws IOException {
    folder.photo("JPEGImages/a.jpg", 6, 4).text("ImageSets/Segmentation/default.txt", "a\n");
    folder.text("labelmap.txt", "box:255,0,0::\nbackground:0,0,0::\n");
    mask("SegmentationClass/a.png", BufferedImage.TYPE_INT_RGB, RED, RED);
    mask("SegmentationObject/a.png", BufferedImage.TYPE_INT_RGB, 0x800000, 0x008000);
    assertEquals("voc-instance", folder.type());
    assertEquals(List.of("box 2 0 2 4 area 8", "box 4 0 2 4 area 8"), objects(folder.open(""), 0));
  }

  /** A photograph, its masks. */
  @ParameterizedTest
  @CsvSource({
    "images/a.jpg, masks/a/1.png, masks/a/2.png",
    "images/a.jpg, masks/a_1.png, masks/a_2.png",
    "train/images/a.jpg, train/masks/a_1.png, train/masks/a_2.png",
    "a/images/a.jpg, a/masks/77.png, a/masks/78.png",
  })
  void aMaskForEachObjectIsRead(String photo, String first, String second) throws IOException {
    folder.photo(photo, 6, 4);
    grey(first, 255, 0);
    grey(second, 0, 255);
    assertEquals("instance-files", folder.type());
    assertEquals(
        List.of("object 2 0 2 4 area 8", "object 4 0 2 4 area 8"), objects(folder.open(""), 0));
  }

  /** Words where there are several. */
  @ParameterizedTest
  @CsvSource({"masks/a/nut/1.png, masks/a/bolt/1.png", "masks/a/nut_1.png, masks/a/bolt-12.png"})
  void foldersBetweenAndWordsBeforeTheNumbersAreClasses(String nut, String bolt)
      throws IOException {
    folder.photo("images/a.jpg", 6, 4);
    grey(nut, 255, 0);
    grey(bolt, 0, 255);
    assertEquals(List.of("bolt 4 0 2 4 area 8", "nut 2 0 2 4 area 8"), objects(folder.open(""), 0));
  }

  /** Two masks of a photograph whose names tell no classes. */
  @ParameterizedTest
  @CsvSource({
    "masks/a/mask_1.png, masks/a/mask_2.png",
    "masks/a/0f3e1a.png, masks/a/77bc02.png",
    "masks/a/cell_1.png, masks/a/9.png",
    "masks/a_1.png, masks/a_2.png"
  })
  void otherNamesOfObjectsAreNoClasses(String first, String second) throws IOException {
    folder.photo("images/a.jpg", 6, 4);
    grey(first, 255, 0);
    grey(second, 0, 255);
    assertEquals(List.of("object"), folder.open("").categories().names());
  }

  /** Masks of the class nut and of the class bolt. */
  @ParameterizedTest
  @CsvSource({
    "images/a.jpg, masks/nut/a.png, masks/bolt/a.png",
    "images/a.jpg, masks/a_nut.png, masks/a-bolt.png",
    "train/images/a.jpg, train/masks/nut/a.png, train/masks/bolt/a.png",
  })
  void aMaskForEachClassIsRead(String photo, String nut, String bolt) throws IOException {
    folder.photo(photo, 6, 4);
    grey(nut, 255, 0);
    grey(bolt, 0, 1);
    assertEquals("class-files", folder.type());
    Dataset dataset = folder.open("");
    assertEquals(Set.of(Task.SEMANTIC), dataset.tasks());
    assertEquals(
        List.of("background 0 0 2 4 area 8", "bolt 4 0 2 4 area 8", "nut 2 0 2 4 area 8"),
        objects(dataset, 0));
  }

  @Test
  void aPhotographMayShowSomeOfTheClasses() throws IOException {
    folder.photo("images/a.jpg", 6, 4).photo("images/a_b.jpg", 6, 4).photo("images/c.jpg", 6, 4);
    grey("masks/a_nut.png", 255, 0);
    grey("masks/a_bolt.png", 0, 255);
    grey("masks/a_b_nut.png", 255, 255); // of a_b, not of a
    Dataset dataset = folder.open("");
    assertEquals(List.of("background 0 0 2 4 area 8", "nut 2 0 4 4 area 16"), objects(dataset, 1));
    assertEquals(List.of("background 0 0 6 4 area 24"), objects(dataset, 2));
  }

  @Test
  void foldersOfMasksWithSeveralValuesAreNoClasses() throws IOException {
    folder.photo("images/a.jpg", 6, 4);
    grey("masks/anna/a.png", 1, 2);
    assertTrue(problems().contains("no label image a.png"), problems());
  }

  @Test
  void ofMasksWithTwoEndingsThoseOfOneChannelAreTaken() throws IOException {
    folder.photo("images/a.jpg", 6, 4).photo("images/b.jpg", 6, 4);
    for (String name : List.of("a", "b")) {
      grey("masks/" + name + "_mask.png", 1, 2);
      mask("masks/" + name + "_colour.png", BufferedImage.TYPE_INT_RGB, RED, BLUE);
    }
    assertEquals(3, folder.open("").categories().size());
  }

  /** Squares of 2 x 2 pixels with the numbers 1 to count. */
  private void numbered(String name, int count, int step) throws IOException {
    BufferedImage image = new BufferedImage(30, 30, BufferedImage.TYPE_USHORT_GRAY);
    for (int i = 0; i < count; i++) {
      for (int p = 0; p < 4; p++) {
        image.getRaster().setSample(i % 10 * 3 + p % 2, i / 10 * 3 + p / 2, 0, 1 + i * step);
      }
    }
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  @Test
  void valuesThatNumberTheObjectsOfEachPictureAreNoClasses() throws IOException {
    folder.photo("images/a.png", 30, 30).photo("images/b.png", 30, 30);
    numbered("masks/a.png", 20, 1);
    numbered("masks/b.png", 7, 1);
    assertEquals("folder-instance", folder.type());
    assertEquals(20, folder.open("").load(0).segments().size());
  }

  /** How many objects pictures a and b show, from one number to the next, names of classes. */
  @ParameterizedTest
  @CsvSource({"20, 20, 1, ''", "12, 7, 1, ''", "20, 7, 2, ''", "20, 7, 1, classes.txt"})
  void otherValuesAreClasses(int a, int b, int step, String names) throws IOException {
    folder.photo("images/a.png", 30, 30).photo("images/b.png", 30, 30);
    numbered("masks/a.png", a, step);
    numbered("masks/b.png", b, step);
    if (!names.isEmpty()) {
      folder.text(names, "x\n" + "abcdefghijklmnopqrstu".replaceAll("(.)", "$1\n"));
    }
    assertEquals("folder-semantic", folder.type());
  }

  @Test
  void aMaskOfNoPhotographIsAProblem() throws IOException {
    folder.photo("images/a.jpg", 6, 4);
    grey("masks/a_1.png", 255, 0);
    grey("masks/b_1.png", 255, 0);
    assertTrue(
        problems().contains("masks/b_1.png: no photograph belongs to this mask"), problems());
  }

  @Test
  void roboflowsMasksLieBesideThePhotographs() throws IOException {
    folder.photo("train/a.jpg", 6, 4).photo("valid/b.jpg", 6, 4);
    folder.text("train/_classes.csv", "Pixel Value, Class\n0, background\n1, box\n2, disc\n");
    folder.text("valid/_classes.csv", "Pixel Value, Class\n0, background\n1, box\n2, disc\n");
    grey("train/a_mask.png", 1, 2);
    assertEquals("roboflow-masks", folder.type());
    Dataset train = folder.open("train");
    assertEquals(1, train.size());
    assertTrue(objects(train, 0).contains("disc 4 0 2 4 area 8"));
    String report = DataCheck.run(DatasetSettings.of("auto", root, "val")).findings().toString();
    assertTrue(report.contains("b.jpg: no mask b_mask.png beside the photograph"), report);
  }
}
