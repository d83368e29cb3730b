package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.trainer.TrainingDivergedException.LossPart;

/**
 * The loss of a step and its parts.
 *
 * @param total weighted sum of all parts, a scalar that can be differentiated
 * @param terms parts by the official names: {@code loss_ce}, {@code loss_mask}, {@code loss_dice}
 *     of the last output, with {@code _0}, {@code _1}, ... of the auxiliary ones
 */
public record Losses(Tensor total, List<Term> terms) {
  /** Keeps the list. */
  public Losses {
    terms = List.copyOf(terms);
  }

  /**
   * A part.
   *
   * @param name official name
   * @param value weighted, a scalar
   */
  public record Term(String name, Tensor value) {}

  /** Sums the terms. */
  static Losses of(List<Term> terms) {
    Tensor total = terms.get(0).value();
    for (Term term : terms.subList(1, terms.size())) {
      total = total.add(term.value());
    }
    return new Losses(total, terms);
  }

  /** The values of all parts in one transfer. */
  public List<LossPart> values() {
    Tensor[] scalars =
        terms.stream().map(t -> t.value().detach().reshape(1)).toArray(Tensor[]::new);
    float[] values = Tensor.concat(0, scalars).toFloats();
    List<LossPart> out = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      out.add(new LossPart(terms.get(i).name(), values[i]));
    }
    return out;
  }
}
