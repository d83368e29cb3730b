package org.maskwright.modelzoo.backbone;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/**
 * MobileNetV2 (arXiv 1801.04381), padded as in torchvision; computed by {@link InvertedResiduals}.
 */
public final class MobileNetV2Part implements BackbonePart {
  private static final String NAME = "mobilenet-v2";
  private static final List<Integer> KERNELS = List.of(3, 3, 3, 3, 3, 3, 3);
  private static final String LICENCE =
      "torchvision's own weights: BSD-3-Clause; files of others: see their source";

  /** torchvision since 0.3: a convolution and what follows it are a group of their own. */
  public static final CheckpointFamily TORCHVISION =
      CheckpointFamily.ofBackbone(
          KeyResource.of(CheckpointFamily.class, "torchvision-mobilenet-v2.keymap"),
          "MobileNetV2 backbone (torchvision)",
          LICENCE,
          keys -> keys.contains("features.1.conv.0.0.weight"));

  /** Before: the layers of a block are numbered through. Many programs keep to these names. */
  public static final CheckpointFamily NUMBERED =
      CheckpointFamily.ofBackbone(
          KeyResource.of(CheckpointFamily.class, "numbered-mobilenet-v2.keymap"),
          "MobileNetV2 backbone (layers numbered)",
          LICENCE,
          keys -> keys.contains("features.1.conv.0.weight"));

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * What a MobileNetV2 can be.
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
          new InvertedResiduals.Manner(ConvNorm.Padding.EVEN, ConvNorm.EPS, norm, checkpointing));
    }

    @Override
    public Optional<String> cautionWithoutWeights() {
      return norm.cautionWithoutWeights(NAME);
    }
  }

  @Override
  public Map<String, BackboneConfig> published() {
    return Map.of(
        NAME,
        new Settings(
            32,
            List.of(16, 24, 32, 64, 96, 160, 320),
            List.of(1, 2, 3, 4, 3, 3, 1),
            ResNetPart.Norm.FROZEN,
            false));
  }

  @Override
  public List<CheckpointFamily> families() {
    return List.of(TORCHVISION, NUMBERED);
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
