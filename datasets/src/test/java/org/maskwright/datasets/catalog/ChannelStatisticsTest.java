package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.WrittenTiff;

/** What is found out of the pictures of a folder: their channels, and their statistics. */
class ChannelStatisticsTest {
  private static final int SIDE = 12;

  @TempDir private Path folder;

  @BeforeEach
  void folders() throws IOException {
    Files.createDirectories(folder.resolve("images"));
    Files.createDirectories(folder.resolve("masks"));
  }

  /** A picture of noise, and a mask of two classes. */
  private int[] deep(String name, int channels, int seed) throws IOException {
    int count = channels * SIDE * SIDE;
    int[] values = new Random(seed).ints(count, 100, 4000).toArray();
    WrittenTiff.shorts(SIDE, SIDE, channels, values).to(photo(name, "tif"));
    return values;
  }

  private Path photo(String name, String ending) throws IOException {
    BufferedImage mask = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    mask.getRaster().setSample(3, 3, 0, 1);
    ImageIO.write(mask, "png", folder.resolve("masks/" + name + ".png").toFile());
    return folder.resolve("images/" + name + "." + ending);
  }

  private Dataset open(Channels channels) {
    return DatasetOpener.open(DatasetSettings.of("auto", folder, "").withChannels(channels));
  }

  @Test
  void meanAndDeviationAreThoseOfAllPixelsOfAChannel() throws IOException {
    int[][] each = {deep("a", 5, 1), deep("b", 5, 2), deep("c", 5, 3)};
    ChannelStatistics found = ChannelStatistics.of(open(new Channels(5))).orElseThrow();
    assertEquals(3, found.images());
    assertEquals(3 * SIDE * SIDE, found.pixels());
    for (int c = 0; c < 5; c++) {
      double sum = 0;
      double squares = 0;
      for (int[] values : each) {
        for (int i = 0; i < SIDE * SIDE; i++) {
          double value = values[c * SIDE * SIDE + i] / 257.0;
          sum += value;
          squares += value * value;
        }
      }
      double mean = sum / found.pixels();
      assertEquals(mean, found.mean().get(c), 1e-5);
      assertEquals(Math.sqrt(squares / found.pixels() - mean * mean), found.std().get(c), 1e-5);
    }
    assertTrue(found.highest() < 4000 / 257.0, "12 bits in 16");
    assertEquals(new Channels(5), found.normalization().channels());
  }

  @Test
  void coloursHaveStatisticsToo() throws IOException {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0xFF8000);
    ImageIO.write(image, "png", photo("a", "png").toFile());
    ChannelStatistics found = ChannelStatistics.of(open(Channels.RGB)).orElseThrow();
    double n = SIDE * SIDE;
    assertEquals(255 / n, found.mean().get(0), 1e-9);
    assertEquals(128 / n, found.mean().get(1), 1e-9);
    assertEquals(Math.sqrt(128 * 128 / n - Math.pow(128 / n, 2)), found.std().get(1), 1e-9);
    assertEquals(List.of(3), found.constant());
    assertEquals(1f, found.normalization().std(2));
  }

  @Test
  void picturesOfOtherChannelsThanMostAreNamed() throws IOException {
    deep("a", 5, 1);
    deep("b", 5, 2);
    deep("odd", 4, 3);
    ChannelSurvey survey = ChannelSurvey.of(open(Channels.AS_STORED));
    DatasetException e = assertThrows(DatasetException.class, survey::unusual);
    assertTrue(e.getMessage().contains("odd.tif: 4 channels of 16 bits"), e.getMessage());
    assertFalse(e.getMessage().contains("a.tif"), e.getMessage());
    DatasetException forModel =
        assertThrows(
            DatasetException.class, () -> ChannelSurvey.of(open(new Channels(5))).require());
    assertTrue(forModel.getMessage().contains("image odd"), forModel.getMessage());
    CheckReport report =
        DataCheck.run(DatasetSettings.of("auto", folder, "").withChannels(Channels.AS_STORED));
    assertTrue(
        report.findings().stream().anyMatch(f -> f.message().contains("odd.tif: 4 channels")),
        report.toString());
  }

  @Test
  void valuesThatAreNoNumbersAreFoundInAllPicturesAtOnce() throws IOException {
    for (String name : List.of("a", "b", "c")) {
      float[] values = new float[2 * SIDE * SIDE];
      values[7] = name.equals("b") ? 1 : Float.NaN;
      WrittenTiff.floats(SIDE, SIDE, 2, values).to(photo(name, "tif"));
    }
    DatasetException e =
        assertThrows(
            DatasetException.class, () -> ChannelSurvey.of(open(new Channels(2))).require());
    assertTrue(
        e.getMessage().contains("a.tif")
            && e.getMessage().contains("c.tif")
            && !e.getMessage().contains("b.tif")
            && e.getMessage().contains("1 of 288 values are NaN"),
        e.getMessage());
  }

  @Test
  void whatAModelOfColoursWouldLoseIsUnusual() throws IOException {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(image, "jpg", photo("a", "jpg").toFile());
    assertTrue(ChannelSurvey.of(open(Channels.AS_STORED)).unusual().isEmpty());
    ChannelSurvey.of(open(Channels.RGB)).require();
    Files.delete(folder.resolve("images/a.jpg"));
    deep("a", 1, 1);
    assertEquals(
        new Channels(1), ChannelSurvey.of(open(Channels.AS_STORED)).unusual().orElseThrow());
    assertTrue(ChannelSurvey.of(open(Channels.RGB)).isDeep());
    ChannelSurvey.of(open(Channels.RGB)).require();
  }
}
