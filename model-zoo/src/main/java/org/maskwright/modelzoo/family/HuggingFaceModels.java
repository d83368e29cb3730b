package org.maskwright.modelzoo.family;

import java.util.List;
import java.util.Optional;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.backbone.HuggingFaceBackbone;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.settings.Registry;

/** All models of Hugging Face Transformers that are known here, and their backbones. */
final class HuggingFaceModels {
  static final List<HuggingFaceModel> ALL =
      List.of(
          new Mask2FormerInTransformers(),
          new MaskFormerInTransformers(),
          EomtInTransformers.WITH_DINOV2,
          EomtInTransformers.WITH_DINOV3,
          new SamInTransformers(),
          new SegGptInTransformers());

  private HuggingFaceModels() {}

  /**
   * That of a {@code model_type}.
   *
   * @throws CheckpointException if there is none
   */
  static HuggingFaceModel ofType(String modelType) {
    return ALL.stream()
        .filter(model -> model.modelType().equals(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                new CheckpointException(
                    "expected model_type "
                        + String.join(
                            " or ", ALL.stream().map(HuggingFaceModel::modelType).toList())
                        + ", got "
                        + modelType));
  }

  /**
   * That which holds a model.
   *
   * @throws CheckpointException if Transformers has no such mask decoder
   */
  static HuggingFaceModel of(ModelConfig model) {
    return find(model)
        .orElseThrow(
            () ->
                new CheckpointException(
                    "Hugging Face has no model with the mask decoder "
                        + model.decoderName()
                        + "; export --to official instead"));
  }

  /** That which holds a model; empty if Transformers has no such mask decoder. */
  static Optional<HuggingFaceModel> find(ModelConfig model) {
    return ALL.stream().filter(one -> one.describes(model)).findFirst();
  }

  /** What Transformers has of a backbone; empty if nothing. */
  static Optional<HuggingFaceBackbone> backbone(BackboneConfig backbone) {
    return Registry.of(BackbonePart.class).of(backbone).huggingFace();
  }

  /** All backbones that Transformers has. */
  static List<HuggingFaceBackbone> backbones() {
    return Registry.of(BackbonePart.class).variants().stream()
        .flatMap(part -> part.huggingFace().stream())
        .toList();
  }

  /** Their lines of key tables. */
  static List<KeyResource> backboneKeys() {
    return backbones().stream().map(HuggingFaceBackbone::keys).toList();
  }
}
