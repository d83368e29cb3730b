package org.maskwright.modelzoo.weights;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Ecosystems whose key names Maskwright reads, recognised by tell-tale keys, never by file name.
 * Maskwright's own names are the official detectron2 names, so {@link #OFFICIAL} is also the family
 * of its own files.
 */
public enum CheckpointFamily {
  /** Mask2Former and MaskFormer as released on detectron2; Maskwright's own files. */
  OFFICIAL(
      "official.keymap",
      "Mask2Former / MaskFormer (official, detectron2)",
      "if this file comes from the Mask2Former or MaskFormer model zoo: CC BY-NC 4.0"),
  /** Mask2Former in Hugging Face Transformers. */
  HF_MASK2FORMER(
      "huggingface-mask2former.keymap",
      "Mask2Former (Hugging Face Transformers)",
      "see the model card; converted facebook/mask2former-* weights are CC BY-NC 4.0 in origin"),
  /** MaskFormer in Hugging Face Transformers. */
  HF_MASKFORMER(
      "huggingface-maskformer.keymap",
      "MaskFormer (Hugging Face Transformers)",
      "see the model card; converted facebook/maskformer-* weights are CC BY-NC 4.0 in origin"),
  /** torchvision's ResNet-18, 34, 50, 101. */
  TORCHVISION_RESNET(
      "torchvision-resnet.keymap",
      "ResNet backbone (torchvision)",
      "torchvision's own weights: BSD-3-Clause; files of others: see their source"),
  /** Backbones converted for detectron2. */
  DETECTRON2_BACKBONE(
      "detectron2-backbone.keymap",
      "backbone (detectron2 conversion)",
      "the licence of the converted weights: torchvision BSD-3-Clause, Swin MIT"),
  /** Swin as released by Microsoft. */
  SWIN_MICROSOFT("swin-microsoft.keymap", "Swin backbone (Microsoft)", "Swin: MIT"),
  /** Swin in timm 0.9 and later. */
  SWIN_TIMM(
      "swin-timm.keymap", "Swin backbone (timm)", "per model: see the licence field of its card"),
  /** A residual network out of a DL4J ComputationGraph; its reader gives detectron2's names. */
  DL4J_RESNET(
      "detectron2-backbone.keymap", "ResNet backbone (DL4J graph)", "the file does not say");

  private final String table;
  private final String title;
  private final String licenceNote;

  CheckpointFamily(String table, String title, String licenceNote) {
    this.table = table;
    this.title = title;
    this.licenceNote = licenceNote;
  }

  /** For people, e.g. "Swin backbone (timm)". */
  public String title() {
    return title;
  }

  /** What is known about the licence of weights of this family. */
  public String licenceNote() {
    return licenceNote;
  }

  /** True if files of this family hold a backbone only. */
  public boolean isBackboneOnly() {
    return switch (this) {
      case OFFICIAL, HF_MASK2FORMER, HF_MASKFORMER -> false;
      case TORCHVISION_RESNET, DETECTRON2_BACKBONE, SWIN_MICROSOFT, SWIN_TIMM, DL4J_RESNET -> true;
    };
  }

  /** True for models of Hugging Face Transformers, beside which a config.json lies. */
  public boolean isHuggingFace() {
    return this == HF_MASK2FORMER || this == HF_MASKFORMER;
  }

  KeyTable table() {
    return Tables.ALL.get(this);
  }

  /** Read once, at the first use. */
  private static final class Tables {
    static final Map<CheckpointFamily, KeyTable> ALL = new EnumMap<>(CheckpointFamily.class);

    static {
      for (CheckpointFamily family : values()) {
        ALL.put(family, KeyTable.load(family.table));
      }
    }
  }

  /**
   * The same tensors under this family's names.
   *
   * @param state under Maskwright's names
   * @throws CheckpointException if a tensor has no counterpart in this family
   */
  public StateDict export(StateDict state) {
    return table().toTheirs(state);
  }

  /**
   * Recognises the family.
   *
   * @throws CheckpointException if no tell-tale key is there, or the family is known but not
   *     supported
   */
  static CheckpointFamily of(Set<String> keys) {
    if (any(keys, key -> key.startsWith("sem_seg_head."))) {
      return OFFICIAL;
    }
    if (any(keys, key -> key.startsWith("model.pixel_level_module."))) {
      return keys.contains("model.transformer_module.level_embed.weight")
          ? HF_MASK2FORMER
          : HF_MASKFORMER;
    }
    refuseUnsupported(keys);
    if (keys.contains("layer1.0.conv1.weight")) {
      return TORCHVISION_RESNET;
    }
    if (keys.contains("stem.conv1.weight") || keys.contains("norm0.weight")) {
      return DETECTRON2_BACKBONE;
    }
    if (any(keys, key -> key.startsWith("backbone."))) {
      return OFFICIAL;
    }
    if (keys.contains("patch_embed.proj.weight")) {
      boolean timm =
          keys.contains("layers.3.downsample.reduction.weight") || keys.contains("head.fc.weight");
      return timm ? SWIN_TIMM : SWIN_MICROSOFT;
    }
    throw new CheckpointException(
        "the key names belong to no known family; they start with "
            + keys.stream().limit(4).toList()
            + ". Known: official Mask2Former/MaskFormer, Hugging Face, torchvision, Swin, timm");
  }

  private static boolean any(Set<String> keys, Predicate<String> test) {
    return keys.stream().anyMatch(test);
  }

  private record Unsupported(String tellTale, String name) {}

  private static void refuseUnsupported(Set<String> keys) {
    List<Unsupported> others =
        List.of(
            new Unsupported("network.encoder.backbone.", "EoMT"),
            new Unsupported("panoptic_head.", "mmdetection"),
            new Unsupported("decode_head.", "mmsegmentation"),
            new Unsupported("image_encoder.", "Segment Anything"),
            new Unsupported("proposal_generator.", "detectron2 Mask R-CNN"));
    for (Unsupported other : others) {
      if (any(keys, key -> key.startsWith(other.tellTale()))) {
        throw new CheckpointException(
            "a checkpoint of %s (keys start with '%s'); Maskwright has no such model"
                .formatted(other.name(), other.tellTale()));
      }
    }
  }
}
