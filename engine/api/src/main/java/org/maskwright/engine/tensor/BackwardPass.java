package org.maskwright.engine.tensor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * One walk from a result to the leaves, in falling order of the nodes' creation. A leaf takes its
 * gradient as soon as the last of its uses has given its share, so that what follows, an exchange
 * between processes or an update, can begin while earlier layers are still differentiated.
 *
 * <p>A pass inside another, as a checkpoint runs it, may reach the same leaf, which then waits for
 * both.
 */
final class BackwardPass {
  /** What becomes of the graph. */
  enum Graph {
    /** Each node frees what it saved as soon as it is done. */
    FREED,
    /** The graph stays for another backward pass, until its scope ends. */
    KEPT
  }

  private final Engine engine;
  private final Graph graph;
  private final PriorityQueue<GradNode> ready = new PriorityQueue<>(GradNode.LATEST_FIRST);

  /** The leaves that can be reached, each with the number of its uses that are still to come. */
  private final Map<GradNode, Integer> uses = new LinkedHashMap<>();

  private BackwardPass(Engine engine, Graph graph) {
    this.engine = engine;
    this.graph = graph;
  }

  /**
   * Propagates {@code seed} from {@code root} to the leaves.
   *
   * @throws IllegalStateException if something that it needs was freed, closed or changed in place;
   *     no gradient has been delivered then
   */
  static void run(Engine engine, GradNode root, Tensor seed, Graph graph) {
    BackwardPass pass = new BackwardPass(engine, graph);
    pass.reach(root);
    pass.uses.forEach(GradNode::await);
    try (var off = engine.noGrad()) {
      pass.start(root, seed);
      while (!pass.ready.isEmpty()) {
        pass.propagate(pass.ready.poll());
      }
      pass.deliverLeft();
    } finally {
      pass.discardLeft();
    }
  }

  /** Finds all that the pass needs, and counts the uses of the leaves. */
  private void reach(GradNode root) {
    long walk = engine.nextSequence();
    Deque<GradNode> reached = new ArrayDeque<>();
    reached.push(root);
    count(root);
    while (!reached.isEmpty()) {
      GradNode node = reached.pop();
      if (node.isNewTo(walk)) {
        node.requireUsable();
        node.forEachInput(this::count);
        node.forEachInput(reached::push);
      }
    }
  }

  private void count(GradNode node) {
    if (node.isLeaf()) {
      uses.merge(node, 1, Integer::sum);
    }
  }

  private void start(GradNode root, Tensor seed) {
    root.accumulate(seed, false);
    if (root.isLeaf()) {
      used(root);
    } else {
      ready.add(root);
    }
  }

  private void propagate(GradNode node) {
    Tensor incoming = node.takeGradient();
    try (Scope temporaries = engine.scope()) {
      node.requireUsable(); // again: what a checkpoint recomputes may have side effects
      if (incoming != null) { // else a pass inside this one has propagated it already
        node.distribute(incoming, ready::add);
        if (graph == Graph.FREED) {
          node.release();
        }
      }
    } finally {
      if (incoming != null) {
        incoming.close();
      }
    }
    node.forEachInput(this::used); // beyond the scope, so that a leaf need not copy what it takes
  }

  private void used(GradNode node) {
    if (node.isLeaf()) {
      uses.merge(node, -1, Integer::sum);
      if (node.arrived(1)) {
        node.deliver();
      }
    }
  }

  /** Of leaves with a use that had no gradient to give. */
  private void deliverLeft() {
    for (Map.Entry<GradNode, Integer> entry : uses.entrySet()) {
      int left = entry.setValue(0);
      if (left > 0 && entry.getKey().arrived(left)) {
        entry.getKey().deliver();
      }
    }
  }

  /** After a failure. */
  private void discardLeft() {
    uses.forEach(
        (leaf, left) -> {
          if (left > 0 && leaf.arrived(left)) {
            leaf.discardGradient();
          }
        });
    ready.forEach(GradNode::discardGradient);
  }
}
