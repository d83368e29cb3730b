package org.maskwright.modelzoo.family;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.part.Part;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoderPart;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Registry;

/** All families of checkpoints: those of whole models, and what the parts recognise. */
public final class KnownFamilies {
  private KnownFamilies() {}

  /** All, in the order in which they are tried. */
  public static List<CheckpointFamily> all() {
    List<CheckpointFamily> out = new ArrayList<>();
    out.add(CheckpointFamily.OFFICIAL);
    HuggingFaceModels.ALL.forEach(model -> out.add(model.family()));
    out.addAll(ofParts());
    return out;
  }

  /**
   * That of a {@code model_type} of Hugging Face Transformers.
   *
   * @throws CheckpointException if there is none
   */
  public static CheckpointFamily ofType(String modelType) {
    return HuggingFaceModels.ofType(modelType).family();
  }

  /**
   * The weights of a model under the names of its official code.
   *
   * @param state under Maskwright's names
   */
  public static StateDict official(ModelConfig model, StateDict state) {
    return Registry.of(DecoderPart.class)
        .of(model.decoder())
        .official(state)
        .map(family -> family.export(state))
        .orElse(state);
  }

  private static List<CheckpointFamily> ofParts() {
    List<CheckpointFamily> out = new ArrayList<>();
    out.addAll(of(Registry.of(DecoderPart.class))); // whole models before what they hold
    out.add(CheckpointFamily.DETECTRON2_BACKBONE);
    out.addAll(of(Registry.of(BackbonePart.class)));
    out.addAll(of(Registry.of(PixelDecoderPart.class)));
    return out;
  }

  private static <P extends Part> List<CheckpointFamily> of(Registry<P> parts) {
    return parts.variants().stream()
        .flatMap(part -> parts.ask(part, part::families).stream())
        .toList();
  }

  /**
   * Recognises the family.
   *
   * @throws CheckpointException if no tell-tale key is there, or the family is known but not
   *     supported
   */
  public static CheckpointFamily of(Set<String> keys) {
    Optional<CheckpointFamily> model =
        Stream.concat(
                Stream.of(CheckpointFamily.OFFICIAL),
                HuggingFaceModels.ALL.stream().map(HuggingFaceModel::family))
            .filter(family -> family.recognises(keys))
            .findFirst();
    if (model.isPresent()) {
      return model.get();
    }
    refuseUnsupported(keys);
    Optional<CheckpointFamily> part =
        ofParts().stream().filter(family -> family.recognises(keys)).findFirst();
    if (part.isPresent()) {
      return part.get();
    }
    if (anyStartsWith(keys, "backbone.")) {
      return CheckpointFamily.OFFICIAL;
    }
    throw new CheckpointException(
        "the key names belong to no known family; they start with "
            + keys.stream().limit(4).toList()
            + ". Known: "
            + all().stream().map(CheckpointFamily::title).collect(Collectors.joining(", ")));
  }

  private static boolean anyStartsWith(Set<String> keys, String prefix) {
    return keys.stream().anyMatch(key -> key.startsWith(prefix));
  }

  private record Unsupported(String tellTale, String name) {}

  private static void refuseUnsupported(Set<String> keys) {
    List<Unsupported> others =
        List.of(
            new Unsupported("panoptic_head.", "mmdetection"),
            new Unsupported("decode_head.", "mmsegmentation"),
            new Unsupported("_blocks.0._se_reduce.", "EfficientNet with squeeze and excitation"),
            new Unsupported("proposal_generator.", "detectron2 Mask R-CNN"));
    for (Unsupported other : others) {
      if (anyStartsWith(keys, other.tellTale())) {
        throw new CheckpointException(
            "a checkpoint of %s (keys start with '%s'); Maskwright has no such model"
                .formatted(other.name(), other.tellTale()));
      }
    }
  }
}
