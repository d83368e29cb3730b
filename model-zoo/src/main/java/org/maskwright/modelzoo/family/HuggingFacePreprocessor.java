package org.maskwright.modelzoo.family;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * The content of {@code preprocessor_config.json}, whose means and deviations are in 0..1.
 *
 * @param shortEdge input size in pixels; of a fixed size the shorter side
 * @param maxSize largest long edge in pixels, at least shortEdge
 * @param mean of R, G and B in 0..255
 * @param std of R, G and B in 0..255, above 0
 * @param sizeDivisibility sides are made multiples of it; 1 for none
 */
record HuggingFacePreprocessor(
    int shortEdge, int maxSize, List<Double> mean, List<Double> std, int sizeDivisibility) {
  private static final double PIXEL_RANGE = 255;
  private static final int CHANNELS = 3;
  static final int BILINEAR = 2; // PIL's number
  private static final double ROUNDING = 1e-6;
  private static final int DEFAULT_DIVISOR = 32;
  private static final int DEFAULT_SHORT_EDGE = 800;
  private static final int DEFAULT_MAX_SIZE = 1333;
  private static final List<Double> DEFAULT_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> DEFAULT_STD = List.of(0.229, 0.224, 0.225);

  static HuggingFacePreprocessor of(HuggingFaceSettings settings, int sizeDivisibility) {
    return new HuggingFacePreprocessor(
        settings.shortEdge(),
        settings.maxSize(),
        settings.mean(),
        settings.std(),
        sizeDivisibility);
  }

  /**
   * Reads and checks; what is not there takes the default of Transformers' classes.
   *
   * @param file named in faults
   * @param config of the model that the images are for
   */
  static HuggingFacePreprocessor read(Path file, Config json, HuggingFaceConfigFile config) {
    try {
      requireSteps(file, json, config.resampling());
      OptionalInt longEdge = config.longEdge();
      if (longEdge.isPresent()) {
        int edge = least(file, json, List.of("size.longest_edge"), longEdge.getAsInt());
        return of(file, json, edge, edge);
      }
      int shortEdge =
          least(
              file,
              json,
              List.of("size.shortest_edge", "size.height", "size.width", "size"),
              DEFAULT_SHORT_EDGE);
      int maxSize =
          json.hasPath("size.width") && json.hasPath("size.height")
              ? Math.max(json.getInt("size.width"), json.getInt("size.height"))
              : Math.max(shortEdge, DEFAULT_MAX_SIZE);
      maxSize = least(file, json, List.of("size.longest_edge", "max_size", "_max_size"), maxSize);
      if (maxSize < shortEdge) {
        throw new CheckpointException(
            file,
            "expected a longest edge of at least the shortest, %d, got %d"
                .formatted(shortEdge, maxSize));
      }
      return of(file, json, shortEdge, maxSize);
    } catch (ConfigException e) {
      throw new CheckpointException(file, "is not of the expected form: " + e.getMessage(), e);
    }
  }

  private static HuggingFacePreprocessor of(Path file, Config json, int shortEdge, int maxSize) {
    List<Double> std = perChannel(file, json, "image_std", DEFAULT_STD);
    if (std.stream().anyMatch(value -> value <= 0)) {
      throw new CheckpointException(file, "image_std: expected numbers above 0, got " + std);
    }
    return new HuggingFacePreprocessor(
        shortEdge,
        maxSize,
        pixels(perChannel(file, json, "image_mean", DEFAULT_MEAN)),
        pixels(std),
        sizeDivisibility(file, json));
  }

  /** Steps that Maskwright always takes. */
  private static void requireSteps(Path file, Config json, int resampling) {
    for (String step : List.of("do_resize", "do_rescale", "do_normalize")) {
      if (json.hasPath(step) && !json.getBoolean(step)) {
        throw new CheckpointException(
            file, step + ": expected true, as Maskwright always does it, got false");
      }
    }
    if (json.hasPath("resample") && json.getInt("resample") != resampling) {
      throw new CheckpointException(
          file,
          "resample: expected %d (%s), got %d"
              .formatted(
                  resampling,
                  resampling == BILINEAR ? "bilinear" : "bicubic",
                  json.getInt("resample")));
    }
    if (json.hasPath("rescale_factor")
        && Math.abs(json.getDouble("rescale_factor") * PIXEL_RANGE - 1) > ROUNDING) {
      throw new CheckpointException(
          file, "rescale_factor: expected 1/255, got " + json.getDouble("rescale_factor"));
    }
  }

  private static int sizeDivisibility(Path file, Config json) {
    for (String key : List.of("size_divisor", "size_divisibility")) {
      if (json.hasPath(key)) {
        int divisor = json.getInt(key);
        if (divisor < 0) {
          throw new CheckpointException(file, key + ": expected at least 0, got " + divisor);
        }
        return Math.max(1, divisor);
      }
    }
    return DEFAULT_DIVISOR;
  }

  /** The least of several sizes that are there. */
  private static int least(Path file, Config json, List<String> paths, int otherwise) {
    int least = Integer.MAX_VALUE;
    for (String path : paths) {
      if (json.hasPath(path) && json.getValue(path).valueType() == ConfigValueType.NUMBER) {
        int value = json.getInt(path);
        if (value < 1) {
          throw new CheckpointException(file, path + ": expected at least 1 pixel, got " + value);
        }
        least = Math.min(least, value);
      }
    }
    return least < Integer.MAX_VALUE ? least : otherwise;
  }

  private static List<Double> perChannel(
      Path file, Config json, String path, List<Double> otherwise) {
    List<Double> values = json.hasPath(path) ? json.getDoubleList(path) : otherwise;
    if (values.size() != CHANNELS) {
      throw new CheckpointException(file, path + ": expected three numbers, got " + values);
    }
    return values;
  }

  private static List<Double> pixels(List<Double> values) {
    return values.stream().map(value -> value * PIXEL_RANGE).toList();
  }

  /** For writing. */
  Map<String, Object> toMap(String type, int classes) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("image_processor_type", type);
    json.put("do_resize", true);
    json.put("size", Map.of("shortest_edge", shortEdge, "longest_edge", maxSize));
    json.put("size_divisor", sizeDivisibility == 1 ? 0 : sizeDivisibility);
    json.put("resample", 2);
    json.put("do_rescale", true);
    json.put("rescale_factor", 1 / PIXEL_RANGE);
    json.put("do_normalize", true);
    json.put("image_mean", mean.stream().map(v -> v / PIXEL_RANGE).toList());
    json.put("image_std", std.stream().map(v -> v / PIXEL_RANGE).toList());
    json.put("ignore_index", 255);
    json.put("do_reduce_labels", false);
    json.put("num_labels", classes);
    return json;
  }
}
