package org.maskwright.trainer.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.mask.Rle;

/** Automatic masks, in their order, of the official generator on the same answers of a model. */
class AutoMasksParityTest {
  private static final int[][] OBJECTS = {
    {30, 25, 14}, {34, 30, 30}, {80, 60, 20}, {100, 20, 9}, {15, 75, 12}, {62, 8, 11},
    {150, 40, 25}, {110, 80, 6}
  };
  private static Config golden;

  @BeforeAll
  static void read() throws IOException {
    try (Reader in =
        new InputStreamReader(
            AutoMasksParityTest.class.getResourceAsStream("auto-masks.json"),
            StandardCharsets.UTF_8)) {
      golden = ConfigFactory.parseReader(in);
    }
  }

  /** What make_auto_masks.py says of a point. */
  private record Discs(Window window, double[] points) implements AutoMasks.Answers {
    private int[] disc(int mask) {
      double x = points[2 * (mask / 3)] + window.x();
      double y = points[2 * (mask / 3) + 1] + window.y();
      for (int i = 0; i < OBJECTS.length; i++) {
        int[] o = OBJECTS[i];
        double dx = x - o[0];
        double dy = y - o[1];
        if (dx * dx + dy * dy <= o[2] * o[2]) {
          return new int[] {i, o[0], o[1], o[2]};
        }
      }
      return new int[] {OBJECTS.length, (int) x, (int) y, 5};
    }

    @Override
    public int count() {
      return points.length / 2 * 3;
    }

    @Override
    public float quality(int mask) {
      int x = (int) (points[2 * (mask / 3)] + window.x());
      int y = (int) (points[2 * (mask / 3) + 1] + window.y());
      return (820 + (disc(mask)[0] * 37 + mask % 3 * 91 + x * 3 + y * 5) % 190) / 1024f;
    }

    @Override
    public Rle above(int mask, float threshold) {
      byte[] out = new byte[window.width() * window.height()];
      int[] disc = disc(mask);
      int k = mask % 3;
      int radius = disc[3] * (2 + k) / 3;
      for (int i = 0; i < out.length; i++) {
        int x = i % window.width() + window.x();
        int y = i / window.width() + window.y();
        int squared = (x - disc[1]) * (x - disc[1]) + (y - disc[2]) * (y - disc[2]);
        float value = (radius * radius - squared) / (float) (1 << disc[0] % 6 + 1);
        boolean speck =
            squared < (radius + 5) * (radius + 5)
                && (x / 3 * 7 + y / 3 * 13 + 5 * disc[0] + k) % 41 == 0;
        out[i] = (byte) ((speck ? -value : value) > threshold ? 1 : 0);
      }
      return Rle.ofBitmap(out, window.height(), window.width());
    }
  }

  /** A part of a picture of discs. */
  private record DiscPart(Window window) implements AutoMasks.Part {
    @Override
    public AutoMasks.Answers ask(double[] points) {
      return new Discs(window, points);
    }

    @Override
    public void close() {}
  }

  private static final Config DEFAULTS =
      ConfigFactory.parseString(
          """
          points_per_side = 32, points_per_batch = 64, pred_iou_thresh = 0.88
          stability_score_thresh = 0.95, stability_score_offset = 1.0, box_nms_thresh = 0.7
          crop_n_layers = 0, crop_nms_thresh = 0.7, crop_overlap_ratio = 0.3413333333333333
          crop_n_points_downscale_factor = 1, min_mask_region_area = 0
          """);

  /** The official names and defaults. */
  private static AutoMaskSettings settings(Config given) {
    Config all = given.withFallback(DEFAULTS);
    return new AutoMaskSettings(
        all.getInt("points_per_side"),
        all.getInt("points_per_batch"),
        all.getDouble("pred_iou_thresh"),
        all.getDouble("stability_score_thresh"),
        all.getDouble("stability_score_offset"),
        all.getDouble("box_nms_thresh"),
        all.getInt("crop_n_layers"),
        all.getDouble("crop_nms_thresh"),
        all.getDouble("crop_overlap_ratio"),
        all.getInt("crop_n_points_downscale_factor"),
        all.getInt("min_mask_region_area"));
  }

  @Test
  void defaultsAreTheOfficialOnes() {
    assertEquals(AutoMaskSettings.DEFAULT, settings(ConfigFactory.empty()));
  }

  @Test
  void masksAreTheOfficialOnesInTheirOrder() {
    int all = 0;
    for (Config picture : golden.getConfigList("pictures")) {
      Size size = new Size(picture.getInt("width"), picture.getInt("height"));
      List<AutoMask> masks =
          new AutoMasks(settings(picture.getConfig("settings"))).of(DiscPart::new, size);
      List<String> expected = new ArrayList<>();
      for (Config mask : picture.getConfigList("masks")) {
        expected.add(official(mask));
      }
      assertEquals(
          String.join("\n", expected),
          String.join("\n", masks.stream().map(AutoMasksParityTest::ours).toList()),
          picture.getConfig("settings").toString());
      all += masks.size();
    }
    assertEquals(126, all);
  }

  private static String official(Config mask) {
    return "%d [%s] %s (%s) %s [%s] %d"
        .formatted(
            mask.getLong("area"),
            mask.getDoubleList("bbox"),
            (float) mask.getDouble("predicted_iou"),
            place(mask),
            (float) mask.getDouble("stability_score"),
            mask.getDoubleList("crop_box"),
            mask.getLong("counts"));
  }

  private static List<Double> place(Config mask) {
    return ((ConfigList) mask.getList("point_coords").get(0))
        .stream().map(v -> ((Number) v.unwrapped()).doubleValue()).toList();
  }

  private static String ours(AutoMask mask) {
    AutoMask.Box box = mask.box();
    Window crop = mask.crop();
    long counts = 0;
    int[] runs = mask.mask().counts();
    for (int i = 0; i < runs.length; i++) {
      counts += (long) runs[i] * (i + 1);
    }
    return "%d [%s] %s (%s) %s [%s] %d"
        .formatted(
            mask.area(),
            List.of(
                (double) box.left(),
                (double) box.top(),
                (double) (box.right() - box.left()),
                (double) (box.bottom() - box.top())),
            mask.quality(),
            List.of(mask.x(), mask.y()),
            mask.stability(),
            List.of(
                (double) crop.x(),
                (double) crop.y(),
                (double) crop.width(),
                (double) crop.height()),
            counts);
  }

  @Test
  void cropsAreTheOfficialOnes() {
    for (Config crops : golden.getConfigList("crops")) {
      AutoMaskSettings settings =
          settings(
              ConfigFactory.parseString(
                  "crop_n_layers = %d, crop_overlap_ratio = %s"
                      .formatted(crops.getInt("layers"), crops.getDouble("ratio"))));
      assertEquals(
          crops.getList("boxes").unwrapped().toString(),
          new AutoMasks(settings)
              .crops(new Size(crops.getInt("width"), crops.getInt("height"))).stream()
                  .map(AutoMasks.Crop::window)
                  .map(w -> List.of(w.x(), w.y(), w.right(), w.bottom()))
                  .toList()
                  .toString());
    }
  }

  @Test
  void smallRegionsAreTheOfficialOnes() {
    for (Config region : golden.getConfigList("regions")) {
      byte[] mask = bits(region.getString("mask"));
      byte[] cleared = SmallRegions.without(mask, 11, 13, 6).orElse(mask);
      assertEquals(region.getString("cleared"), text(cleared));
    }
  }

  private static byte[] bits(String text) {
    byte[] out = new byte[text.length()];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) (text.charAt(i) == '#' ? 1 : 0);
    }
    return out;
  }

  private static String text(byte[] mask) {
    StringBuilder out = new StringBuilder();
    for (byte bit : mask) {
      out.append(bit != 0 ? '#' : '.');
    }
    return out.toString();
  }

  @Test
  void aPictureOfOnePixelAndCropsOfIt() {
    AutoMaskSettings d = AutoMaskSettings.DEFAULT;
    AutoMaskSettings crops =
        new AutoMaskSettings(2, 64, 0, 0, 1, 0.7, 2, 0.7, d.cropOverlapRatio(), 1, 5);
    List<AutoMask> masks = new AutoMasks(crops).of(DiscPart::new, new Size(1, 1));
    assertTrue(!masks.isEmpty() && masks.stream().allMatch(mask -> mask.area() <= 1));
  }

  @Test
  void aSettingOutOfRangeIsNamed() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new AutoMaskSettings(8, 64, 0.88, 0.95, 1, 0.7, 2, 0.7, 0.3, 4, 0))
            .getMessage();
    assertTrue(message.startsWith("crop-n-points-downscale-factor: expected at least 1"), message);
  }
}
