package org.maskwright.modelzoo.vit;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.PixelStatistics;

/** The checkpoints of others that hold a plain transformer. */
final class VitCheckpoints {
  static final Pattern PYRAMID = Pattern.compile("backbone\\.simfp_\\d\\..+");
  private static final String CARD = "per model: see the licence field of its card";
  private static final String CLIP_LICENCE = "OpenAI's CLIP: MIT; files of others: see their card";
  private static final String SAM_LICENCE = "Segment Anything: Apache-2.0";
  private static final String HUGGING_FACE_PATCHES =
      "embeddings.patch_embeddings.projection.weight";

  /** A key of Painter's and SegGPT's files, which hold a whole model: the decoder's. */
  private static final String PAINTER = "segment_token_x";

  static final List<CheckpointFamily> ALL =
      List.of(
          family(
              "vit.keymap",
              "plain transformer (DINOv2, DINOv3, MAE)",
              "DINOv2: Apache-2.0; DINOv3: its own licence; MAE: CC BY-NC 4.0",
              has("blocks.0.attn.qkv.weight", "patch_embed.proj.weight")
                  .and(keys -> !keys.contains(PAINTER))),
          family(
              "sam.keymap",
              "image encoder of Segment Anything",
              SAM_LICENCE,
              has("image_encoder.blocks.0.attn.qkv.weight")),
          family(
                  "open-clip.keymap",
                  "image encoder of CLIP (OpenCLIP)",
                  CLIP_LICENCE,
                  has("visual.transformer.resblocks.0.attn.in_proj_weight"))
              .withPixels(PixelStatistics.CLIP)
              .withBeside(ClipSidecar::ofOpenClip),
          family(
              "huggingface-dinov2.keymap",
              "DINOv2 (Hugging Face Transformers)",
              "DINOv2: Apache-2.0",
              has(HUGGING_FACE_PATCHES, "encoder.layer.0.layer_scale1.lambda1")),
          family(
              "huggingface-dinov3.keymap",
              "DINOv3 (Hugging Face Transformers)",
              "DINOv3: its own licence",
              has("embeddings.patch_embeddings.weight", "layer.0.attention.q_proj.weight")),
          family(
              "huggingface-vit.keymap",
              "MAE (Hugging Face Transformers)",
              CARD,
              has(HUGGING_FACE_PATCHES, "encoder.layer.0.layernorm_before.weight")),
          family(
                  "huggingface-clip.keymap",
                  "CLIP (Hugging Face Transformers)",
                  CLIP_LICENCE,
                  has("vision_model.encoder.layers.0.self_attn.q_proj.weight"))
              .withPixels(PixelStatistics.CLIP)
              .withBeside(ClipSidecar::ofHuggingFace),
          family(
                  "huggingface-clip-vision.keymap",
                  "image encoder of CLIP (Hugging Face Transformers)",
                  CLIP_LICENCE,
                  has("encoder.layers.0.self_attn.q_proj.weight", "pre_layrnorm.weight"))
              .withPixels(PixelStatistics.CLIP)
              .withBeside(ClipSidecar::ofHuggingFace),
          family(
              "huggingface-sam.keymap",
              "image encoder of Segment Anything (Hugging Face Transformers)",
              SAM_LICENCE,
              has("vision_encoder.layers.0.attn.qkv.weight")));

  private VitCheckpoints() {}

  private static CheckpointFamily family(
      String table, String title, String licence, Predicate<Set<String>> tellTale) {
    return CheckpointFamily.ofBackbone(
            KeyResource.of(VitPart.class, table), title, licence, tellTale)
        .withFresh(PYRAMID);
  }

  private static Predicate<Set<String>> has(String... keys) {
    return all -> all.containsAll(List.of(keys));
  }
}
