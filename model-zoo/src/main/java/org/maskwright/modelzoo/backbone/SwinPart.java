package org.maskwright.modelzoo.backbone;

import static org.maskwright.modelzoo.part.Ranges.fourPositive;
import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireCount;
import static org.maskwright.modelzoo.part.Ranges.requireRate;
import static org.maskwright.modelzoo.part.Ranges.requireStages;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.HuggingFaceKeys;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/** Swin transformers (arXiv 2103.14030) in their segmentation variant; computed by {@link Swin}. */
public final class SwinPart implements BackbonePart {
  private static final int STAGES = 4;
  private static final int PATCH = 4;
  private static final double PUBLISHED_DROP_PATH = 0.3;
  private static final String PATCH_EMBED = "patch_embed.proj.weight";
  private static final String PLAIN_BLOCK = "blocks.0.attn.qkv.weight";

  /** Swin as released by Microsoft. */
  public static final CheckpointFamily MICROSOFT =
      CheckpointFamily.ofBackbone(
              KeyResource.of(CheckpointFamily.class, "swin-microsoft.keymap"),
              "Swin backbone (Microsoft)",
              "Swin: MIT",
              keys -> isSwin(keys) && !isTimm(keys))
          .withFresh(CheckpointFamily.STAGE_NORMS);

  /** Swin in timm 0.9 and later. */
  public static final CheckpointFamily TIMM =
      CheckpointFamily.ofBackbone(
              KeyResource.of(CheckpointFamily.class, "swin-timm.keymap"),
              "Swin backbone (timm)",
              "per model: see the licence field of its card",
              keys -> isSwin(keys) && isTimm(keys))
          .withFresh(CheckpointFamily.STAGE_NORMS);

  /** Plain transformers name their patches in the same way, and their blocks otherwise. */
  private static boolean isSwin(Set<String> keys) {
    return keys.contains(PATCH_EMBED) && !keys.contains(PLAIN_BLOCK);
  }

  private static boolean isTimm(Set<String> keys) {
    return keys.contains("layers.3.downsample.reduction.weight") || keys.contains("head.fc.weight");
  }

  @Override
  public String name() {
    return "swin";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * What a Swin can be.
   *
   * @param embedDim channels of the first stage; doubles with each stage
   * @param depths number of blocks of the four stages
   * @param heads attention heads of the four stages; divide the channels
   * @param window side of the attention windows in tokens
   * @param mlpRatio hidden channels of a block's MLP by its channels, 4 in the paper
   * @param dropPath drop-path probability of the last block, rising from 0 at the first
   * @param checkpointing whether each stage is computed again in the backward pass
   */
  public record Settings(
      @Doc("Channels of the first stage; doubles with each stage.") int embedDim,
      @Doc("Number of blocks of the four stages.") List<Integer> depths,
      @Doc("Attention heads of the four stages.") List<Integer> heads,
      @Doc("Side of the attention windows in tokens.") int window,
      @Doc("Hidden channels of a block's MLP by its channels.") int mlpRatio,
      @Doc("Drop-path probability of the last block, rising from 0 at the first; in [0,1).")
          double dropPath,
      @Doc(
              "Compute each stage again in the backward pass: less memory, one more forward pass of the backbone.")
          boolean checkpointing)
      implements BackboneConfig {
    /** Checks the ranges. */
    public Settings {
      depths = List.copyOf(depths);
      heads = List.copyOf(heads);
      requireWidth("embedDim", embedDim);
      requireStages("depths", depths);
      boolean divide = fourPositive(heads);
      for (int s = 0; divide && s < heads.size(); s++) {
        divide = (embedDim << s) % heads.get(s) == 0;
      }
      require(divide, "heads", "four divisors of the stages' channels", heads);
      requireCount("window", window);
      requireCount("mlpRatio", mlpRatio);
      requireRate("dropPath", dropPath);
    }

    Settings withDropPath(double other) {
      return new Settings(embedDim, depths, heads, window, mlpRatio, other, checkpointing);
    }

    @Override
    public Backbone build(Engine engine, int inputs) {
      return new Swin(engine, this, inputs);
    }

    /**
     * The row in the table of relative positions of each pair of tokens of a window with that side.
     *
     * <p><b>Shapes</b> [N,N] row-major with N = side^2, of (2 side - 1)^2 rows
     */
    public static long[] relativePositions(int side) {
      int n = side * side;
      long[] out = new long[n * n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          int dy = i / side - j / side + side - 1;
          int dx = i % side - j % side + side - 1;
          out[i * n + j] = (long) dy * (2 * side - 1) + dx;
        }
      }
      return out;
    }
  }

  @Override
  public Map<String, BackboneConfig> published() {
    Map<String, BackboneConfig> out = new LinkedHashMap<>();
    out.put("swin-t", published(96, 6, 3, 7));
    out.put("swin-s", published(96, 18, 3, 7));
    out.put("swin-b", published(128, 18, 4, 12));
    out.put("swin-l", published(192, 18, 6, 12));
    return out;
  }

  private static Settings published(int embedDim, int thirdDepth, int firstHeads, int window) {
    List<Integer> heads = List.of(firstHeads, 2 * firstHeads, 4 * firstHeads, 8 * firstHeads);
    return new Settings(
        embedDim, List.of(2, 2, thirdDepth, 2), heads, window, 4, PUBLISHED_DROP_PATH, false);
  }

  @Override
  public List<CheckpointFamily> families() {
    return List.of(TIMM, MICROSOFT);
  }

  @Override
  public Optional<BackboneConfig> deduce(StateDict state) {
    if (!state.contains("backbone." + PATCH_EMBED) || state.contains("backbone." + PLAIN_BLOCK)) {
      return Optional.empty();
    }
    List<Integer> depths = new ArrayList<>();
    List<Integer> heads = new ArrayList<>();
    for (int stage = 0; stage < STAGES; stage++) {
      String blocks = "backbone.layers." + stage + ".blocks.";
      depths.add(state.count(Pattern.quote(blocks) + "(\\d+)\\.norm1\\.weight"));
      heads.add(state.size(blocks + "0.attn.relative_position_bias_table", 1));
    }
    int embed = state.size("backbone." + PATCH_EMBED, 0);
    String first = "backbone.layers.0.blocks.0.";
    int tableSide =
        (int) Math.round(Math.sqrt(state.size(first + "attn.relative_position_bias_table", 0)));
    try {
      return Optional.of(
          new Settings(
              embed,
              depths,
              heads,
              (tableSide + 1) / 2,
              state.size(first + "mlp.fc1.weight", 0) / Math.max(embed, 1),
              PUBLISHED_DROP_PATH,
              false));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("an incomplete Swin: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<HuggingFaceBackbone> huggingFace() {
    return Optional.of(new InTransformers());
  }

  /**
   * SwinConfig and MaskFormerSwinConfig.
   *
   * <p><b>Source</b> Transformers 5.24
   */
  private static final class InTransformers implements HuggingFaceBackbone {
    private static final String DROP_PATH = "drop_path_rate";
    private static final double DEFAULT_DROP_PATH = 0.1;
    private static final String OF_MASKFORMER = "maskformer";

    @Override
    public List<String> modelTypes() {
      return List.of("swin", "maskformer-swin");
    }

    @Override
    public KeyResource keys() {
      return KeyResource.of(CheckpointFamily.class, "huggingface-swin.part");
    }

    @Override
    public Map<String, HuggingFaceKeys.Rule> rules() {
      return HuggingFaceKeys.of(Settings.class, "a Swin backbone")
          .stages()
          .only("patch_size", PATCH, PATCH, List.of(PATCH, PATCH))
          .shape("embed_dim", 96, Settings::embedDim)
          .shape("depths", List.of(2, 2, 6, 2), Settings::depths)
          .shape("num_heads", List.of(3, 6, 12, 24), Settings::heads)
          .shape("num_attention_heads", null, Settings::heads)
          .shape("window_size", 7, Settings::window)
          .shape("mlp_ratio", 4.0, Settings::mlpRatio)
          .only("qkv_bias", true, true)
          .only("hidden_act", "gelu", "gelu")
          .only("use_absolute_embeddings", false, false)
          .only("layer_norm_eps", 1e-5, 1e-5)
          .used(DROP_PATH)
          .training("hidden_dropout_prob attention_probs_dropout_prob")
          .none(
              "image_size encoder_stride hidden_size initializer_range path_norm num_layers"
                  + " num_hidden_layers")
          .rules();
    }

    @Override
    public BackboneConfig read(BackboneConfig deduced, Config section, StateDict state) {
      double rate = section.hasPath(DROP_PATH) ? section.getDouble(DROP_PATH) : DEFAULT_DROP_PATH;
      return deduced instanceof Settings settings ? settings.withDropPath(rate) : deduced;
    }

    @Override
    public Map<String, Object> write(BackboneConfig config, String modelType) {
      Settings settings = (Settings) config;
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("model_type", modelType.equals(OF_MASKFORMER) ? "maskformer-swin" : "swin");
      json.put("embed_dim", settings.embedDim());
      json.put("depths", settings.depths());
      json.put("num_heads", settings.heads());
      json.put("window_size", settings.window());
      json.put("mlp_ratio", (double) settings.mlpRatio());
      json.put(DROP_PATH, settings.dropPath());
      json.put("image_size", 32 * settings.window());
      json.put("qkv_bias", true);
      return json;
    }

    /** Transformers' MaskFormer keeps each window's index of relative positions in the file. */
    @Override
    public Map<String, HostTensor> derived(BackboneConfig config, String modelType) {
      Map<String, HostTensor> out = new LinkedHashMap<>();
      if (!modelType.equals(OF_MASKFORMER)) {
        return out;
      }
      Settings settings = (Settings) config;
      long tokens = (long) settings.window() * settings.window();
      long[] index = Settings.relativePositions(settings.window());
      for (int stage = 0; stage < settings.depths().size(); stage++) {
        for (int block = 0; block < settings.depths().get(stage); block++) {
          out.put(
              "backbone.layers.%d.blocks.%d.attn.relative_position_index".formatted(stage, block),
              HostTensor.ofLongs(index, tokens, tokens));
        }
      }
      return out;
    }
  }
}
