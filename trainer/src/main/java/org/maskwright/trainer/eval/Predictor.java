package org.maskwright.trainer.eval;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.ResizeShortestEdge;
import org.maskwright.datasets.transform.ResizeToMultiple;
import org.maskwright.datasets.transform.Transform;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.Predictions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.InstancePostProcessor;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.modelzoo.postprocess.PanopticMap;
import org.maskwright.modelzoo.postprocess.PanopticPostProcessor;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.modelzoo.postprocess.SemanticMap;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor;
import org.maskwright.trainer.config.ConfigException;

/**
 * Images to results of any task, from one forward pass.
 *
 * <p><b>Threads</b> one at a time: the model is shared.
 */
public final class Predictor {
  /** Score times probability of a pixel of a segment, at least, by Hugging Face's rules. */
  private static final double MASK_THRESHOLD = 0.5;

  private final SegmentationModel model;
  private final ClassSpace classes;
  private final Normalization normalization;
  private final InferenceSettings settings;

  /** For a model whose weights are loaded, and its own classes. */
  public Predictor(
      SegmentationModel model, Normalization normalization, InferenceSettings settings) {
    this(model, model.classSpace(), normalization, settings);
  }

  /**
   * For a model whose weights are loaded.
   *
   * @param classes names, things and stuff of the model's classes, in the order of its logits
   */
  public Predictor(
      SegmentationModel model,
      ClassSpace classes,
      Normalization normalization,
      InferenceSettings settings) {
    this.model = model;
    this.classes = classes;
    this.normalization = normalization;
    this.settings = settings;
  }

  /**
   * Checks that the model can give results of a task.
   *
   * @throws ConfigException if it classifies pixels and the task is not semantic
   */
  public void requireServes(Task task) {
    if (task != Task.SEMANTIC && model.config().decoder().classifiesPixels()) {
      throw new ConfigException(
          "task "
              + task.key()
              + ": expected semantic, all that a model with a per-pixel decoder can do");
    }
  }

  /** The classes of the results. */
  public ClassSpace classes() {
    return classes;
  }

  /** What a model said about one image, ready for post-processing at the original size. */
  public record Outputs(QueryOutputs queries, ImageFrame frame) {}

  /** The resizing before the model; targets of a task come along for the validation loss. */
  public Augmentation preparation(Task task) {
    Transform resize =
        switch (settings.rules()) {
          case OFFICIAL ->
              new ResizeShortestEdge(List.of(settings.shortEdge()), settings.maxSize());
          case HF ->
              new ResizeToMultiple(
                  settings.shortEdge(), settings.maxSize(), model.config().sizeDivisibility());
        };
    return new Augmentation(List.of(resize), task, Augmentation.EmptyMasks.DROP);
  }

  /** Runs the model on a photograph at its stored size. */
  public Outputs run(Sample sample) {
    Categories none = Categories.of(List.of());
    return run(
        preparation(Task.SEMANTIC)
            .apply(
                new Sample(sample.info(), sample.image(), List.of()),
                none,
                RandomGenerator.getDefault()));
  }

  /** Runs the model on an image that {@link #preparation} resized. */
  public Outputs run(TrainingExample example) {
    return run(example, Optional.empty());
  }

  /** Runs the model and adds up the loss of its outputs. */
  Outputs run(TrainingExample example, Optional<ValidationLoss> loss) {
    Engine engine = model.engine();
    model.setTraining(false);
    int height = example.height();
    int width = example.width();
    float[] pixels = new float[3 * height * width];
    example.normalizeInto(normalization, pixels, 0);
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      Tensor input = engine.floats(pixels, 1, 3, height, width);
      int paddedHeight = model.paddedSize(height);
      int paddedWidth = model.paddedSize(width);
      Predictions predictions = loss.isPresent() ? model.forward(input) : model.predict(input);
      loss.ifPresent(l -> l.add(predictions, example, paddedHeight, paddedWidth));
      QueryOutputs outputs = QueryOutputs.of(predictions, 0);
      ImageFrame frame =
          new ImageFrame(
              paddedHeight,
              paddedWidth,
              example.contentHeight(),
              example.contentWidth(),
              example.originalHeight(),
              example.originalWidth());
      return new Outputs(outputs, frame);
    }
  }

  /** The most likely class of each pixel. */
  public SemanticMap semantic(Outputs outputs) {
    QueryOutputs queries = outputs.queries();
    return switch (settings.rules()) {
      case OFFICIAL -> SemanticPostProcessor.process(queries, outputs.frame(), officialOrder());
      case HF ->
          SemanticPostProcessor.process(
              queries,
              rules().first().frame(queries, outputs.frame()),
              SemanticPostProcessor.Order.SCORE_THEN_RESIZE);
    };
  }

  /**
   * Official models score classes at the input's size and resize the scores where semantic results
   * are the only ones, and resize the masks first where there are others. Models that classify
   * pixels resize logits in any case.
   */
  private SemanticPostProcessor.Order officialOrder() {
    return settings.tasks().equals(Set.of(Task.SEMANTIC))
            && !model.config().decoder().classifiesPixels()
        ? SemanticPostProcessor.Order.SCORE_THEN_RESIZE
        : SemanticPostProcessor.Order.RESIZE_THEN_SCORE;
  }

  /** Scored instances; things only beside panoptic results. */
  public InstanceSet instances(Outputs outputs) {
    return switch (settings.rules()) {
      case OFFICIAL ->
          InstancePostProcessor.process(
              outputs.queries(),
              outputs.frame(),
              settings.maxInstances(),
              c -> !settings.tasks().contains(Task.PANOPTIC) || classes.isThing(c));
      case HF ->
          HuggingFacePostProcessor.instances(
              outputs.queries(),
              rules().first(),
              outputs.frame().height(),
              outputs.frame().width(),
              settings.instanceThreshold());
    };
  }

  /** Segments that do not overlap. */
  public PanopticMap panoptic(Outputs outputs) {
    return switch (settings.rules()) {
      case OFFICIAL ->
          PanopticPostProcessor.process(
              outputs.queries(),
              outputs.frame(),
              classes::isThing,
              new PanopticPostProcessor.Options(
                  settings.objectThreshold(), settings.overlapThreshold(), rules().region()));
      case HF ->
          HuggingFacePostProcessor.panoptic(
              outputs.queries(),
              rules().first(),
              outputs.frame().height(),
              outputs.frame().width(),
              new HuggingFacePostProcessor.PanopticOptions(
                  settings.objectThreshold(),
                  MASK_THRESHOLD,
                  settings.overlapThreshold(),
                  Set.of()));
    };
  }

  /** Where the families of models differ. */
  private FamilyRules rules() {
    return model.config().decoder().rules();
  }
}
