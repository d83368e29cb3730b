package org.maskwright.modelzoo.backbone;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.PixelStatistics;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/**
 * EfficientNet-Lite: EfficientNet (arXiv 1905.11946) without squeeze and excitation, with ReLU6 for
 * swish, and with a stem that does not grow; padded as in TensorFlow. Computed by {@link
 * InvertedResiduals}.
 *
 * <p><b>Source</b> tensorflow/tpu, models/official/efficientnet/lite (Apache-2.0).
 */
public final class EfficientNetLitePart implements BackbonePart {
  private static final String NAME = "efficientnet-lite";
  private static final List<Integer> KERNELS = List.of(3, 3, 5, 3, 5, 5, 3);
  private static final int STEM = 32;
  private static final double EPS = 1e-3;

  /** Of EfficientNet-PyTorch and its conversions; weights of tensorflow/tpu. */
  public static final CheckpointFamily PYTORCH =
      CheckpointFamily.ofBackbone(
              KeyResource.of(CheckpointFamily.class, "efficientnet-lite.keymap"),
              "EfficientNet-Lite backbone (EfficientNet-PyTorch)",
              "tensorflow/tpu's own weights: Apache-2.0; files of others: see their source",
              keys ->
                  keys.contains("_blocks.0._depthwise_conv.weight")
                      && !keys.contains("_blocks.0._se_reduce.weight"))
          .withPixels(PixelStatistics.same(127, 128));

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * What an EfficientNet-Lite can be.
   *
   * @param stem channels of the first convolution
   * @param channels of the seven stages; the maps are those of the 2nd, 3rd, 5th and 7th
   * @param blocks number of blocks of the seven stages
   * @param norm what follows a convolution
   * @param checkpointing whether what leads to a map is computed again in the backward pass
   */
  public record Settings(
      @Doc("Channels of the first convolution.") int stem,
      @Doc("Channels of the seven stages; the maps are the 2nd, 3rd, 5th and 7th.")
          List<Integer> channels,
      @Doc("Number of blocks of the seven stages.") List<Integer> blocks,
      @Doc("frozen batch norm, or batch: statistics of the batch, trained affine values.")
          ResNetPart.Norm norm,
      @Doc(
              "Compute what leads to a map again in the backward pass: less memory, one more forward pass of the backbone.")
          boolean checkpointing)
      implements BackboneConfig {
    /** Checks the ranges. */
    public Settings {
      channels = List.copyOf(channels);
      blocks = List.copyOf(blocks);
      shape(stem, channels, blocks);
    }

    private static InvertedResiduals.Shape shape(
        int stem, List<Integer> channels, List<Integer> blocks) {
      return new InvertedResiduals.Shape(stem, channels, blocks, KERNELS);
    }

    @Override
    public Backbone build(Engine engine, int inputs) {
      return new InvertedResiduals(
          engine,
          inputs,
          shape(stem, channels, blocks),
          new InvertedResiduals.Manner(ConvNorm.Padding.SAME, EPS, norm, checkpointing));
    }

    @Override
    public Optional<String> cautionWithoutWeights() {
      return norm.cautionWithoutWeights(NAME);
    }
  }

  @Override
  public Map<String, BackboneConfig> published() {
    Map<String, BackboneConfig> out = new LinkedHashMap<>();
    List<Integer> narrow = List.of(16, 24, 40, 80, 112, 192, 320);
    out.put("efficientnet-lite0", published(narrow, List.of(1, 2, 2, 3, 3, 4, 1)));
    out.put("efficientnet-lite1", published(narrow, List.of(1, 3, 3, 4, 4, 5, 1)));
    out.put(
        "efficientnet-lite2",
        published(List.of(16, 24, 48, 88, 120, 208, 352), List.of(1, 3, 3, 4, 4, 5, 1)));
    return out;
  }

  private static Settings published(List<Integer> channels, List<Integer> blocks) {
    return new Settings(STEM, channels, blocks, ResNetPart.Norm.FROZEN, false);
  }

  @Override
  public List<CheckpointFamily> families() {
    return List.of(PYTORCH);
  }

  @Override
  public Optional<BackboneConfig> deduce(StateDict state) {
    return InvertedResiduals.Shape.of(state)
        .filter(shape -> shape.kernels().equals(KERNELS))
        .map(
            shape ->
                new Settings(
                    shape.stem(), shape.channels(), shape.blocks(), ResNetPart.Norm.FROZEN, false));
  }
}
