package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.onnx.OnnxSession;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;

/** {@code export --to onnx} of a tiny model, and {@code predict} with what it wrote. */
final class OnnxExportIT {
  private static final int SIDE = 96;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path model;
  private Path file;

  @TempDir Path folder;

  @BeforeEach
  void writeAModel() throws IOException {
    model = Files.createDirectory(folder.resolve("model"));
    file = folder.resolve("model.onnx");
    ClassSpace classes =
        new ClassSpace(
            List.of(
                new ClassSpace.Entry("cat, \"small\"", true),
                new ClassSpace.Entry("grass", false),
                new ClassSpace.Entry("sky", false)));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withSeed(3));
        SegmentationModel made =
            SegmentationModels.build(engine, Variants.get("mask2former-tiny"), classes)) {
      ModelFolder.write(
          model,
          ModelFile.of(
              made.config(), classes, SIDE, SIDE, Normalization.IMAGENET, "for tests alone"),
          made);
    }
  }

  private int run(String... words) {
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), words);
  }

  private Path picture() throws IOException {
    RgbImage scene = Scenes.sample(5, 2).image();
    BufferedImage image =
        new BufferedImage(scene.width(), scene.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < scene.height(); y++) {
      for (int x = 0; x < scene.width(); x++) {
        image.setRGB(x, y, scene.rgb(x, y));
      }
    }
    Path path = folder.resolve("scene.png");
    ImageIO.write(image.getSubimage(0, 0, SIDE, SIDE), "png", path.toFile());
    return path;
  }

  @Test
  void theFilePredictsWhatItsFolderDoes() throws IOException {
    Path picture = picture();
    assertEquals(
        0,
        run(
            "export",
            model.toString(),
            "--to",
            "onnx",
            "--out",
            file.toString(),
            "--picture",
            picture.toString()),
        err::toString);
    assertTrue(out.toString().contains("compared with onnxruntime"), out.toString());
    for (String task : List.of("semantic", "panoptic", "instance")) {
      Path first = folder.resolve("of-folder-" + task);
      Path second = folder.resolve("of-file-" + task);
      assertEquals(0, predict(model, picture, first, task), err::toString);
      assertEquals(0, predict(file, picture, second, task), err::toString);
      BufferedImage a = ImageIO.read(first.resolve("scene.png").toFile());
      BufferedImage b = ImageIO.read(second.resolve("scene.png").toFile());
      int unequal = 0;
      for (int y = 0; y < a.getHeight(); y++) {
        for (int x = 0; x < a.getWidth(); x++) {
          unequal += a.getRGB(x, y) == b.getRGB(x, y) ? 0 : 1;
        }
      }
      // A pixel between two classes may fall to the other one.
      assertTrue(unequal <= a.getWidth() * a.getHeight() / 1000, unequal + " pixels of " + task);
    }
  }

  private int predict(Path with, Path picture, Path to, String task) {
    return run(
        "predict",
        with.toString(),
        picture.toString(),
        "--out",
        to.toString(),
        "--task",
        task,
        "--threshold",
        "0.05");
  }

  @Test
  void theFileSaysWhatItsModelIs() {
    assertEquals(
        0,
        run("export", model.toString(), "--to", "onnx", "--out", file.toString(), "--json"),
        err::toString);
    assertTrue(out.toString().contains("\"to\":\"onnx\""), out.toString());
    assertTrue(out.toString().contains("\"difference\":"), out.toString());
    try (OnnxSession session = OnnxSession.open(file, 1)) {
      assertEquals(
          "[\"cat, \\\"small\\\"\",\"grass\",\"sky\"]",
          session.metadata().get("maskwright.classes"));
      assertEquals("[true,false,false]", session.metadata().get("maskwright.things"));
      assertEquals("for tests alone", session.metadata().get("maskwright.licence"));
      assertTrue(session.metadata().containsKey("maskwright.sha256"));
    }
  }

  @Test
  void halfOfTheBytesServeAnyNumberOfImages() throws IOException {
    Path whole = folder.resolve("whole.onnx");
    assertEquals(
        0,
        run("export", model.toString(), "--to", "onnx", "--out", whole.toString()),
        err::toString);
    assertEquals(
        0,
        run(
            "export",
            model.toString(),
            "--to",
            "onnx",
            "--out",
            file.toString(),
            "--half",
            "--batch",
            "dynamic",
            "--size",
            "96x90"),
        err::toString);
    assertTrue(out.toString().contains("[batch, 3, 96, 90]"), out.toString());
    assertTrue(Files.size(file) < 0.7 * Files.size(whole), Files.size(file) + " bytes");
  }

  @Test
  void resultsInTheGraphAreThoseOfTheEngine() throws IOException {
    assertEquals(
        0,
        run(
            "export",
            model.toString(),
            "--to",
            "onnx",
            "--out",
            file.toString(),
            "--with",
            "postprocess"),
        err::toString);
    try (OnnxSession session = OnnxSession.open(file, 1)) {
      assertEquals(
          Set.of("labels", "instance_classes", "instance_scores", "instance_masks"),
          session.outputs());
    }
    assertEquals(6, run("predict", file.toString(), picture().toString(), "--out", folder + "/x"));
    assertTrue(err.toString().contains("without --with postprocess"), err.toString());
  }

  @Test
  void whatCannotBeIsRefusedAndLeavesNothing() throws IOException {
    assertEquals(2, export("onnx", "--size", "64"));
    assertTrue(err.toString().contains("--size: expected HEIGHTxWIDTH"), err.toString());
    assertEquals(2, export("onnx", "--size", "dynamic"));
    assertTrue(err.toString().contains("height or width"), err.toString());
    assertEquals(2, export("onnx", "--batch", "none"));
    assertEquals(2, export("onnx", "--with", "labels"));
    assertEquals(2, export("hf", "--half"));
    assertTrue(err.toString().contains("it is for --to onnx"), err.toString());
    assertEquals(2, export("onyx"));
    assertTrue(err.toString().contains("onnx"), err.toString());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(model), left.toList());
    }
    // The file itself, and the one for the weights of a large model.
    for (Path taken : List.of(file, folder.resolve("model.onnx.data"))) {
      Files.writeString(taken, "mine");
      assertEquals(2, export("onnx"));
      assertTrue(err.toString().contains(taken.toString()), err.toString());
      assertEquals("mine", Files.readString(taken));
      Files.delete(taken);
    }
  }

  private int export(String target, String... more) {
    List<String> words =
        Stream.concat(
                Stream.of("export", model.toString(), "--to", target, "--out", file.toString()),
                Stream.of(more))
            .toList();
    return run(words.toArray(String[]::new));
  }

  @Test
  void aFileThatIsNoneOfOursIsNamed() throws IOException {
    Files.writeString(file, "not a graph");
    assertEquals(6, run("predict", file.toString(), picture().toString(), "--out", folder + "/x"));
    assertTrue(err.toString().contains("model.onnx"), err.toString());
    assertTrue(err.toString().contains("onnxruntime"), err.toString());
  }
}
