package org.maskwright.benchmarks.inference;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.onnx.OnnxFile;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.export.ExportRequest;
import org.maskwright.trainer.export.ExportTargets;
import org.maskwright.trainer.export.ExportWishes;

/**
 * Exports models of the zoo to ONNX, with fresh weights, and prints a row of docs/onnx.md for each:
 * time of the export, size of the file, largest difference of onnxruntime's outputs, and the times
 * of both, warm medians, with each number of threads.
 *
 * <p>Arguments: a folder for the files, which are removed again, numbers of threads as in {@code
 * 1,2}, the input's size as HxW, then names of models; none: all.
 */
public final class OnnxTable {
  private static final int CLASSES = 133;
  private static final double MIB = 1 << 20;
  private static final double MILLIS = 1e3;

  private OnnxTable() {}

  /** Prints the rows. */
  public static void main(String[] args) throws IOException {
    if (args.length < 3) {
      throw new IllegalArgumentException(
          "expected FOLDER THREADS SIZE [MODEL ...], got " + Arrays.toString(args));
    }
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    int[] threads = Arrays.stream(args[1].split(",")).mapToInt(Integer::parseInt).toArray();
    List<String> names =
        args.length > 3
            ? List.of(args).subList(3, args.length)
            : Variants.names().stream().filter(OnnxTable::saysAllOfAPicture).toList();
    out.println(
        "| model | export, s | file, MiB | largest difference | onnxruntime, s | the engine, s |");
    out.println("|---|---|---|---|---|---|");
    for (String name : names) {
      out.println(row(Path.of(args[0]), threads, args[2], name));
    }
  }

  /** What is asked with prompts or examples has no file. */
  private static boolean saysAllOfAPicture(String name) {
    DecoderConfig decoder = Variants.get(name).decoder();
    return !decoder.isAsked();
  }

  private static String row(Path folder, int[] threads, String size, String name)
      throws IOException {
    Path model = folder.resolve(name);
    OutputFile.createFolder(model);
    write(model, Variants.get(name));
    List<Map<String, Object>> facts = new ArrayList<>();
    for (int count : threads) {
      facts.add(facts(model, folder.resolve(name + ".onnx"), count, size));
    }
    for (String file : List.of(ModelFolder.WEIGHTS, ModelFolder.SETTINGS)) {
      Files.delete(model.resolve(file));
    }
    Files.delete(model);
    return String.format(
        Locale.ROOT,
        "| %s | %.1f | %.0f | %.0e | %s | %s |",
        name,
        (Double) facts.get(0).get("seconds"),
        (Long) facts.get(0).get("bytes") / MIB,
        facts.stream().mapToDouble(f -> (Double) f.get("difference")).max().orElseThrow(),
        each(facts, f -> (Double) f.get("onnxruntimeMillis") / MILLIS),
        each(facts, f -> (Double) f.get("engineMillis") / MILLIS));
  }

  private static String each(
      List<Map<String, Object>> facts, ToDoubleFunction<Map<String, Object>> value) {
    return facts.stream()
        .map(f -> String.format(Locale.ROOT, "%.2f", value.applyAsDouble(f)))
        .collect(Collectors.joining(", "));
  }

  private static Map<String, Object> facts(Path model, Path file, int threads, String size)
      throws IOException {
    ExportWishes wishes =
        new ExportWishes(
            Optional.of(size),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            EngineOptions.DEFAULT.withThreads(threads));
    Map<String, Object> facts =
        ExportTargets.get("onnx").write(new ExportRequest(model, file, wishes)).facts();
    Files.delete(file);
    Files.deleteIfExists(OnnxFile.data(file));
    return facts;
  }

  private static void write(Path folder, ModelConfig config) {
    ClassSpace classes = ClassSpace.ofSize(CLASSES);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        SegmentationModel model = SegmentationModels.build(engine, config, classes)) {
      ModelFolder.write(
          folder, ModelFile.of(config, classes, 800, 1333, Normalization.IMAGENET, "none"), model);
    }
  }
}
