package org.maskwright.trainer.loop;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.engine.tensor.ParameterExchange;
import org.maskwright.trainer.TrainingDivergedException.LossPart;

/**
 * What happened in a step.
 *
 * @param step counted from 1
 * @param loss weighted sum of all parts, that of one batch of all images of the step, at the
 *     weights before it
 * @param parts by the official names
 * @param gradientNorm of the gradient that was followed, before clipping; 0 where none was, as the
 *     loss scale was too large
 * @param learningRate of parameters with factor 1
 * @param measures what else the optimiser measured, by name, and in float16 the {@link LossScale}
 * @param images in the step
 * @param phases times
 * @param exchange how long gradients were on their way between processes
 * @param liveBytes of tensors after the step
 * @param lossScale of the next step, where products are computed in float16
 */
public record StepReport(
    long step,
    double loss,
    List<LossPart> parts,
    double gradientNorm,
    double learningRate,
    Map<String, Double> measures,
    int images,
    Phases phases,
    ParameterExchange.Overlap exchange,
    long liveBytes,
    Optional<LossScale.State> lossScale) {
  /** Keeps the list and the map. */
  public StepReport {
    parts = List.copyOf(parts);
    measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
  }

  /** The kinds of the parts, such as {@code loss_ce}, in their order. */
  public List<String> kinds() {
    return parts.stream().map(LossPart::kind).distinct().toList();
  }

  /** Sum of the parts of one kind over all outputs. */
  public double sumOf(String kind) {
    return parts.stream().filter(p -> p.kind().equals(kind)).mapToDouble(LossPart::value).sum();
  }

  /** Images per second of this step. */
  public double imagesPerSecond() {
    return images / phases.total() * 1000;
  }
}
