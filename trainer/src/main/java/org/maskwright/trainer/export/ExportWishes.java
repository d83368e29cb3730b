package org.maskwright.trainer.export;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.maskwright.engine.tensor.EngineOptions;

/**
 * What a user wants of an export beside its target. A target refuses wishes that it does not know.
 *
 * @param size of the input as {@code HxW}, or {@code dynamic}
 * @param batch images of an input, a number or {@code dynamic}
 * @param half whether weights are written as float16 numbers
 * @param int8 whether weights and activations are bytes, and what that may cost
 * @param with what else goes into the file: {@code postprocess}
 * @param picture with which the file is checked
 * @param engine what computes, where something is computed
 */
public record ExportWishes(
    Optional<String> size,
    Optional<String> batch,
    boolean half,
    Optional<Int8Wishes> int8,
    Optional<String> with,
    Optional<Path> picture,
    EngineOptions engine) {
  /** No wishes. */
  public static final ExportWishes NONE =
      new ExportWishes(
          Optional.empty(),
          Optional.empty(),
          false,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          EngineOptions.DEFAULT);

  /**
   * For targets that write weights alone.
   *
   * @throws IllegalArgumentException if there is a wish
   */
  void requireNone(String target) {
    Map<String, Boolean> all = new LinkedHashMap<>();
    all.put("size", size.isPresent());
    all.put("batch", batch.isPresent());
    all.put("half", half);
    all.put("int8", int8.isPresent());
    all.put("with", with.isPresent());
    all.put("picture", picture.isPresent());
    String given =
        all.entrySet().stream()
            .filter(Map.Entry::getValue)
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(", --"));
    if (!given.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: expected nothing of the kind with --to %s, which writes weights; it is for --to onnx"
              .formatted(given, target));
    }
  }
}
