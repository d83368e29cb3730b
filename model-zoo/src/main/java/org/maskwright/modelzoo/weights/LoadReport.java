package org.maskwright.modelzoo.weights;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What happened to every key when weights met a model.
 *
 * @param loaded keys of the model that take their values from the file
 * @param missing keys of the model that the file lacks
 * @param unexpected keys of the file that the model lacks
 * @param misShaped keys with another shape in the file
 * @param reinitialised keys that keep the model's fresh values, on purpose
 * @param cut query embeddings of which the first rows were taken
 * @param adapted the first layer, made for pictures of other channels ({@link InputChannels})
 * @param fitted tensors of a related backbone, made for the model's patches or images
 * @param nonFinite keys with NaN or infinite values
 * @param ignored keys that are known and not needed
 */
public record LoadReport(
    List<String> loaded,
    List<String> missing,
    List<String> unexpected,
    List<MisShaped> misShaped,
    List<MisShaped> reinitialised,
    List<MisShaped> cut,
    List<MisShaped> adapted,
    List<MisShaped> fitted,
    List<NonFinite> nonFinite,
    List<String> ignored) {

  /** Copies the lists. */
  public LoadReport {
    loaded = List.copyOf(loaded);
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
    misShaped = List.copyOf(misShaped);
    reinitialised = List.copyOf(reinitialised);
    cut = List.copyOf(cut);
    adapted = List.copyOf(adapted);
    fitted = List.copyOf(fitted);
    nonFinite = List.copyOf(nonFinite);
    ignored = List.copyOf(ignored);
  }

  /**
   * A key with two shapes, as text such as "[134,256]".
   *
   * @param fileShape "absent" if the file lacks the key
   */
  public record MisShaped(String key, String fileShape, String modelShape) {
    @Override
    public String toString() {
      return "%s: file %s, model %s".formatted(key, fileShape, modelShape);
    }
  }

  /** A key and the number of its NaN and infinite values. */
  public record NonFinite(String key, long count) {
    @Override
    public String toString() {
      return "%s: %d values".formatted(key, count);
    }
  }

  /**
   * The same, of a file of which some tensors were made for the model.
   *
   * @param file as they were
   * @param made as they were loaded
   */
  public LoadReport withFitted(StateDict file, Map<String, HostTensor> made) {
    List<MisShaped> lines =
        made.entrySet().stream()
            .map(
                entry ->
                    new MisShaped(
                        entry.getKey(),
                        HostTensor.shapeText(file.get(entry.getKey()).shape()),
                        HostTensor.shapeText(entry.getValue().shape())))
            .toList();
    return new LoadReport(
        loaded,
        missing,
        unexpected,
        misShaped,
        reinitialised,
        cut,
        adapted,
        lines,
        nonFinite,
        ignored);
  }

  /** True if every key of the model was loaded and every key of the file used. */
  public boolean isExact() {
    return missing.isEmpty()
        && unexpected.isEmpty()
        && misShaped.isEmpty()
        && reinitialised.isEmpty()
        && cut.isEmpty()
        && adapted.isEmpty()
        && fitted.isEmpty();
  }

  /** All lists, the loaded keys only counted. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    text.append("loaded ").append(loaded.size()).append(" tensors\n");
    append(text, "missing from the file", missing);
    append(text, "unexpected in the file", unexpected);
    append(text, "of another shape", misShaped);
    append(text, "re-initialised", reinitialised);
    append(text, "first rows taken", cut);
    append(text, "first layer made for other channels: " + InputChannels.RULE, adapted);
    append(text, "made for the model's patches or images", fitted);
    append(text, "with NaN or infinite values", nonFinite);
    append(text, "not needed", ignored);
    return text.toString();
  }

  private static void append(StringBuilder text, String title, List<?> items) {
    if (!items.isEmpty()) {
      text.append(
          items.stream()
              .map(item -> "  " + item + "\n")
              .collect(Collectors.joining("", items.size() + " " + title + ":\n", "")));
    }
  }
}
