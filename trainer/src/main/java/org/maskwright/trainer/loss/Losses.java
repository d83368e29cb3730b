package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.HostRead;
import org.maskwright.engine.tensor.Scope;
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

  /** Collects the terms of L outputs. */
  static final class Builder {
    private final List<String> names = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();

    /** A term's value at each output, [L]. */
    void add(String name, Tensor value) {
      names.add(name);
      values.add(value);
    }

    /**
     * The last output first, as the official implementation names them.
     *
     * @param zeros [L] to be part of the first term
     */
    Losses build(Optional<Tensor> zeros) {
      if (values.isEmpty()) {
        Tensor nothing =
            zeros.orElseThrow(() -> new IllegalStateException("loss: expected at least one term"));
        return new Losses(nothing.sum(), List.of());
      }
      zeros.ifPresent(z -> values.set(0, values.get(0).add(z)));
      int outputs = values.get(0).intSize(0);
      List<Term> terms = new ArrayList<>();
      for (int k = 0; k < outputs; k++) {
        int output = k == 0 ? outputs - 1 : k - 1;
        for (int i = 0; i < names.size(); i++) {
          terms.add(
              new Term(
                  names.get(i) + (k == 0 ? "" : "_" + (k - 1)),
                  values.get(i).slice(0, output, output + 1L).squeeze(0)));
        }
      }
      Tensor total = values.get(0).sum();
      for (Tensor value : values.subList(1, values.size())) {
        total = total.add(value.sum());
      }
      return new Losses(total, terms);
    }
  }

  /**
   * Hands them to the scope around {@code scope}. What else was computed for them is freed with
   * that, but for what the backward pass needs: the predictions of every layer, say.
   */
  public Losses keptFrom(Scope scope) {
    scope.keep(total);
    terms.forEach(term -> scope.keep(term.value()));
    return this;
  }

  /** The values of all parts in one transfer. */
  public List<LossPart> values() {
    return readLater().values();
  }

  /** As {@link #values}, for a host that reads them later. */
  public Unread readLater() {
    Tensor[] scalars =
        terms.stream().map(t -> t.value().detach().reshape(1)).toArray(Tensor[]::new);
    return new Unread(
        terms.stream().map(Term::name).toList(),
        scalars.length == 0
            ? Optional.empty()
            : Optional.of(Tensor.concat(0, scalars).readLater()));
  }

  /**
   * The values of all parts on their way to the host.
   *
   * @param numbers one for each name; none where there is no name
   */
  public record Unread(List<String> names, Optional<HostRead> numbers) {
    /** Whether {@link #values} waits for nothing. */
    public boolean isRead() {
      return numbers.map(HostRead::isRead).orElse(true);
    }

    /** The parts. */
    public List<LossPart> values() {
      List<LossPart> out = new ArrayList<>();
      float[] values = numbers.map(HostRead::values).orElse(new float[0]);
      for (int i = 0; i < values.length; i++) {
        out.add(new LossPart(names.get(i), values[i]));
      }
      return out;
    }
  }
}
