package org.maskwright.modelzoo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * Parts, parameters, shapes and operations of a model at an input size, without computing a number.
 *
 * @param parts backbone, pixel decoder and mask decoder
 * @param parameters of the whole model, frozen ones included
 * @param multiplyAdds of inference on one image of that size, each counted once: what the field
 *     prints as FLOPs
 * @param classLogits shape of the class logits of one image; empty of a model that answers prompts
 * @param maskLogits shape of the mask logits of one image, or of one prompt
 */
public record ModelSummary(
    List<Part> parts,
    long parameters,
    long multiplyAdds,
    Optional<String> classLogits,
    String maskLogits) {
  /** Copies the list. */
  public ModelSummary {
    parts = List.copyOf(parts);
  }

  /**
   * One part.
   *
   * @param name as in parameter names
   * @param parameters in it, frozen ones included
   * @param trainable of them
   * @param multiplyAdds of inference on one image
   * @param outputs shapes of what it gives
   */
  public record Part(
      String name, long parameters, long trainable, long multiplyAdds, List<String> outputs) {
    /** Copies the list. */
    public Part {
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * Of a model for K classes on one image.
   *
   * @throws IllegalArgumentException if a size is below 1
   */
  public static ModelSummary of(ModelConfig config, int classes, int height, int width) {
    return of(config, 3, classes, height, width);
  }

  /** As the other method, of a picture of so many channels. */
  public static ModelSummary of(
      ModelConfig config, int inputs, int classes, int height, int width) {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "size: expected at least 1x1, got " + height + "x" + width);
    }
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, config, inputs, ClassSpace.ofSize(classes));
        var off = engine.noGrad();
        var scope = engine.scope()) {
      List<Part> parts = new ArrayList<>();
      long start = engine.multiplyAdds();
      Tensor pixels = engine.zeros(1, inputs, model.paddedSize(height), model.paddedSize(width));
      List<Tensor> maps = model.backbone().forward(pixels);
      parts.add(part("backbone", model.backbone(), engine.multiplyAdds() - start, maps));
      long backbone = engine.multiplyAdds();
      PixelFeatures features = model.pixelDecoder().forward(maps);
      List<Tensor> made = new ArrayList<>();
      made.add(features.maskFeatures());
      features.memory().forEach(level -> made.add(level.tokens()));
      parts.add(
          part(
              "sem_seg_head.pixel_decoder",
              model.pixelDecoder(),
              engine.multiplyAdds() - backbone,
              made));
      long pixelDecoder = engine.multiplyAdds();
      Outputs.Layer answer = model.decoder().example(features);
      List<Tensor> said = new ArrayList<>();
      answer.classes().ifPresent(said::add);
      said.add(answer.imageMaskLogits());
      parts.add(
          part(
              "sem_seg_head.predictor",
              model.decoder(),
              engine.multiplyAdds() - pixelDecoder,
              said));
      return new ModelSummary(
          parts,
          model.parameterCount(),
          engine.multiplyAdds() - start,
          answer.classes().map(ModelSummary::shape),
          shape(answer.imageMaskLogits()));
    }
  }

  private static Part part(String name, Module module, long multiplyAdds, List<Tensor> outputs) {
    long trainable =
        module.parameters().values().stream()
            .filter(Parameter::isTrainable)
            .mapToLong(Parameter::numel)
            .sum();
    return new Part(
        name,
        module.parameterCount(),
        trainable,
        multiplyAdds,
        outputs.stream().map(ModelSummary::shape).toList());
  }

  private static String shape(Tensor tensor) {
    return Arrays.toString(tensor.shape()).replace(" ", "");
  }
}
