package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;
import org.maskwright.settings.ExtensionException;
import org.maskwright.trainer.match.MatchPolicy;
import org.maskwright.trainer.match.Matches;

/**
 * The sum of a list of terms, of every output; queries are matched with targets by the sum of the
 * terms' costs, if a term asks for the matches.
 */
final class TermCriterion implements Criterion {
  private final List<LossTerm> terms;
  private final MatchPolicy policy;
  private final Sampling sampling;
  private final MaskScores scores;
  private double trained = 1; // share of the training that is done

  /**
   * @param terms in the order in which their values are listed
   * @param scores of the models that the terms are for
   * @throws IllegalArgumentException if two terms have one name, or a name ends in a number
   */
  TermCriterion(List<LossTerm> terms, MatchPolicy policy, Sampling sampling, MaskScores scores) {
    this.terms = List.copyOf(terms);
    this.policy = policy;
    this.sampling = sampling;
    this.scores = scores;
    Set<String> names = new HashSet<>();
    for (LossTerm term : terms) {
      String name = term.name();
      if (!name.matches("[a-z][a-z0-9_]*") || name.matches(".*_\\d+")) {
        throw new IllegalArgumentException(
            "loss term %s: expected a name of lower-case letters, digits and underscores without a number at the end, which auxiliary outputs get; named by %s"
                .formatted(name, term.getClass().getName()));
      }
      if (!names.add(name)) {
        throw new IllegalArgumentException(
            "loss term %s: expected one of the name, got two among %s"
                .formatted(name, terms.stream().map(LossTerm::name).toList()));
      }
    }
  }

  @Override
  public List<String> terms() {
    return terms.stream().map(LossTerm::name).toList();
  }

  @Override
  public Criterion with(List<LossTerm> more) {
    if (more.isEmpty() || scores != MaskScores.SIGMOID) {
      return Criterion.super.with(more);
    }
    List<LossTerm> all = new ArrayList<>(terms);
    all.addAll(more);
    return new TermCriterion(all, policy, sampling, scores);
  }

  @Override
  public void trainedTo(double progress) {
    trained = progress;
  }

  @Override
  public StepNormalizers normalizers(List<? extends Supervision> targets, int queries) {
    StepNormalizers out =
        StepNormalizers.of(
            StepNormalizers.MASKS, targets.stream().mapToDouble(Supervision::count).sum());
    for (LossTerm term : terms) {
      out = out.and(term.normalizers(targets, queries, policy));
    }
    return out;
  }

  @Override
  public Losses compute(
      Outputs all,
      List<? extends Supervision> targets,
      PointSource points,
      StepNormalizers step,
      Decisions decisions) {
    check(all, targets);
    Outputs predictions = KnownClasses.of(all, targets);
    MatchedOutputs outputs =
        new MatchedOutputs(
            predictions,
            targets,
            step,
            () -> decisions.once(Matches.class, () -> match(predictions.layers(), targets, points)),
            new PointSampler(sampling, points, decisions),
            trained);
    Losses.Builder losses = new Losses.Builder();
    for (LossTerm term : terms) {
      Optional<Tensor> values =
          ExtensionException.naming(
              "loss term " + term.name(), term.getClass(), () -> outputs.lossesOf(term));
      values.ifPresent(v -> losses.add(term.name(), v));
    }
    return losses.build(outputs.zeros());
  }

  /** The matches of every output. */
  Matches match(
      List<Outputs.Layer> outputs, List<? extends Supervision> targets, PointSource points) {
    return new Matcher(terms, policy, sampling).match(outputs, targets, points);
  }

  private void check(Outputs predictions, List<? extends Supervision> targets) {
    if (predictions.maskScores() != scores) {
      throw new IllegalArgumentException(
          "loss: criterion per-pixel and decoders per-pixel and per-pixel-plus belong together; got"
              + " the one without the other");
    }
    Outputs.Layer last = predictions.last();
    if (targets.size() != last.images()) {
      throw new IllegalArgumentException(
          "loss: expected targets for " + last.images() + " images, got " + targets.size());
    }
    for (Supervision target : targets) {
      if (target.frames() != last.frames()) {
        throw new IllegalArgumentException(
            "loss: expected targets of %d frames as the model's masks, got %d"
                .formatted(last.frames(), target.frames()));
      }
      last.classes().ifPresent(logits -> checkClasses(target, logits.size(2) - 1));
    }
  }

  private static void checkClasses(Supervision target, long classes) {
    for (int n = 0; n < target.count(); n++) {
      boolean none = target.category(n) == Supervision.NO_OBJECT && target.frames() > 1;
      if (!none && (target.category(n) < 0 || target.category(n) >= classes)) {
        throw new IllegalArgumentException(
            "loss: expected target classes in [0,"
                + classes
                + "), got "
                + target.category(n)
                + "; the model's classes and the data set's must be the same list");
      }
    }
  }
}
