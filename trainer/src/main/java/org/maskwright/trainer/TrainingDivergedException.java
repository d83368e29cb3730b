package org.maskwright.trainer;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A training step that cannot be continued from: a loss, a gradient or a matching cost is not
 * finite. Says in which step, which part of the loss, for which images, and which checkpoint is the
 * last good one.
 */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param step the step that diverged, counted from 1
   * @param what what was not finite, such as {@code gradient norm is NaN}
   * @param lossParts every part of the step's loss, in the order of the log line
   * @param imageIds the images of the step's batch
   * @param lastCheckpoint the newest checkpoint written before the step
   */
  public TrainingDivergedException(
      long step,
      String what,
      List<LossPart> lossParts,
      List<String> imageIds,
      Optional<Path> lastCheckpoint) {
    super(describe(step, what, lossParts, imageIds, lastCheckpoint));
  }

  private static String describe(
      long step,
      String what,
      List<LossPart> lossParts,
      List<String> imageIds,
      Optional<Path> lastCheckpoint) {
    String losses =
        lossParts.stream()
            .map(p -> p.name() + "=" + String.format(Locale.ROOT, "%.6g", p.value()))
            .collect(Collectors.joining(" "));
    return "training diverged in step "
        + step
        + ": "
        + what
        + (losses.isEmpty() ? "" : "\n  losses: " + losses)
        + (imageIds.isEmpty() ? "" : "\n  images: " + String.join(", ", imageIds))
        + lastCheckpoint.map(p -> "\n  last good checkpoint: " + p).orElse("\n  no checkpoint yet")
        + "\n  try a lower learning rate, a longer warm-up, or fp32 precision";
  }

  /** One part of the loss, such as {@code loss_mask}, with its weighted value. */
  public record LossPart(String name, double value) {
    /** The name without the number of an auxiliary output: that of the term of the loss. */
    public String kind() {
      return name.replaceFirst("_\\d+$", "");
    }
  }
}
