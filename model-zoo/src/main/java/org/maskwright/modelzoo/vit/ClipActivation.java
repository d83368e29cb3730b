package org.maskwright.modelzoo.vit;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * Which GELU a CLIP was trained with, in the encoder of words and in a transformer of pictures. The
 * weights do not show it, and the wrong one gives wrong vectors without an error: it is what a file
 * beside them says, else what is given, and never guessed.
 */
public final class ClipActivation {
  private static final String HIDDEN_ACT = "hidden_act";
  private static final String QUICK = "quick_gelu";
  private static final List<VitActivation> OF_CLIP =
      List.of(VitActivation.QUICK_GELU, VitActivation.GELU);

  private ClipActivation() {}

  /**
   * As an encoder's section of Transformers' {@code config.json} says; quick GELU where it does
   * not.
   *
   * @throws CheckpointException if it is another
   */
  public static VitActivation ofHuggingFace(Config encoder) {
    String name = encoder.hasPath(HIDDEN_ACT) ? encoder.getString(HIDDEN_ACT) : QUICK;
    return OF_CLIP.stream()
        .filter(each -> each.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CheckpointException(
                    "%s: expected quick_gelu or gelu, got %s".formatted(HIDDEN_ACT, name)));
  }

  /** As {@code open_clip_config.json} says; GELU where it does not. */
  public static VitActivation ofOpenClip(Config file) {
    String quick = "model_cfg." + QUICK;
    return file.hasPath(quick) && file.getBoolean(quick)
        ? VitActivation.QUICK_GELU
        : VitActivation.GELU;
  }

  /**
   * The activation of an encoder.
   *
   * @param said by a file beside the weights
   * @param given by the user
   * @throws CheckpointException if it is neither said nor given, or both and not the same
   */
  public static VitActivation decided(
      Optional<VitActivation> said, Optional<VitActivation> given) {
    if (said.isPresent() && given.isPresent() && !said.equals(given)) {
      throw new CheckpointException(
          "its settings say %s, got %s; leave the activation out"
              .formatted(text(said.get()), text(given.get())));
    }
    return said.or(() -> given)
        .orElseThrow(
            () ->
                new CheckpointException(
                    "no file beside the weights says which GELU they were trained with; give"
                        + " --activation: quick-gelu of OpenAI's and MetaCLIP's (OpenCLIP's names"
                        + " with -quickgelu), gelu of all others of OpenCLIP"));
  }

  /** As people write it: {@code quick-gelu}, {@code gelu}. */
  public static String text(VitActivation activation) {
    return activation.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The one that people write so, whatever the case; empty if there is none. */
  public static Optional<VitActivation> ofText(String text) {
    return OF_CLIP.stream().filter(each -> text(each).equalsIgnoreCase(text)).findFirst();
  }
}
