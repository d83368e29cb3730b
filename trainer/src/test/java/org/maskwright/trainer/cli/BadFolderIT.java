package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a folder to train on is said before a run is begun, and leaves none. */
class BadFolderIT {
  private static final int SIDE = 64;

  @TempDir private Path temp;
  private Path data;
  private Path run;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void name() {
    data = temp.resolve("data");
    run = temp.resolve("run");
  }

  private int train(String... more) {
    List<String> all =
        new ArrayList<>(List.of("train", data.toString(), "--run-dir", run.toString()));
    all.addAll(Arrays.asList(more));
    TrainFolderIT.SMALL.forEach(setting -> all.addAll(List.of("--set", setting)));
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
  }

  private void assertSays(String... parts) {
    for (String part : parts) {
      assertTrue(err.toString().contains(part), () -> part + " not in:\n" + err);
    }
  }

  private void photo(String name) throws IOException {
    Path file = data.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    image.createGraphics().fillRect(8, 8, 30, 30);
    ImageIO.write(image, "png", file.toFile());
  }

  private void text(String name, String content) throws IOException {
    Path file = data.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  /** Ten photographs with a square of class 0 each, as YOLO has them. */
  private void yolo(String classes) throws IOException {
    for (int i = 0; i < 10; i++) {
      photo("images/p" + i + ".png");
      text("labels/p" + i + ".txt", "0 0.05 0.05 0.95 0.05 0.95 0.95 0.05 0.95\n");
    }
    text("data.yaml", "names: " + classes + "\n");
  }

  @Test
  void twoLayoutsAtOnceAreBothNamed() throws IOException {
    yolo("[cell]");
    text(
        "export.json",
        "{\"images\": [{\"id\": 1, \"file_name\": \"p0.png\", \"width\": 64, \"height\": 64}],"
            + " \"annotations\": [], \"categories\": [{\"id\": 1, \"name\": \"x\"}]}");
    assertEquals(4, train("--steps", "2"), err::toString);
    assertSays("two layouts at once", "export.json", "YOLO");
    assertFalse(Files.exists(run));
  }

  @Test
  void everyPhotographAndLabelThatDoNotPairAreNamed() throws IOException {
    yolo("[cell]");
    text("labels/lost.txt", "0 0.1 0.1 0.6 0.1 0.6 0.6\n");
    text("labels/gone.txt", "0 0.1 0.1 0.6 0.1 0.6 0.6\n");
    assertEquals(4, train("--steps", "2"), err::toString);
    assertSays("2 problems", "lost.txt", "gone.txt");
    assertFalse(Files.exists(run));
  }

  @Test
  void everyPhotographWithoutAMaskIsNamed() throws IOException {
    Files.createDirectories(data.resolve("masks"));
    for (int i = 0; i < 23; i++) {
      photo("images/p" + i + ".png");
      if (i >= 3) {
        ImageIO.write(
            new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY),
            "png",
            data.resolve("masks/p" + i + ".png").toFile());
      }
    }
    assertEquals(4, train("--steps", "2"), err::toString);
    assertSays("3 problems", "p0.png", "p1.png", "p2.png");
    assertFalse(Files.exists(run));
  }

  @Test
  void classesWithoutAnObjectAreWarnedOfBeforeTheFirstStep() throws IOException {
    yolo("[cell, nut, bolt]");
    assertEquals(0, train("--steps", "2"), err::toString);
    String said = err.toString();
    assertSays("nut", "bolt");
    assertTrue(said.indexOf("nut") < said.indexOf("step=1"), said);
  }

  @Test
  void noObjectAtAllIsNothingToLearn() throws IOException {
    for (int i = 0; i < 4; i++) {
      photo("images/p" + i + ".png");
    }
    text(
        "annotations.json",
        "{\"images\": [{\"id\": 1, \"file_name\": \"p0.png\", \"width\": 64, \"height\": 64}, {\"id\": 2,"
            + " \"file_name\": \"p1.png\", \"width\": 64, \"height\": 64}], \"annotations\": [],"
            + " \"categories\": [{\"id\": 1, \"name\": \"x\"}]}");
    assertEquals(4, train("--steps", "2"), err::toString);
    assertFalse(Files.exists(run.resolve("checkpoints")));
  }

  @Test
  void tilesSmallerThanTheObjectsAreWarnedOf() throws IOException {
    yolo("[cell]");
    assertEquals(
        0,
        train(
            "--steps",
            "2",
            "--set",
            "data.source.tiles.size=32",
            "--set",
            "data.source.tiles.overlap=8"),
        err::toString);
    assertSays("tiles of 32 pixels are too small");
  }

  @Test
  void aWheelWithoutWeightsIsNoStart() throws IOException {
    yolo("[cell]");
    Path wheel = temp.resolve("net-0.1.0-py3-none-any.whl");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
      zip.putNextEntry(new ZipEntry("net/__init__.py"));
      zip.write("pass\n".getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
      zip.putNextEntry(new ZipEntry("net-0.1.0.dist-info/WHEEL"));
      zip.closeEntry();
    }
    assertEquals(6, train("--steps", "2", "--set", "init.backbone=" + wheel), err::toString);
    assertSays(wheel.toString(), "a wheel without weights");
    assertFalse(Files.exists(run));
  }

  @Test
  void aTimeThatIsTooShortForOneEvaluationIsAMistakeInTheSettings() throws IOException {
    yolo("[cell]");
    assertEquals(3, train("--minutes", "0.0001"), err::toString);
    assertSays("minutes: expected at least", "evaluation");
    assertFalse(Files.exists(run));
  }
}
