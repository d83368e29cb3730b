package org.maskwright.modelzoo.onnx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Recording;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * A model's inference as a graph.
 *
 * <p><b>Shapes</b> input {@value #PIXELS} [B,C,H,W] float32, normalised, which the graph pads right
 * and bottom with 0 as the model does; outputs {@value #CLASS_LOGITS} [B,Q,K+1] and {@value
 * #MASK_LOGITS} [B,Q,h,w], or those of another {@link Ending}
 */
public final class OnnxModel {
  /** Name of the input. */
  public static final String PIXELS = "pixels";

  /** Name of the output with the classes. */
  public static final String CLASS_LOGITS = "class_logits";

  /** Name of the output with the masks. */
  public static final String MASK_LOGITS = "mask_logits";

  /** What the outputs of a graph are, made of what a model says. */
  @FunctionalInterface
  public interface Ending {
    /** Logits of classes and masks as the model gives them. */
    Ending LOGITS =
        (outputs, pixels) -> {
          Map<String, Tensor> out = new LinkedHashMap<>();
          out.put(CLASS_LOGITS, outputs.classLogits());
          out.put(MASK_LOGITS, outputs.imageMaskLogits());
          return out;
        };

    /**
     * The outputs by name, in order.
     *
     * @param pixels the graph's input
     */
    Map<String, Tensor> of(Outputs outputs, Tensor pixels);
  }

  private OnnxModel() {}

  /**
   * Records a model.
   *
   * @param recording on whose engine the model was built
   * @throws SizesException if sizes are to vary with which something beside shapes varies
   * @throws org.maskwright.engine.array.EngineException if the model has an operation that cannot
   *     be recorded
   */
  public static OnnxGraph record(
      Recording recording, SegmentationModel model, OnnxSizes sizes, Ending ending) {
    model.setTraining(false);
    Map<String, Parameter> state = model.state();
    List<VariableSizes.Variable> variables = new ArrayList<>();
    if (sizes.anyImages()) {
      variables.add(new VariableSizes.Variable("batch", 0, 1));
    }
    if (sizes.anySize()) {
      int step = model.config().sizeDivisibility();
      variables.add(new VariableSizes.Variable("height", 2, step));
      variables.add(new VariableSizes.Variable("width", 3, step));
    }
    long[] shape = {sizes.images(), model.inputs(), sizes.height(), sizes.width()};
    if (variables.isEmpty()) {
      return recorded(recording, model, state, shape, ending);
    }
    return VariableSizes.of(
        variables,
        state.keySet(),
        values -> {
          for (int i = 0; i < values.length; i++) {
            VariableSizes.Variable v = variables.get(i);
            shape[v.axis()] = values[i] * v.step();
          }
          return recorded(recording, model, state, shape, ending);
        });
  }

  private static OnnxGraph recorded(
      Recording recording,
      SegmentationModel model,
      Map<String, Parameter> state,
      long[] shape,
      Ending ending) {
    return recording.record(
        Map.of(PIXELS, shape.clone()),
        state,
        in -> ending.of(model.predict(in.get(PIXELS)), in.get(PIXELS)));
  }
}
