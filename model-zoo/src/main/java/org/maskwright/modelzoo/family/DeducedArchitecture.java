package org.maskwright.modelzoo.family;

import java.util.Optional;
import java.util.OptionalInt;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoderConfig;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoderPart;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Registry;

/**
 * What the names and shapes of weights say about the model they belong to, which each part says of
 * its own. Rates (dropout, drop path) leave no trace in weights and take the published recipes'
 * values; neither does the number of heads of the mask decoder, which may be given.
 *
 * @param backbone its architecture
 * @param model the whole model; empty if the file holds a backbone only
 * @param classes K; 0 if the file holds a backbone only
 */
public record DeducedArchitecture(
    BackboneConfig backbone, Optional<ModelConfig> model, int classes) {
  private static final int PUBLISHED_HEADS = 8;

  /**
   * Reads the architecture off the weights. The mask decoder gets as many heads as the pixel
   * decoder's weights show, or where they show none the published 8.
   *
   * @param state under Maskwright's names
   * @throws CheckpointException if the weights belong to no model of the zoo
   */
  public static DeducedArchitecture of(StateDict state) {
    return of(
        state,
        Registry.of(PixelDecoderPart.class).variants().stream()
            .map(part -> part.heads(state))
            .filter(OptionalInt::isPresent)
            .mapToInt(OptionalInt::getAsInt)
            .findFirst()
            .orElse(PUBLISHED_HEADS));
  }

  /**
   * Reads the architecture off the weights of a model with so many heads in its mask decoder, and
   * in its pixel decoder where weights show them.
   *
   * @throws CheckpointException if the weights belong to no model of the zoo
   */
  public static DeducedArchitecture of(StateDict state, int decoderHeads) {
    BackboneConfig backbone = backbone(state);
    if (state.keys().stream().noneMatch(key -> key.startsWith("sem_seg_head."))) {
      return new DeducedArchitecture(backbone, Optional.empty(), 0);
    }
    try {
      Registry<PixelDecoderPart> pixelDecoders = Registry.of(PixelDecoderPart.class);
      PixelDecoderConfig pixelDecoder =
          pixelDecoders.variants().stream()
              .flatMap(
                  part -> pixelDecoders.ask(part, () -> part.deduce(state, decoderHeads)).stream())
              .findFirst()
              .orElseThrow(() -> unknown("pixel decoder", pixelDecoders));
      Registry<DecoderPart> decoders = Registry.of(DecoderPart.class);
      DecoderPart.Deduced decoder =
          decoders.variants().stream()
              .flatMap(
                  part ->
                      decoders
                          .ask(
                              part,
                              () -> part.deduce(state, pixelDecoder.memoryLevels(), decoderHeads))
                          .stream())
              .findFirst()
              .orElseThrow(() -> unknown("mask decoder", decoders));
      PixelDecoderPart.Widths widths = pixelDecoders.of(pixelDecoder).widths(state);
      requireOneWidth(state, widths.hidden());
      ModelConfig model =
          new ModelConfig(
              widths.hidden(),
              widths.mask(),
              backbone
                  .imageSide()
                  .orElseGet(
                      () ->
                          backbone.sizeDivisibility(
                              pixelDecoders.of(pixelDecoder).sizeDivisibility())),
              backbone,
              pixelDecoder,
              decoder.config());
      return new DeducedArchitecture(backbone, Optional.of(model), decoder.classes());
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the weights are of no model of the zoo: " + e.getMessage(), e);
    }
  }

  private static BackboneConfig backbone(StateDict state) {
    Registry<BackbonePart> backbones = Registry.of(BackbonePart.class);
    return backbones.variants().stream()
        .flatMap(part -> backbones.ask(part, () -> part.deduce(state)).stream())
        .findFirst()
        .orElseThrow(() -> unknown("backbone", backbones));
  }

  private static CheckpointException unknown(String part, Registry<?> known) {
    return new CheckpointException(
        "no %s that is known among the weights; known: %s"
            .formatted(part, String.join(", ", known.names())));
  }

  /** The same with another description of the backbone. */
  DeducedArchitecture withBackbone(BackboneConfig other) {
    return new DeducedArchitecture(other, model.map(m -> m.withBackbone(other)), classes);
  }

  /** The same with what weights do not show of the backbone; ignored if it is of another kind. */
  public DeducedArchitecture withUnseen(Record unseen) {
    return withBackbone(backbone.withUnseen(unseen));
  }

  /** The same with another description of the whole model, if it is one. */
  DeducedArchitecture withModel(ModelConfig other) {
    return new DeducedArchitecture(other.backbone(), Optional.of(other), classes);
  }

  /** The same with images padded to other multiples. */
  DeducedArchitecture withSizeDivisibility(int divisibility) {
    return new DeducedArchitecture(
        backbone, model.map(m -> m.withSizeDivisibility(divisibility)), classes);
  }

  /** A pixel decoder and a mask decoder of two widths are a model that there is not. */
  private static void requireOneWidth(StateDict state, int width) {
    String queries = DecoderPart.PREFIX + "query_embed.weight";
    if (state.contains(queries) && state.size(queries, 1) != width) {
      throw new CheckpointException(
          ("expected a pixel decoder and a mask decoder of one width, got %d and %d ('%s'; in a"
                  + " Hugging Face config.json fpn_feature_size and decoder_config.d_model, or"
                  + " feature_size and hidden_dim); Maskwright's models have one width for both")
              .formatted(width, state.size(queries, 1), queries));
    }
  }
}
