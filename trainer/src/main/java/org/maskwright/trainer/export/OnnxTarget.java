package org.maskwright.trainer.export;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Recording;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.onnx.OnnxDescription;
import org.maskwright.modelzoo.onnx.OnnxFile;
import org.maskwright.modelzoo.onnx.OnnxModel;
import org.maskwright.modelzoo.onnx.OnnxSizes;
import org.maskwright.modelzoo.onnx.PostProcessing;
import org.maskwright.modelzoo.onnx.SizesException;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.Versions;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.EngineSettings;
import org.maskwright.trainer.output.OutputFolder;

/**
 * An ONNX file: the model's inference as a graph of standard operators. It is run with onnxruntime
 * before the export counts as done; a file whose outputs differ is an error and is not left behind.
 */
public final class OnnxTarget implements ExportTarget {
  private static final String DYNAMIC = "dynamic";
  private static final String POSTPROCESS = "postprocess";
  private static final Pattern SIZE = Pattern.compile("([1-9]\\d{0,4})x([1-9]\\d{0,4})");
  private static final double NANOS = 1e9;
  private static final double MIB = 1 << 20;
  private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,3}");

  @Override
  public String name() {
    return "onnx";
  }

  @Override
  public String meaning() {
    return "a file for onnxruntime and others, of any model; checked with onnxruntime before it"
        + " counts";
  }

  @Override
  public Exported write(ExportRequest request) {
    ExportWishes wishes = request.wishes();
    boolean results = results(wishes);
    OutputFolder.requireFree(request.out(), OnnxFile.data(request.out()));
    ModelFile file = request.file().requireOwnOutputs(request.folder());
    OnnxSizes sizes = sizes(wishes, file);
    try (Engine computing = EngineSettings.open(wishes.engine());
        Recording recording = Recording.over(computing)) {
      Optional<Rounding> rounding = rounding(request, file, sizes, computing.threads());
      try (SegmentationModel model = ModelFolder.open(recording.engine(), request.folder())) {
        OnnxModel.Ending ending = results ? new PostProcessing(model) : OnnxModel.Ending.LOGITS;
        OnnxCheck check =
            OnnxCheck.of(file, model, sizes, ending, wishes.picture(), computing.threads());
        long start = System.nanoTime();
        OnnxGraph graph = recorded(request, recording, model, sizes, ending);
        return written(request, graph, metadata(request, model), check, rounding, start);
      }
    } catch (SizesException e) {
      throw new IllegalArgumentException("size or --batch: " + e.getMessage(), e);
    }
  }

  private static Optional<Rounding> rounding(
      ExportRequest request, ModelFile file, OnnxSizes sizes, int threads) {
    ExportWishes wishes = request.wishes();
    if (wishes.int8().isEmpty()) {
      return wishes.half() ? Optional.of(Rounding.HALF) : Optional.empty();
    }
    if (wishes.half()) {
      throw new IllegalArgumentException(
          "half: expected one of --half and --int8, whose weights are smaller still, got both");
    }
    if (wishes.with().isPresent()) {
      throw new IllegalArgumentException(
          "with: expected logits with --int8, by which its loss is measured, got --with "
              + wishes.with().get());
    }
    return Optional.of(new Int8Rounding(request, wishes.int8().get(), file, sizes, threads));
  }

  /** The file counts when it was compared with the model, and a rounded one when it was judged. */
  private static Exported written(
      ExportRequest request,
      OnnxGraph graph,
      Map<String, String> metadata,
      OnnxCheck check,
      Optional<Rounding> rounding,
      long start) {
    try (NewFiles exact = NewFiles.beside(request.out())) {
      Written written = written(exact, graph, metadata, start);
      if (rounding.isEmpty()) {
        Exported found = check.exact(exact.path());
        exact.publish();
        return exported(request, written, found);
      }
      check.require(exact.path());
      try (NewFiles rounded = NewFiles.beside(request.out())) {
        Written smaller = written(rounded, rounding.get().of(graph), metadata, start);
        Exported lost = rounding.get().judged(exact.path(), rounded.path());
        Exported found = check.rounded(rounded.path());
        rounded.publish();
        return exported(request, smaller, found.and(lost));
      }
    }
  }

  private static OnnxGraph recorded(
      ExportRequest request,
      Recording recording,
      SegmentationModel model,
      OnnxSizes sizes,
      OnnxModel.Ending ending) {
    try {
      return OnnxModel.record(recording, model, sizes, ending);
    } catch (EngineException e) {
      throw new CheckpointException(
          request.folder(), "cannot be exported to ONNX: " + e.getMessage(), e);
    }
  }

  private record Written(OnnxGraph graph, int files, long bytes, double seconds) {}

  private static Written written(
      NewFiles place, OnnxGraph graph, Map<String, String> metadata, long start) {
    List<Path> files =
        OnnxFile.write(place.path(), graph, metadata, "Maskwright", Versions.current().toString());
    long bytes = files.stream().mapToLong(file -> file.toFile().length()).sum();
    return new Written(graph, files.size(), bytes, (System.nanoTime() - start) / NANOS);
  }

  private static boolean results(ExportWishes wishes) {
    wishes
        .with()
        .filter(what -> !what.equals(POSTPROCESS))
        .ifPresent(
            what -> {
              throw new IllegalArgumentException(
                  "with: expected %s, got '%s'".formatted(POSTPROCESS, what));
            });
    return wishes.with().isPresent();
  }

  /** Without a wish a square of the short edge, into which every picture fits. */
  private static OnnxSizes sizes(ExportWishes wishes, ModelFile file) {
    int side = ModelConfig.paddedSize(file.shortEdge(), file.model().sizeDivisibility());
    String size = wishes.size().orElse(side + "x" + side).toLowerCase(Locale.ROOT);
    String batch = wishes.batch().orElse("1").toLowerCase(Locale.ROOT);
    boolean anySize = size.equals(DYNAMIC);
    boolean anyImages = batch.equals(DYNAMIC);
    Matcher sides = SIZE.matcher(size);
    if (!anySize && !sides.matches()) {
      throw new IllegalArgumentException(
          "size: expected HEIGHTxWIDTH in pixels, such as 480x640, or %s, got '%s'"
              .formatted(DYNAMIC, size));
    }
    if (!anyImages && !NUMBER.matcher(batch).matches()) {
      throw new IllegalArgumentException(
          "batch: expected a number from 1 to 9999, or %s, got '%s'".formatted(DYNAMIC, batch));
    }
    return new OnnxSizes(
        anyImages ? 1 : Integer.parseInt(batch),
        anySize ? side : Integer.parseInt(sides.group(1)),
        anySize ? side : Integer.parseInt(sides.group(2)),
        anyImages,
        anySize);
  }

  private static Map<String, String> metadata(ExportRequest request, SegmentationModel model) {
    Map<String, String> out = new LinkedHashMap<>(request.metadata());
    out.putAll(description(request.file()).toMetadata());
    out.put("maskwright.queries", Integer.toString(model.queries()));
    return out;
  }

  private static OnnxDescription description(ModelFile file) {
    ModelConfig model = file.model();
    boolean pixels = model.decoder().classifiesPixels();
    return new OnnxDescription(
        file.classes(),
        file.shortEdge(),
        file.maxSize(),
        model.sizeDivisibility(),
        file.mean(),
        file.std(),
        pixels ? MaskScores.SOFTMAX : MaskScores.SIGMOID,
        model.decoder().rules(),
        file.licence());
  }

  private static Exported exported(ExportRequest request, Written written, Exported found) {
    String licence = request.file().licence();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s: %.1f MiB in %d file%s, %d operations of opset %d, in %.1f s; input %s; %s"
            .formatted(
                request.out(),
                written.bytes() / MIB,
                written.files(),
                written.files() == 1 ? "" : "s",
                written.graph().nodes().size(),
                OnnxGraph.OPSET,
                written.seconds(),
                written.graph().inputs().get(0).sizes(),
                ExportRequest.inWords(licence)));
    lines.addAll(found.lines());
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("bytes", written.bytes());
    facts.put("operations", (long) written.graph().nodes().size());
    facts.put("seconds", written.seconds());
    facts.put("licence", licence);
    facts.putAll(found.facts());
    return new Exported(lines, facts);
  }
}
