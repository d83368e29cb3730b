package org.maskwright.modelzoo.decoder;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.settings.VariantsOf;

/** Describes a mask decoder: the settings record of a {@link DecoderPart}. */
@VariantsOf(DecoderPart.class)
public interface DecoderConfig {
  /**
   * The mask decoder with fresh initial values.
   *
   * @param backbone of the model
   * @param memoryChannels width of the pixel decoder's memory
   * @param channels C, its own width
   * @param maskDim width of mask features and mask embeddings
   * @param classHeads makes its class head and says which classes there are
   */
  MaskDecoder build(
      Engine engine,
      Backbone backbone,
      int memoryChannels,
      int channels,
      int maskDim,
      ClassHeads classHeads);

  /** Levels of the memory that its queries attend to; 0 if it does not read the memory. */
  int memoryLevels();

  /** Attention heads; divide hiddenDim; 1 where there is no attention. */
  default int heads() {
    return 1;
  }

  /** Whether a class head, which may be chosen, tells the classes of its queries. */
  default boolean hasClassHead() {
    return true;
  }

  /** Whether the decoder classifies pixels, instead of masks: semantic results only. */
  default boolean classifiesPixels() {
    return false;
  }

  /** Whether its queries attend to several frames of a clip at once, with a mask in each. */
  default boolean takesClips() {
    return false;
  }

  /**
   * Whether it answers by examples that come with a picture, on canvases of the two; then it gives
   * nothing for a picture alone.
   */
  default boolean takesExamples() {
    return false;
  }

  /**
   * Whether it has an example of its own, that it learnt ({@link InContextDecoder#ownExample}), and
   * answers by that where no other is given.
   */
  default boolean hasOwnExample() {
    return false;
  }

  /**
   * Whether it answers prompts, about an image of one map, and says nothing without them: no
   * classes and no objects of its own.
   */
  default boolean takesPrompts() {
    return false;
  }

  /**
   * Whether it is what a pretraining has besides the backbone, a {@link PretextDecoder}, and says
   * nothing of what is in a picture.
   */
  default boolean isPretext() {
    return false;
  }

  /** Whether it is asked something about a picture, and says nothing about a picture alone. */
  default boolean isAsked() {
    return takesPrompts() || takesExamples() || isPretext();
  }

  /** Whether the backbone must be a transformer that can be run on some patches of a picture. */
  default boolean hidesPatches() {
    return false;
  }

  /**
   * Checks the widths of the model around it.
   *
   * @throws IllegalArgumentException if it cannot be built with them
   */
  default void check(int hiddenDim, int maskDim) {}

  /** Whether it runs blocks that the backbone has left to it. */
  default boolean runsEncoder() {
    return false;
  }

  /** The type of the criterion that its published models were trained with. */
  String criterion();

  /** Whose post-processing its published models have. */
  default FamilyRules rules() {
    return FamilyRules.MASKFORMER;
  }
}
