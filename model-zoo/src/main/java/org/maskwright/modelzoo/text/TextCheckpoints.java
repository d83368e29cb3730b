package org.maskwright.modelzoo.text;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.KeyResource;

/** The checkpoints that hold a text encoder of CLIP's, alone or beside one of pictures. */
public final class TextCheckpoints {
  private static final String LICENCE = "OpenAI's CLIP: MIT; files of others: see their card";

  /** OpenAI's code, OpenCLIP, MetaCLIP, SLIP. */
  public static final CheckpointFamily OPENAI =
      family(
          "openai-text.keymap",
          "text encoder of CLIP (OpenAI, OpenCLIP, MetaCLIP)",
          has("token_embedding.weight", "transformer.resblocks.0.attn.in_proj_weight"));

  /** Models of OpenCLIP whose text encoder is a module of its own. */
  public static final CheckpointFamily OPEN_CLIP =
      family(
          "open-clip-text.keymap",
          "text encoder of CLIP (OpenCLIP, under text.)",
          has("text.token_embedding.weight", "text.transformer.resblocks.0.attn.in_proj_weight"));

  /** {@code CLIPModel} and {@code CLIPTextModelWithProjection}. */
  public static final CheckpointFamily HUGGING_FACE =
      family(
          "huggingface-text.keymap",
          "text encoder of CLIP (Hugging Face Transformers)",
          has("text_model.encoder.layers.0.self_attn.q_proj.weight"));

  private static final List<CheckpointFamily> ALL = List.of(OPENAI, OPEN_CLIP, HUGGING_FACE);

  private TextCheckpoints() {}

  private static CheckpointFamily family(
      String table, String title, Predicate<Set<String>> tellTale) {
    return CheckpointFamily.ofModel(
        KeyResource.of(TextCheckpoints.class, table), title, LICENCE, tellTale);
  }

  private static Predicate<Set<String>> has(String... keys) {
    return all -> all.containsAll(List.of(keys));
  }

  /**
   * The family of a file with these keys.
   *
   * @throws CheckpointException if it has no text encoder of CLIP's
   */
  static CheckpointFamily of(Set<String> keys) {
    return ALL.stream()
        .filter(each -> each.recognises(keys))
        .findFirst()
        .orElseThrow(
            () ->
                new CheckpointException(
                    "expected the weights of a CLIP with its text encoder (OpenAI's, OpenCLIP's,"
                        + " MetaCLIP's or Hugging Face's names), got "
                        + keys.stream().limit(4).toList()
                        + (keys.size() > 4 ? " and " + (keys.size() - 4) + " more" : "")));
  }
}
