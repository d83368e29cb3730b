package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;

/** From a folder of five-channel pictures of 16 bits to a model and its predictions. */
class ChannelsIT {
  private static final int CHANNELS = 5;
  private static final int WIDTH = 64;
  private static final int HEIGHT = 48;

  @TempDir private Path temp;
  private Path data;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void draw() throws IOException {
    data = Files.createDirectories(temp.resolve("cells"));
    Files.createDirectories(data.resolve("images"));
    Files.createDirectories(data.resolve("masks"));
    for (int i = 0; i < 12; i++) {
      tiff("p" + i, CHANNELS, 16, i);
    }
    Files.writeString(data.resolve("classes.txt"), "ground\nspot\n");
  }

  /** A bright square in the last channel of dim noise, and its mask. */
  private Path tiff(String name, int channels, int bits, int seed) throws IOException {
    Random random = new Random(seed);
    int x = 8 + random.nextInt(30);
    int y = 8 + random.nextInt(20);
    BufferedImage mask = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
    byte[] bytes = new byte[WIDTH * HEIGHT * channels * bits / 8];
    ByteBuffer pixels = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      boolean inside = i % WIDTH / 14 == x / 14 && i / WIDTH / 14 == y / 14;
      mask.getRaster().setSample(i % WIDTH, i / WIDTH, 0, inside ? 1 : 0);
      for (int c = 0; c < channels; c++) {
        int value = 200 + random.nextInt(300) + (inside && c == channels - 1 ? 2500 : 0);
        if (bits == 16) {
          pixels.putShort((short) value);
        } else {
          pixels.putFloat(i == 70 && seed % 2 == 1 ? Float.NaN : value);
        }
      }
    }
    ImageIO.write(mask, "png", data.resolve("masks/" + name + ".png").toFile());
    return Files.write(data.resolve("images/" + name + ".tif"), file(channels, bits, bytes));
  }

  private static byte[] file(int channels, int bits, byte[] pixels) {
    int[][] tags = {
      {256, 1, WIDTH},
      {257, 1, HEIGHT},
      {258, 1, bits},
      {259, 1, 1},
      {262, 1, 1},
      {273, 1, 0},
      {277, 1, channels},
      {278, 1, HEIGHT},
      {279, 1, pixels.length},
      {339, 1, bits == 16 ? 1 : 3}
    };
    int start = 8 + 2 + 12 * tags.length + 4;
    byte[] file = new byte[start + pixels.length];
    ByteBuffer out = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort((short) 0x4949).putShort((short) 42).putInt(8).putShort((short) tags.length);
    for (int[] tag : tags) {
      out.putShort((short) tag[0]).putShort((short) 4).putInt(tag[1]);
      out.putInt(tag[0] == 273 ? start : tag[2]);
    }
    out.putInt(0).put(pixels);
    return file;
  }

  private int train(Object... args) {
    List<String> all = new ArrayList<>(List.of("train"));
    Arrays.stream(args).map(Object::toString).forEach(all::add);
    TrainFolderIT.SMALL.forEach(setting -> all.addAll(List.of("--set", setting)));
    return run(all.toArray(String[]::new));
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  @Test
  void fiveChannelsOfSixteenBitsAreTrainedOnEvaluatedAndPredicted() throws IOException {
    Path run = temp.resolve("run");
    assertEquals(0, train(data, "--steps", 3, "--run-dir", run), err::toString);
    String plan = Files.readString(run.resolve("plan.conf"));
    assertTrue(plan.contains("data.channels = 5"), plan);
    assertTrue(plan.contains("# pictures of 5 channels of 16 bits, normalised"), plan);
    assertTrue(Files.exists(run.resolve("report.html")));

    Path model = run.resolve("checkpoints/best");
    ModelFile file = ModelFolder.describe(model);
    assertEquals(CHANNELS, file.channels().count());
    assertTrue(file.mean().get(0) > 1 && file.mean().get(0) < 2.5, file.mean().toString());

    assertEquals(0, run("inspect", "model", model.toString()), err::toString);
    assertTrue(out.toString().contains("5 channels"), out.toString());
    assertEquals(0, run("eval", model.toString(), "--limit", "2"), err::toString);
    assertEquals(
        0,
        run("eval", model.toString(), "--limit", "2", "--tile", "40", "--overlap", "10"),
        err::toString);

    String picture = data.resolve("images/p3.tif").toString();
    Path results = temp.resolve("out");
    assertEquals(
        0, run("predict", model.toString(), picture, "--out", results.toString()), err::toString);
    Path tiled = temp.resolve("tiled");
    assertEquals(
        0,
        run("predict", model.toString(), picture, "--tile", "40", "--out", tiled.toString()),
        err::toString);
    for (Path folder : List.of(results, tiled)) {
      BufferedImage drawn = ImageIO.read(folder.resolve("p3.png").toFile());
      assertTrue(drawn.getWidth() >= WIDTH, folder + ": " + drawn.getWidth());
    }

    Path official = temp.resolve("official");
    assertEquals(
        0,
        run("export", model.toString(), "--to", "official", "--out", official.toString()),
        err::toString);
    assertEquals(
        6, run("export", model.toString(), "--to", "hf", "--out", temp.resolve("hf").toString()));
    assertTrue(err.toString().contains("expected a model of 3 channels"), err.toString());

    Path colours = temp.resolve("colours.png");
    ImageIO.write(new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB), "png", colours.toFile());
    assertEquals(
        4,
        run("predict", model.toString(), colours.toString(), "--out", temp + "/wrong"),
        err::toString);
    assertTrue(err.toString().contains("expected 5 channels, as the model takes"), err.toString());
  }

  @Test
  void whatStatisticsPrintIsAConfiguration() throws IOException {
    assertEquals(0, run("data", "stats", data.toString()), err::toString);
    List<String> lines =
        out.toString().lines().map(String::strip).filter(l -> l.startsWith("data.")).toList();
    assertEquals(3, lines.size(), out.toString());
    List<String> conf = new ArrayList<>(lines);
    conf.add("data.root = \"" + data + "\"");
    conf.add("task = semantic");
    Path file = Files.write(temp.resolve("own.conf"), conf);
    assertEquals(0, run("config", "check", file.toString()), err::toString);
    assertEquals(0, run("data", "check", file.toString(), "--part", "train"), err + "" + out);
    Path pictures = temp.resolve("pictures");
    assertEquals(
        0,
        run("data", "view", file.toString(), "--count", "2", "--out", pictures.toString()),
        err::toString);
    assertTrue(out.toString().contains(".png"), out.toString());
  }

  @Test
  void whatGoesWrongIsSaidBeforeTraining() throws IOException {
    tiff("odd1", 4, 16, 50);
    tiff("odd2", 3, 16, 51);
    assertEquals(4, train(data, "--steps", 2, "--run-dir", temp.resolve("a")));
    assertTrue(
        err.toString().contains("odd1.tif: 4 channels")
            && err.toString().contains("odd2.tif: 3 channels"),
        err.toString());
    assertEquals(4, run("data", "check", data.toString()));
    assertTrue(out.toString().contains("odd1.tif: 4 channels"), out.toString());
    Files.delete(data.resolve("images/odd1.tif"));
    Files.delete(data.resolve("images/odd2.tif"));
    Files.delete(data.resolve("masks/odd1.png"));
    Files.delete(data.resolve("masks/odd2.png"));
    for (int i = 0; i < 12; i++) {
      tiff("p" + i, CHANNELS, 32, i);
    }
    assertEquals(4, train(data, "--steps", 2, "--run-dir", temp.resolve("b")));
    assertTrue(
        err.toString().contains("p1.tif")
            && err.toString().contains("p3.tif")
            && err.toString().contains("are NaN"),
        err.toString());
    assertFalse(Files.exists(temp.resolve("b/checkpoints")));
  }

  @Test
  void aRunThatCannotKnowItsNumbersIsRefused() throws IOException {
    Path file =
        Files.writeString(
            temp.resolve("own.conf"), "data.root = \"" + data + "\"\ndata.channels = 5\n");
    assertEquals(3, run("train", file.toString(), "--run-dir", temp + "/c"));
    assertTrue(
        err.toString().contains("data.normalization") && err.toString().contains("data stats"),
        err.toString());
    assertEquals(3, run("train", file.toString(), "--set", "data.normalization.mean=[1,2]"));
    assertEquals(
        3, run("train", file.toString(), "--set", "augment.type=crop", "--run-dir", temp + "/d"));
    assertTrue(err.toString().contains("color-jitter = false"), err.toString());
    assertEquals(3, run("train", file.toString(), "--set", "data.channels=17"));
    assertTrue(err.toString().contains("1 to 16"), err.toString());
  }
}
