package org.maskwright.benchmarks.inference;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
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
 * of both.
 *
 * <p>Arguments: a folder for the files, which are removed again, threads, the input's size as HxW,
 * then names of models; none: all.
 */
public final class OnnxTable {
  private static final int CLASSES = 133;
  private static final double MIB = 1 << 20;
  private static final double MILLIS = 1e3;

  private OnnxTable() {}

  /** Prints the rows. */
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path folder = Path.of(args[0]);
    EngineOptions options = EngineOptions.DEFAULT.withThreads(Integer.parseInt(args[1]));
    List<String> names =
        args.length > 3 ? List.of(args).subList(3, args.length) : List.copyOf(Variants.names());
    out.println(
        "| model | export, s | file, MiB | largest difference | onnxruntime, s | the engine, s |");
    out.println("|---|---|---|---|---|---|");
    for (String name : names) {
      out.println(row(folder, options, args[2], name));
    }
  }

  private static String row(Path folder, EngineOptions options, String size, String name)
      throws IOException {
    Path model = folder.resolve(name);
    Path file = folder.resolve(name + ".onnx");
    OutputFile.createFolder(model);
    write(model, options, Variants.get(name));
    ExportWishes wishes =
        new ExportWishes(
            Optional.of(size),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            options);
    Map<String, Object> facts =
        ExportTargets.get("onnx").write(new ExportRequest(model, file, wishes)).facts();
    for (Path made :
        List.of(
            file,
            OnnxFile.data(file),
            model.resolve(ModelFolder.WEIGHTS),
            model.resolve(ModelFolder.SETTINGS),
            model)) {
      Files.deleteIfExists(made);
    }
    return "| %s | %.1f | %.0f | %.0e | %.2f | %.2f |"
        .formatted(
            name,
            (Double) facts.get("seconds"),
            (Long) facts.get("bytes") / MIB,
            (Double) facts.get("difference"),
            (Double) facts.get("onnxruntimeMillis") / MILLIS,
            (Double) facts.get("engineMillis") / MILLIS);
  }

  private static void write(Path folder, EngineOptions options, ModelConfig config) {
    ClassSpace classes = ClassSpace.ofSize(CLASSES);
    try (Engine engine = Engine.open(options);
        SegmentationModel model = SegmentationModels.build(engine, config, classes)) {
      ModelFolder.write(
          folder, ModelFile.of(config, classes, 800, 1333, Normalization.IMAGENET, "none"), model);
    }
  }
}
