package org.maskwright.trainer.checkpoint;

import java.util.List;
import org.maskwright.datasets.Normalization;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.weights.CheckpointFamily;

/**
 * The content of {@code backbone.conf}: what a training from the weights beside it must know.
 *
 * @param backbone the architecture
 * @param mean of R, G and B in 0..255, subtracted
 * @param std of R, G and B in 0..255, divided by
 * @param licence what the weights may be used for, or empty
 */
public record BackboneFile(
    BackboneConfig backbone, List<Double> mean, List<Double> std, String licence) {
  /** Checks the ranges. */
  public BackboneFile {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    ChannelValues.require(mean, std);
  }

  /** With the numbers of a normalisation as the means and deviations. */
  public static BackboneFile of(BackboneConfig backbone, Normalization pixels, String licence) {
    return new BackboneFile(
        backbone, ChannelValues.means(pixels), ChannelValues.deviations(pixels), licence);
  }

  /** What was done to pixels before the backbone when it was trained. */
  public Normalization normalization() {
    return ChannelValues.normalization(mean, std);
  }

  /** What is done to pixels before the networks of a family. */
  public static Normalization normalization(CheckpointFamily family) {
    return family
        .pixels()
        .map(pixels -> ChannelValues.normalization(pixels.mean(), pixels.std()))
        .orElse(Normalization.IMAGENET);
  }
}
