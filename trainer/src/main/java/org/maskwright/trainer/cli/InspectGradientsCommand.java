package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.loop.GivenBatch;
import org.maskwright.trainer.loss.ClassWeightSettings;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.PointSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright inspect gradients}: one training step on a given batch. */
@Command(
    name = "gradients",
    description = {
      "Run one training step, without the update, on a given batch; write the losses and the"
          + " gradient of every parameter.",
      "",
      "Keys of the input (safetensors), for B images, L supervised outputs and N targets of image"
          + " b:",
      "  pixel_values    [B,C,H,W] float32, already normalised",
      "  mask_labels.b   [N,H,W], above 0.5 = inside",
      "  class_labels.b  [N]",
      "  points.matcher  [P,2], or [L,B,P,2]; (x,y) in [0,1] of the padded image",
      "  points.loss     [P,2], or [L,n,P,2] for the n matched pairs, image by image, queries"
          + " ascending",
      "The criterion 'dense' needs no points. Keys of the result:",
      "  loss.total, loss.loss_ce, loss.loss_mask, loss.loss_ce_0, ...   [1], weighted, by the"
          + " names of the criterion's terms",
      "  gradient_norm   [1], before clipping",
      "  grad.NAME       of each parameter that is trained, zeros where none arrived"
    })
final class InspectGradientsCommand implements Callable<Integer> {
  private static final String GRADIENT = "grad.";

  @Parameters(paramLabel = "DIR", description = "A model folder.")
  private Path folder;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description = "The batch, safetensors.")
  private Path input;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "safetensors to write.")
  private Path output;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Configuration with the criterion (default: the run's config.conf; without a run the"
              + " defaults, dense for a detr decoder).")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override a value of criterion; may be repeated.")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--eval-mode",
      description = "Without dropout, drop path and statistics of the batch.")
  private boolean evalMode;

  @Mixin private EngineMixin engineOptions;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    ModelFolder.describe(folder).requireOwnOutputs(folder);
    GivenBatch batch = GivenBatch.read(input);
    CriterionSettings criterion = criterion();
    Map<String, HostTensor> out = new LinkedHashMap<>();
    try (Engine engine = engineOptions.open();
        SegmentationModel model = ModelFolder.open(engine, folder)) {
      spec.commandLine().getErr().println("engine: " + engine.description());
      model.setTraining(!evalMode);
      step(model, batch, criterion, out);
      Safetensors.write(output, StateDict.of(out));
    }
    json.report(spec.commandLine().getOut(), () -> print(out), () -> toJson(out));
    return ExitCode.OK.code();
  }

  private void step(
      SegmentationModel model,
      GivenBatch batch,
      CriterionSettings criterion,
      Map<String, HostTensor> out) {
    Engine engine = model.engine();
    HostTensor pixels = batch.pixels();
    try (var scope = engine.scope()) {
      Outputs predictions = model.forward(engine.floats(pixels.toFloatArray(), pixels.shape()));
      List<MaskSupervision> targets =
          batch.targets(
              model.paddedSize(Math.toIntExact(pixels.size(2))),
              model.paddedSize(Math.toIntExact(pixels.size(3))));
      Losses losses =
          Criterion.of(withWeights(withCount(criterion, batch), model))
              .compute(predictions, targets, points(criterion, batch, predictions));
      out.put("loss.total", one(losses.total().item()));
      losses.values().forEach(p -> out.put("loss." + p.name(), one(p.value())));
      losses.total().backward();
    }
    double square = 0;
    Map<String, HostTensor> gradients = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> e : model.parameters().entrySet()) {
      Parameter p = e.getValue();
      if (p.isTrainable()) {
        float[] values =
            p.grad() == null ? new float[Math.toIntExact(p.numel())] : p.grad().toFloats();
        for (float v : values) {
          square += (double) v * v;
        }
        gradients.put(GRADIENT + e.getKey(), HostTensor.ofFloats(values, p.shape()));
      }
    }
    out.put("gradient_norm", one(Math.sqrt(square)));
    out.putAll(gradients);
  }

  private static HostTensor one(double value) {
    return HostTensor.ofFloats(new float[] {(float) value}, 1);
  }

  /** The file says how many points there are. */
  private static CriterionSettings withCount(CriterionSettings settings, GivenBatch batch) {
    return settings.samplesPoints() ? settings.withPoints(batch.pointCount()) : settings;
  }

  /** There is no training data to count classes in. */
  private static CriterionSettings withWeights(
      CriterionSettings settings, SegmentationModel model) {
    List<String> classes = model.classSpace().names();
    try {
      return settings.withClassWeights(
          ClassWeightSettings.asked(
              settings.classWeights(),
              classes,
              () -> {
                throw new IllegalArgumentException(
                    "expected none or given, other weights depend on training data, which a batch"
                        + " is not; set their type, such as --set"
                        + " criterion.points.class-weights.type=none");
              }));
    } catch (IllegalArgumentException e) {
      throw new ConfigException("criterion: class-weights: " + e.getMessage(), e);
    }
  }

  private static PointSource points(
      CriterionSettings settings, GivenBatch batch, Outputs predictions) {
    return settings.samplesPoints()
        ? batch.points(predictions.layers().size(), predictions.last().queries())
        : new PointSource.Given(new float[0], new float[0]);
  }

  private CriterionSettings criterion() {
    if (config != null) {
      return ConfigFile.load(config, overrides).bind(RunSettings.class).criterion();
    }
    Optional<Path> run = RunFolder.configOf(folder);
    if (run.isPresent()) {
      return RunFolder.settings(run.get(), overrides, note -> {}).criterion();
    }
    List<String> all = new ArrayList<>();
    DecoderConfig decoder = ModelFolder.describe(folder).model().decoder();
    all.add("criterion.type=" + decoder.criterion());
    if (decoder.classifiesPixels()) {
      all.addAll(
          List.of(
              "model.decoder.type=per-pixel",
              "task=semantic",
              "eval.tasks=[semantic]",
              "eval.best=semantic.mIoU"));
    }
    all.addAll(overrides);
    return ConfigFile.defaults(all).bind(RunSettings.class).criterion();
  }

  private String toJson(Map<String, HostTensor> values) {
    return JsonLines.object(
        g -> {
          for (Map.Entry<String, HostTensor> e : values.entrySet()) {
            if (!e.getKey().startsWith(GRADIENT)) {
              g.writeNumberField(e.getKey(), e.getValue().toFloatArray()[0]);
            }
          }
          g.writeStringField("gradients", output.toString());
        });
  }

  private void print(Map<String, HostTensor> values) {
    PrintWriter out = spec.commandLine().getOut();
    values.forEach(
        (name, value) -> {
          if (!name.startsWith(GRADIENT)) {
            out.printf(Locale.ROOT, "%-20s %.7g%n", name, value.toFloatArray()[0]);
          }
        });
    out.printf(
        "%d gradients in %s%n",
        values.keySet().stream().filter(k -> k.startsWith(GRADIENT)).count(), output);
  }
}
