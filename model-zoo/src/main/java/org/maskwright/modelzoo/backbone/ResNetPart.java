package org.maskwright.modelzoo.backbone;

import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireStages;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HuggingFaceKeys;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/** Residual networks (arXiv 1512.03385); computed by {@link ResNet}. */
public final class ResNetPart implements BackbonePart {
  private static final int STAGES = 4;
  private static final int WIDTH = 64;

  /** torchvision's ResNet-18, 34, 50, 101. */
  public static final CheckpointFamily TORCHVISION =
      CheckpointFamily.ofBackbone(
          KeyResource.of(CheckpointFamily.class, "torchvision-resnet.keymap"),
          "ResNet backbone (torchvision)",
          "torchvision's own weights: BSD-3-Clause; files of others: see their source",
          keys -> keys.contains("layer1.0.conv1.weight"));

  /**
   * A residual network out of a DL4J ComputationGraph; its reader gives detectron2's names, and
   * says so.
   */
  public static final CheckpointFamily DL4J =
      CheckpointFamily.ofBackbone(
          KeyResource.of(CheckpointFamily.class, "detectron2-backbone.keymap"),
          "ResNet backbone (DL4J graph)",
          "the file does not say",
          keys -> false);

  /** ResNet-101 with a deep stem, of MaskFormer's semantic models. */
  public static final Settings R101C =
      new Settings(Block.BOTTLENECK, List.of(3, 4, 23, 3), WIDTH, Stem.DEEP, Norm.FROZEN, false);

  @Override
  public String name() {
    return "resnet";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * What a residual network can be.
   *
   * @param block BASIC (18, 34) or BOTTLENECK (50, 101)
   * @param blocks number of blocks of the four stages
   * @param width channels inside the first stage, 64 in the paper
   * @param stem first layers
   * @param norm what follows a convolution
   * @param checkpointing whether each stage is computed again in the backward pass
   * @param geometry where strides and paddings sit
   */
  public record Settings(
      @Doc("Residual blocks: basic (ResNet-18, 34) or bottleneck (50, 101).") Block block,
      @Doc("Number of blocks of the four stages.") List<Integer> blocks,
      @Doc("Channels inside the first stage, 64 in the paper.") int width,
      @Doc("First layers: basic (one 7x7 convolution) or deep (three 3x3).") Stem stem,
      @Doc("frozen batch norm, or batch: statistics of the batch, trained affine values.")
          Norm norm,
      @Doc(
              "Compute each stage again in the backward pass: less memory, one more forward pass of the backbone.")
          boolean checkpointing,
      @Doc("Where strides and paddings sit, of which weights show nothing.") Geometry geometry)
      implements BackboneConfig {
    /** Checks the ranges. */
    public Settings {
      blocks = List.copyOf(blocks);
      requireStages("blocks", blocks);
      requireWidth("width", width);
    }

    /** In torchvision's geometry. */
    public Settings(
        Block block, List<Integer> blocks, int width, Stem stem, Norm norm, boolean checkpointing) {
      this(block, blocks, width, stem, norm, checkpointing, Geometry.TORCHVISION);
    }

    /** The same network with strides and paddings elsewhere. */
    public Settings withGeometry(Geometry other) {
      return new Settings(block, blocks, width, stem, norm, checkpointing, other);
    }

    @Override
    public Backbone build(Engine engine, int inputs) {
      return new ResNet(engine, this, inputs);
    }

    @Override
    public int finestStride() {
      return BackboneConfig.super.finestStride() * geometry.strides().get(0);
    }

    @Override
    public Optional<Record> unseen() {
      return Optional.of(geometry);
    }

    @Override
    public BackboneConfig withUnseen(Record unseen) {
      return unseen instanceof Geometry other ? withGeometry(other) : this;
    }

    @Override
    public Optional<String> cautionWithoutWeights() {
      return norm.cautionWithoutWeights("resnet");
    }
  }

  /**
   * What the weights' shapes do not tell about a residual network.
   *
   * @param strideIn which convolution of a bottleneck has the stride
   * @param poolPadding rows and columns around the input of the stem's 3x3 pooling, 0 or 1
   * @param strides of the four stages, 1 or 2; 2,2,2 after the first
   */
  public record Geometry(
      @Doc(
              "Which convolution of a bottleneck has the stride: spatial (the 3x3: torchvision, detectron2) or first (Keras, DL4J, Caffe).")
          StrideIn strideIn,
      @Doc(
              "Rows and columns around the input of the stem's pooling: 1, or 0 as in the zoo of DL4J.")
          int poolPadding,
      @Doc("Strides of the four stages: [1, 2, 2, 2], or [2, 2, 2, 2] as in the zoo of DL4J.")
          List<Integer> strides) {
    /** torchvision's and detectron2's: maps at strides 4 to 32. */
    public static final Geometry TORCHVISION =
        new Geometry(StrideIn.SPATIAL, 1, List.of(1, 2, 2, 2));

    /** Keras's, and that of the original Caffe models. */
    public static final Geometry KERAS = new Geometry(StrideIn.FIRST, 1, List.of(1, 2, 2, 2));

    /** Of the zoo of DL4J: its first stage strides too, so its maps are at strides 8 to 64. */
    public static final Geometry DL4J = new Geometry(StrideIn.FIRST, 0, List.of(2, 2, 2, 2));

    /** Checks the ranges. */
    public Geometry {
      strides = List.copyOf(strides);
      require(poolPadding == 0 || poolPadding == 1, "poolPadding", "0 or 1", poolPadding);
      boolean known = strides.equals(List.of(1, 2, 2, 2)) || strides.equals(List.of(2, 2, 2, 2));
      require(known, "strides", "[1,2,2,2] or [2,2,2,2]", strides);
    }
  }

  /** The convolution of a bottleneck that has the stride. */
  public enum StrideIn {
    /** The first, 1x1. */
    FIRST,
    /** The 3x3. */
    SPATIAL
  }

  /** Residual blocks. */
  public enum Block {
    /** Two 3x3 convolutions. */
    BASIC,
    /** 1x1, 3x3, 1x1 convolutions; four times as many channels out as inside. */
    BOTTLENECK;

    /** Channels out by channels inside. */
    int expansion() {
      return this == BASIC ? 1 : 4;
    }
  }

  /** First layers of a residual network. */
  public enum Stem {
    /** One 7x7 convolution. */
    BASIC,
    /** Three 3x3 convolutions and twice as many channels (ResNet-101c of MaskFormer). */
    DEEP
  }

  /** Batch normalisation of a convolutional network. */
  public enum Norm {
    /** Never changes. */
    FROZEN,
    /** Statistics of this process's batch, trained affine values. */
    BATCH;

    /** What speaks against training a backbone of that name with it from random values. */
    Optional<String> cautionWithoutWeights(String backbone) {
      return this == FROZEN
          ? Optional.of(
              "model.backbone.%s.norm = frozen is for a trained backbone, and this one starts"
                      .formatted(backbone)
                  + " from random values; set init.backbone, or norm = batch")
          : Optional.empty();
    }
  }

  @Override
  public Map<String, BackboneConfig> published() {
    Map<String, BackboneConfig> out = new LinkedHashMap<>();
    out.put("r18", published(Block.BASIC, 2, 2, 2, 2));
    out.put("r34", published(Block.BASIC, 3, 4, 6, 3));
    out.put("r50", published(Block.BOTTLENECK, 3, 4, 6, 3));
    out.put("r101", published(Block.BOTTLENECK, 3, 4, 23, 3));
    return out;
  }

  private static Settings published(Block block, Integer... blocks) {
    return new Settings(block, List.of(blocks), WIDTH, Stem.BASIC, Norm.FROZEN, false);
  }

  @Override
  public List<CheckpointFamily> families() {
    return List.of(TORCHVISION, DL4J);
  }

  @Override
  public Optional<BackboneConfig> deduce(StateDict state) {
    boolean deepStem = state.contains("backbone.stem.conv1_1.weight");
    if (!deepStem && !state.contains("backbone.stem.conv1.weight")) {
      return Optional.empty();
    }
    List<Integer> blocks = new ArrayList<>();
    for (int stage = 2; stage < 2 + STAGES; stage++) {
      blocks.add(state.count("backbone\\.res" + stage + "\\.(\\d+)\\.conv1\\.weight"));
    }
    boolean bottleneck = state.contains("backbone.res2.0.conv3.weight");
    try {
      return Optional.of(
          new Settings(
              bottleneck ? Block.BOTTLENECK : Block.BASIC,
              blocks,
              state.size("backbone.res2.0.conv1.weight", 0),
              deepStem ? Stem.DEEP : Stem.BASIC,
              Norm.FROZEN,
              false));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("an incomplete ResNet: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<HuggingFaceBackbone> huggingFace() {
    return Optional.of(new InTransformers());
  }

  /**
   * ResNetConfig.
   *
   * <p><b>Source</b> Transformers 5.24
   */
  private static final class InTransformers implements HuggingFaceBackbone {
    private static final String IN_FIRST_STAGE = "downsample_in_first_stage";
    private static final String IN_BOTTLENECK = "downsample_in_bottleneck";

    @Override
    public List<String> modelTypes() {
      return List.of("resnet");
    }

    @Override
    public KeyResource keys() {
      return KeyResource.of(CheckpointFamily.class, "huggingface-resnet.part");
    }

    @Override
    public Map<String, HuggingFaceKeys.Rule> rules() {
      return HuggingFaceKeys.of(Settings.class, "a ResNet backbone")
          .stages()
          .shape("embedding_size", WIDTH, Settings::width)
          .shape("hidden_sizes", List.of(256, 512, 1024, 2048), InTransformers::channels)
          .shape("depths", List.of(3, 4, 6, 3), Settings::blocks)
          .shape("layer_type", "bottleneck", InTransformers::layerType)
          .only("hidden_act", "relu", "relu")
          .hidden(IN_FIRST_STAGE, false, InTransformers::stridesInFirstStage)
          .hidden(IN_BOTTLENECK, false, s -> s.geometry().strideIn() == StrideIn.FIRST)
          .rules();
    }

    private static List<Integer> channels(Settings settings) {
      List<Integer> out = new ArrayList<>();
      for (int stage = 0; stage < STAGES; stage++) {
        out.add(settings.width() * settings.block().expansion() << stage);
      }
      return out;
    }

    private static String layerType(Settings settings) {
      return settings.block() == Block.BOTTLENECK ? "bottleneck" : "basic";
    }

    private static boolean stridesInFirstStage(Settings settings) {
      return settings.geometry().strides().get(0) == 2;
    }

    @Override
    public BackboneConfig read(BackboneConfig deduced, Config section, StateDict state) {
      boolean first = is(section, IN_FIRST_STAGE);
      if (first && !state.contains("backbone.res2.0.shortcut.weight")) {
        throw new CheckpointException(
            "backbone_config." + IN_FIRST_STAGE + ": expected false, as in the weights, got true");
      }
      return deduced.withUnseen(
          new Geometry(
              is(section, IN_BOTTLENECK) ? StrideIn.FIRST : StrideIn.SPATIAL,
              1,
              List.of(first ? 2 : 1, 2, 2, 2)));
    }

    private static boolean is(Config section, String key) {
      return section.hasPath(key) && section.getBoolean(key);
    }

    @Override
    public Map<String, Object> write(BackboneConfig config, String modelType) {
      Settings settings = (Settings) config;
      if (settings.stem() == Stem.DEEP) {
        throw new CheckpointException(
            "Hugging Face's ResNet has no stem of three convolutions; export --to official"
                + " instead");
      }
      if (settings.geometry().poolPadding() != 1) {
        throw new CheckpointException("Hugging Face's ResNet has no pooling without padding");
      }
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("model_type", "resnet");
      json.put("embedding_size", settings.width());
      json.put("hidden_sizes", channels(settings));
      json.put("depths", settings.blocks());
      json.put("layer_type", layerType(settings));
      json.put("hidden_act", "relu");
      json.put(IN_FIRST_STAGE, stridesInFirstStage(settings));
      json.put(IN_BOTTLENECK, settings.geometry().strideIn() == StrideIn.FIRST);
      return json;
    }
  }
}
