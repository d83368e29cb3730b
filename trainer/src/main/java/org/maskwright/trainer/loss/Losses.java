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

  /** The {@code k}-th output in the official order: the last one, then the first, second, ... */
  static int inOrder(int k, int outputs) {
    return k == 0 ? outputs - 1 : k - 1;
  }

  /**
   * Terms of L outputs, the last output first, as the official implementation names them.
   *
   * @param names of the parts, at least as many as there are
   * @param parts each [L]
   */
  static Losses ofOutputs(String[] names, Tensor... parts) {
    int outputs = parts[0].intSize(0);
    List<Term> terms = new ArrayList<>();
    for (int k = 0; k < outputs; k++) {
      int output = inOrder(k, outputs);
      for (int i = 0; i < parts.length; i++) {
        terms.add(
            new Term(
                names[i] + (k == 0 ? "" : "_" + (k - 1)),
                parts[i].slice(0, output, output + 1L).squeeze(0)));
      }
    }
    Tensor total = parts[0].sum();
    for (int i = 1; i < parts.length; i++) {
      total = total.add(parts[i].sum());
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
