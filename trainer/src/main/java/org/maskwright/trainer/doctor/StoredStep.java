package org.maskwright.trainer.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.maskwright.datasets.MaskStack;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.decoder.MaskedAttentionPart;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.DeformablePart;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.PointSource;
import org.maskwright.trainer.optim.AdamW;
import org.maskwright.trainer.optim.LayerDecay;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.optim.Plain;

/**
 * One training step of a small Mask2Former, and the loss after it, against numbers that were stored
 * when both engines agreed on them: losses by part, the norm of the gradient of each stage of the
 * model, and the loss with the updated weights.
 *
 * <p>Everything random is drawn from streams that depend on nothing but their names, so the numbers
 * depend on the machine in rounding alone.
 */
final class StoredStep {
  static final String RESOURCE = "stored-step.properties";

  /** Losses and gradients differ by up to 3e-6 between engines and instruction sets. */
  private static final double TOLERANCE = 1e-4;

  private static final int SIDE = 64;
  private static final int IMAGES = 2;
  private static final int CLASSES = 5;
  private static final int POINTS = 128;
  private static final double LEARNING_RATE = 1e-4;

  /** Width 4 has convolutions of few channels, which libraries compute by kernels of their own. */
  private static final ModelConfig MODEL =
      new ModelConfig(
          32,
          32,
          32,
          new ResNetPart.Settings(
              ResNetPart.Block.BASIC,
              List.of(1, 1, 1, 1),
              4,
              ResNetPart.Stem.BASIC,
              ResNetPart.Norm.FROZEN,
              false),
          new DeformablePart.Settings(1, 2, 4, 64, 0),
          new MaskedAttentionPart.Settings(6, 2, 2, 64));

  private StoredStep() {}

  static Check check() {
    return new Check("training step", (engine, now) -> compare(stored(), compute(engine)));
  }

  static Check.Outcome compare(Map<String, Double> right, Map<String, Double> got) {
    if (!right.keySet().equals(got.keySet())) {
      throw new IllegalStateException(
          RESOURCE + ": expected the numbers " + got.keySet() + ", has " + right.keySet());
    }
    String worst = "";
    double share = -1;
    for (Map.Entry<String, Double> e : right.entrySet()) {
      double off =
          Math.abs(e.getValue() - got.get(e.getKey())) / Math.max(1e-6, Math.abs(e.getValue()));
      off = Double.isNaN(off) ? Double.POSITIVE_INFINITY : off;
      if (off > share) {
        share = off;
        worst = e.getKey();
      }
    }
    return share <= TOLERANCE
        ? new Check.Outcome(
            true,
            String.format(
                Locale.ROOT, "%d numbers within %.0e", right.size(), Math.max(share, 1e-9)))
        : new Check.Outcome(
            false,
            String.format(
                Locale.ROOT, "%s is %.6g, expected %.6g", worst, got.get(worst), right.get(worst)));
  }

  static Map<String, Double> stored() {
    Properties properties = new Properties();
    try (InputStream in = StoredStep.class.getResourceAsStream(RESOURCE)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE + ": missing from the trainer's jar", e);
    }
    Map<String, Double> out = new TreeMap<>();
    properties.forEach((k, v) -> out.put(k.toString(), Double.valueOf(v.toString())));
    return out;
  }

  /** Takes the step on an engine that was opened with seed 0. */
  static Map<String, Double> compute(Engine engine) {
    Map<String, Double> out = new TreeMap<>();
    OptimizerSettings settings =
        new OptimizerSettings(
            LEARNING_RATE,
            1,
            LayerDecay.NONE,
            0.05,
            0,
            0.5,
            0,
            new AdamW.Settings(0.9, 0.999, 1e-8),
            new Plain.Settings());
    try (SegmentationModel model =
            SegmentationModels.build(engine, MODEL, ClassSpace.ofSize(CLASSES));
        Optimizer optimizer = settings.over(model)) {
      model.setTraining(true);
      optimizer.step(() -> evaluate(model, out), 1);
      model.zeroGrad();
      try (Scope scope = engine.scope();
          var off = engine.noGrad()) {
        out.put("loss.after", losses(model).total().item());
      }
    }
    return out;
  }

  private static double evaluate(SegmentationModel model, Map<String, Double> out) {
    try (Scope scope = model.engine().scope()) {
      Losses losses = losses(model);
      losses.values().forEach(part -> out.put(part.name(), part.value()));
      losses.total().backward();
      stageNorms(model).forEach((stage, norm) -> out.put("gradient." + stage, norm));
      return losses.total().item();
    }
  }

  private static Losses losses(SegmentationModel model) {
    Engine engine = model.engine();
    Tensor pixels =
        engine.uniform(RandomStream.of(0, "doctor.pixels"), -2, 2, IMAGES, 3, SIDE, SIDE);
    CriterionSettings criterion = new CriterionSettings.Points(2, 5, 5, 0.1, POINTS, 1, 0);
    RandomStream random = RandomStream.of(0, "doctor.points");
    PointSource points =
        new PointSource.Given(random.uniform(2 * POINTS, 0, 1), random.uniform(2 * POINTS, 0, 1));
    return Criterion.of(criterion)
        .compute(model.forward(pixels), List.of(target(1, 3), target(2, 4)), points);
  }

  /** Rectangles side by side, of different heights. */
  private static MaskSupervision target(int first, int count) {
    MaskStack masks = new MaskStack(count, SIDE, SIDE);
    int[] classes = new int[count];
    int width = SIDE / count;
    for (int n = 0; n < count; n++) {
      classes[n] = (first + n) % CLASSES;
      for (int row = 5 * n; row < SIDE - 7 * n; row++) {
        masks.setRow(n, row, n * width, (n + 1) * width);
      }
    }
    return new MaskSupervision(classes, masks, SIDE, SIDE);
  }

  /** L2 norm of the gradients of the parameters whose names begin alike, up to the second dot. */
  private static Map<String, Double> stageNorms(SegmentationModel model) {
    Map<String, Double> squares = new TreeMap<>();
    for (Map.Entry<String, Parameter> e : model.parameters().entrySet()) {
      if (e.getValue().grad() != null) {
        double sum = 0;
        for (float g : e.getValue().grad().toFloats()) {
          sum += (double) g * g;
        }
        squares.merge(stage(e.getKey()), sum, Double::sum);
      }
    }
    squares.replaceAll((stage, sum) -> Math.sqrt(sum));
    return squares;
  }

  private static String stage(String parameter) {
    String[] words = parameter.split("\\.", -1);
    return words.length < 3 ? words[0] : words[0] + "." + words[1];
  }
}
