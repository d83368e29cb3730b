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
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.run.TinyRun;

/** {@code export --to onnx --int8} of the checkpoint of a short run. */
final class Int8ExportIT {
  private static final StringWriter OUT = new StringWriter();
  private static final StringWriter ERR = new StringWriter();

  @TempDir private static Path folder;
  private static Path config;
  private static Path model;
  private static Path pictures;

  private Path file = folder.resolve("small.onnx");

  @BeforeAll
  static void train() throws IOException {
    config = TinyRun.write(folder, "train.steps = 2");
    Path run = folder.resolve("run");
    assertEquals(0, run("train", config.toString(), "--run-dir", run.toString()), ERR::toString);
    model = run.resolve("checkpoints/best");
    try (Stream<Path> all = Files.walk(folder)) {
      pictures = all.filter(path -> path.endsWith("images/val")).findFirst().orElseThrow();
    }
  }

  @AfterEach
  void forget() throws IOException {
    Files.deleteIfExists(file);
    OUT.getBuffer().setLength(0);
    ERR.getBuffer().setLength(0);
  }

  private static int run(String... words) {
    return Maskwright.run(new PrintWriter(OUT), new PrintWriter(ERR), words);
  }

  private int export(Path of, String... more) {
    List<String> words =
        Stream.concat(
                Stream.of("export", of.toString(), "--to", "onnx", "--out", file.toString()),
                Stream.of(more))
            .toList();
    return run(words.toArray(String[]::new));
  }

  @Test
  void theFileIsJudgedOnTheRunsValidationPart() throws IOException {
    assertEquals(0, export(model), ERR::toString);
    long floats = Files.size(file);
    Files.delete(file);
    assertEquals(
        0,
        export(model, "--int8", "--calibrate", pictures.toString(), "--most-loss", "100"),
        ERR::toString);
    String said = OUT.toString();
    assertTrue(said.contains("calibrated on 3 photographs of " + pictures), said);
    assertTrue(said.contains("validation, 3 pictures of"), said);
    assertTrue(said.contains("in float32"), said);
    assertTrue(said.contains("of at most 100.00"), said);
    assertTrue(Files.size(file) < floats, Files.size(file) + " of " + floats);
    try (Stream<Path> photos = Files.list(pictures)) {
      Path photo = photos.sorted().findFirst().orElseThrow();
      String seen = folder.resolve("seen").toString();
      assertEquals(
          0, run("predict", file.toString(), photo.toString(), "--out", seen), ERR::toString);
    }
  }

  /** Of a plain transformer the linear layers compute with bytes, and nothing else has to. */
  @Test
  void eomtsFileIsJudgedToo() throws IOException {
    Path eomt = folder.resolve("eomt");
    Path small =
        TinyRun.write(
            folder,
            """
            train.steps = 2
            model {
              backbone {
                type = vit
                vit { family = dinov3, patch = 8, width = 32, depth = 3, heads = 2, mlp-dim = 64, registers = 0, held-back = 1 }
              }
              pixel-decoder.type = tokens
              decoder { type = eomt, eomt.queries = 8 }
            }
            """);
    assertEquals(0, run("train", small.toString(), "--run-dir", eomt.toString()), ERR::toString);
    Path checkpoint = eomt.resolve("checkpoints/best");
    assertEquals(
        0,
        export(checkpoint, "--int8", "--calibrate", pictures.toString(), "--most-loss", "100"),
        ERR::toString);
    String said = OUT.toString();
    // Four of each of three blocks, and those of up-scaling; not the pixels' patches, nor the last
    // ones.
    assertTrue(said.matches("(?s).*int8: 1[2-9] of [12][0-9] operations.*"), said);
    assertTrue(said.contains("in float32"), said);
  }

  /** Calibrated on black alone, which shows none of the activations that pictures have. */
  @Test
  void aFileThatLosesMoreThanAllowedIsRefusedAndNothingIsLeft() throws IOException {
    Path learnt = folder.resolve("learnt");
    Path longer = TinyRun.write(folder, "train.steps = 60\neval.best = semantic.mIoU");
    assertEquals(0, run("train", longer.toString(), "--run-dir", learnt.toString()), ERR::toString);
    Path black = folder.resolve("black.png");
    ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png", black.toFile());
    Path checkpoint = learnt.resolve("checkpoints/best");
    assertEquals(
        6,
        export(checkpoint, "--int8", "--calibrate", black.toString(), "--most-loss", "0.5"),
        () -> OUT.toString());
    assertTrue(ERR.toString().contains("expected a loss of at most 0.50 points"), ERR.toString());
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() throws IOException {
    assertTrue(Files.notExists(file));
    try (Stream<Path> left = Files.list(folder)) {
      assertTrue(left.noneMatch(path -> path.getFileName().toString().endsWith(".tmp")));
    }
  }

  @Test
  void aModelOutsideOfARunIsJudgedByAConfiguration() throws IOException {
    Path alone = Files.createDirectories(folder.resolve("alone"));
    for (String name : List.of("model.safetensors", "model.conf")) {
      Files.copy(model.resolve(name), alone.resolve(name));
    }
    String from = pictures.toString();
    assertEquals(3, export(alone, "--int8", "--calibrate", from), ERR::toString);
    assertTrue(ERR.toString().contains("--config FILE"), ERR.toString());
    assertEquals(
        0,
        export(
            alone,
            "--int8",
            "--calibrate",
            from,
            "--config",
            config.toString(),
            "--limit",
            "2",
            "--batch",
            "dynamic",
            "--most-loss",
            "100",
            "--json"),
        ERR::toString);
    String said = OUT.toString();
    assertTrue(said.contains("\"validationPictures\":2"), said);
    assertTrue(said.contains("\"metricBefore\":"), said);
    assertTrue(said.contains("\"metricAfter\":"), said);
  }

  @Test
  void whatIsMissingOrWrongIsSaidAndNothingIsLeft() throws IOException {
    String from = pictures.toString();
    assertEquals(2, export(model, "--int8"));
    assertTrue(ERR.toString().contains("--calibrate"), ERR.toString());
    assertEquals(2, export(model, "--calibrate", from));
    assertEquals(2, export(model, "--int8", "--calibrate", from, "--half"));
    assertTrue(ERR.toString().contains("one of --half and --int8"), ERR.toString());
    assertEquals(2, export(model, "--int8", "--calibrate", from, "--with", "postprocess"));
    assertEquals(2, export(model, "--int8", "--calibrate", from, "--most-loss", "-1"));
    assertTrue(ERR.toString().contains("--most-loss: expected"), ERR.toString());
    Path none = Files.createDirectories(folder.resolve("none"));
    assertEquals(4, export(model, "--int8", "--calibrate", none.toString()));
    Path broken = Files.writeString(none.resolve("broken.png"), "no picture");
    assertEquals(4, export(model, "--int8", "--calibrate", broken.toString()));
    assertTrue(ERR.toString().contains("broken.png"), ERR.toString());
    assertNothingIsLeft();
  }
}
