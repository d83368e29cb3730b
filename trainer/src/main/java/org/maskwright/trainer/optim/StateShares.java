package org.maskwright.trainer.optim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.ParameterExchange;

/**
 * Which process holds the state of which parameter, updates it, and gives its new value to the
 * others.
 *
 * <p>A parameter is one process's as a whole: the largest first, each goes to the process that has
 * the fewest elements so far.
 *
 * <p><b>Source</b> ZeRO (Rajbhandari et al., arXiv 1910.02054), stage 1, P_os; whole parameters as
 * in PyTorch's ZeroRedundancyOptimizer. <b>Differs</b> from the paper, which cuts through
 * parameters, and from stage 2: every process has all gradients.
 */
final class StateShares {
  private final ProcessGroup group;
  private final List<Map<String, Parameter>> shares = new ArrayList<>(); // of each rank
  private final List<ParameterExchange> values = new ArrayList<>(); // likewise

  /**
   * Divides parameters of one engine, given in the same order in all processes.
   *
   * @param group the processes; of one, all is its own
   */
  StateShares(Engine engine, ProcessGroup group, Map<String, Parameter> parameters) {
    this.group = group;
    long[] elements = new long[group.size()];
    Map<String, Integer> owners = new LinkedHashMap<>();
    parameters.entrySet().stream()
        .sorted(Comparator.comparing(e -> -e.getValue().numel()))
        .forEach(
            e -> {
              int least = 0;
              for (int rank = 1; rank < elements.length; rank++) {
                least = elements[rank] < elements[least] ? rank : least;
              }
              elements[least] += e.getValue().numel();
              owners.put(e.getKey(), least);
            });
    for (int rank = 0; rank < group.size(); rank++) {
      Map<String, Parameter> share = new LinkedHashMap<>();
      for (Map.Entry<String, Parameter> e : parameters.entrySet()) {
        if (owners.get(e.getKey()) == rank) {
          share.put(e.getKey(), e.getValue());
        }
      }
      shares.add(share);
      values.add(new ParameterExchange(engine, group, share.values()));
    }
  }

  /** The parameters whose state is this process's, in the given order. */
  Map<String, Parameter> own() {
    return shares.get(group.rank());
  }

  /** Gives the values of one's own to the others, and takes theirs. */
  void exchange() {
    for (int rank = 0; rank < values.size(); rank++) {
      values.get(rank).take(rank);
    }
  }
}
