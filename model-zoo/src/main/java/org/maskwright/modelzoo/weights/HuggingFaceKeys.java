package org.maskwright.modelzoo.weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What each key of a section of Hugging Face's {@code config.json} means for a model's results, and
 * so what an import does about it. A key that is in no table is listed as unknown.
 *
 * <p><b>Source</b> Transformers 5.24: PreTrainedConfig; keys of files that releases 4.16 and later
 * wrote. {@code HuggingFaceKeysTest} changes each of them.
 *
 * @param <S> what the section describes
 */
public final class HuggingFaceKeys<S> {
  /** What a key is about. */
  public enum Kind {
    /** Taken over into the model's description. */
    USED,
    /** Another value than the accepted ones computes something that Maskwright does not. */
    ONLY,
    /** A property of the model that shows in the shapes of weights. */
    SHAPE,
    /** A property of the model that shapes do not show. */
    HIDDEN,
    /** Acts in training alone: losses and rates. */
    TRAINING,
    /** Never acts on a result. */
    NONE
  }

  /**
   * What an import does about a key.
   *
   * @param accepted values of a key that is ONLY checked
   * @param absent what the class takes if the file does not have the key; null for nothing
   * @param computed the value that what the section describes has here, for SHAPE and HIDDEN
   */
  public record Rule(Kind kind, List<?> accepted, Object absent, Function<Object, ?> computed) {}

  private static final List<String> STAGES = List.of("stage1", "stage2", "stage3", "stage4");

  private final Class<S> subject;
  private final String called;
  private final Map<String, Rule> rules = new LinkedHashMap<>();

  private HuggingFaceKeys(Class<S> subject, String called) {
    this.subject = subject;
    this.called = called;
    none(
        // of every configuration
        ("transformers_version architectures _name_or_path name_or_path dtype torch_dtype"
            + " return_dict output_hidden_states output_attentions torchscript"
            + " use_bfloat16 tf_legacy_loss chunk_size_feed_forward is_encoder_decoder is_decoder"
            + " add_cross_attention cross_attention_hidden_size tie_encoder_decoder"
            + " tie_word_embeddings finetuning_task task_specific_params problem_type"
            + " label2id num_labels tokenizer_class prefix _commit_hash _attn_implementation"
            + " attn_implementation _attn_implementation_autoset use_cache"
            // of text generation, which releases 4.0 to 4.5x wrote for every model
            + " bos_token_id pad_token_id eos_token_id sep_token_id decoder_start_token_id"
            + " max_length min_length do_sample early_stopping num_beams num_beam_groups"
            + " diversity_penalty temperature top_k top_p typical_p repetition_penalty"
            + " length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids"
            + " num_return_sequences output_scores return_dict_in_generate forced_bos_token_id"
            + " forced_eos_token_id remove_invalid_values exponential_decay_length_penalty"
            + " suppress_tokens begin_suppress_tokens"));
    used("model_type", "id2label");
    only("pruned_heads", Map.of(), Map.of(), List.of());
    only("quantization_config", null);
  }

  /**
   * The keys of every configuration, to which the section's own are added.
   *
   * @param called what the section describes, such as "a Swin backbone", for faults
   */
  public static <S> HuggingFaceKeys<S> of(Class<S> subject, String called) {
    return new HuggingFaceKeys<>(subject, called);
  }

  /** All rules by key. */
  public Map<String, Rule> rules() {
    return rules;
  }

  /**
   * A part of what a section describes, as its own type.
   *
   * @throws CheckpointException if it is of another type, and the section so describes something
   *     else
   */
  public static <T> T as(Class<T> type, Object part, String called) {
    if (!type.isInstance(part)) {
      throw new CheckpointException(
          "describes " + called + ", but the weights or the model do not");
    }
    return type.cast(part);
  }

  /** Keys that are taken over. */
  public HuggingFaceKeys<S> used(String... names) {
    for (String key : names) {
      rules.put(key, new Rule(Kind.USED, List.of(), null, null));
    }
    return this;
  }

  /** A key that must have one of these values. */
  public HuggingFaceKeys<S> only(String key, Object absent, Object... accepted) {
    rules.put(key, new Rule(Kind.ONLY, List.of(accepted), absent, null));
    return this;
  }

  /** A key that must be as the weights' shapes say. */
  public HuggingFaceKeys<S> shape(String key, Object absent, Function<S, ?> computed) {
    rules.put(key, new Rule(Kind.SHAPE, List.of(), absent, ofSubject(computed)));
    return this;
  }

  /** A key that the weights' shapes do not show. */
  public HuggingFaceKeys<S> hidden(String key, Object absent, Function<S, ?> computed) {
    rules.put(key, new Rule(Kind.HIDDEN, List.of(), absent, ofSubject(computed)));
    return this;
  }

  private Function<Object, ?> ofSubject(Function<S, ?> computed) {
    return part -> computed.apply(as(subject, part, called));
  }

  /** Keys, separated by spaces, that act in training only. */
  public HuggingFaceKeys<S> training(String names) {
    for (String key : names.split(" ", -1)) {
      rules.put(key, new Rule(Kind.TRAINING, List.of(), null, null));
    }
    return this;
  }

  /** Keys, separated by spaces, that change no result. */
  public HuggingFaceKeys<S> none(String names) {
    for (String key : names.split(" ", -1)) {
      rules.put(key, new Rule(Kind.NONE, List.of(), null, null));
    }
    return this;
  }

  /** The keys that choose a backbone's outputs: all four stages. */
  public HuggingFaceKeys<S> stages() {
    only("num_channels", 3, 3);
    only("out_features", null, STAGES);
    only("out_indices", null, List.of(1, 2, 3, 4));
    only("_out_features", null, STAGES);
    only("_out_indices", null, List.of(1, 2, 3, 4));
    return only("stage_names", null, List.of("stem", "stage1", "stage2", "stage3", "stage4"));
  }

  /** Releases 4.38 to 4.5x could take the backbone from elsewhere. */
  public HuggingFaceKeys<S> noBackboneByName() {
    only("backbone", null);
    only("use_timm_backbone", false, false);
    only("use_pretrained_backbone", false, false);
    return only("backbone_kwargs", null, Map.of());
  }
}
