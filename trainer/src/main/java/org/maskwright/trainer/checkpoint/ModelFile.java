package org.maskwright.trainer.checkpoint;

import java.nio.file.Path;
import java.util.List;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Normalization;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.family.HuggingFaceSettings;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.config.ConfigException;

/**
 * The content of {@code model.conf}: all that is needed to run the weights beside it.
 *
 * @param model the architecture
 * @param classes in the order of the logits
 * @param shortEdge short edge of the input in pixels
 * @param maxSize largest long edge of the input in pixels
 * @param mean of each channel in units of 0..255, subtracted; as many as the model takes channels
 * @param std of each channel in units of 0..255, divided by
 * @param licence what the weights may be used for, or empty
 */
public record ModelFile(
    ModelConfig model,
    List<ClassSpace.Entry> classes,
    int shortEdge,
    int maxSize,
    List<Double> mean,
    List<Double> std,
    String licence) {
  /** Checks the ranges. */
  public ModelFile {
    classes = List.copyOf(classes);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    ChannelValues.require(mean, std);
    if (shortEdge < 1 || maxSize < shortEdge) {
      throw new IllegalArgumentException(
          "shortEdge: expected 1 <= short edge <= max size, got " + shortEdge + " and " + maxSize);
    }
  }

  /** With the numbers of a normalisation as the means and deviations. */
  public static ModelFile of(
      ModelConfig model,
      ClassSpace classes,
      int shortEdge,
      int maxSize,
      Normalization pixels,
      String licence) {
    return new ModelFile(
        model,
        classes.classes(),
        shortEdge,
        maxSize,
        ChannelValues.means(pixels),
        ChannelValues.deviations(pixels),
        licence);
  }

  /**
   * Checks that the model says something about a picture alone.
   *
   * @param called the model's folder
   * @throws ConfigException if it says nothing without being asked
   */
  public ModelFile requireOwnOutputs(Path called) {
    if (model.decoder().takesPrompts()) {
      throw new ConfigException(
          "%s: a model that answers prompts says nothing about a picture alone; ask it by 'maskwright predict %s PHOTO --point X,Y' or --box"
              .formatted(called, called));
    }
    if (model.decoder().takesExamples()) {
      throw new ConfigException(
          "%s: a model that answers by examples says nothing about a picture alone; ask it by 'maskwright predict %s PHOTO --example IMAGE MASK', without --example if it has learnt one"
              .formatted(called, called));
    }
    if (model.decoder().isPretext()) {
      throw new ConfigException(
          "%s: a model of a pretraining, with the decoder %s, says nothing about what is in a picture; 'maskwright eval %s' tells how well it does its task, and init.backbone = %s takes its backbone into another model"
              .formatted(called, model.decoderName(), called, called));
    }
    return this;
  }

  /** What is done to pixels before the model. */
  public Normalization normalization() {
    return ChannelValues.normalization(mean, std);
  }

  /** What a Hugging Face folder says is done to pixels before the model. */
  public static Normalization normalization(HuggingFaceSettings settings) {
    return ChannelValues.normalization(settings.mean(), settings.std());
  }

  /** The channels of the pictures that the model takes. */
  public Channels channels() {
    return new Channels(mean.size());
  }

  /** The classes as the model's head wants them. */
  public ClassSpace classSpace() {
    return new ClassSpace(classes);
  }
}
