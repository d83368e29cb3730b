package org.maskwright.engine.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * One recorded operation: what its backward pass needs and how to turn the gradient of its result
 * into the gradients of its inputs. Nodes are numbered as they are made, so that falling numbers
 * are a reverse topological order.
 */
final class GradNode {
  /** Vector-Jacobian product of one operation. */
  interface Vjp {
    /** Gradients of the inputs, null where an input needs none. May return its argument. */
    Tensor[] apply(Tensor grad);
  }

  /** Where gradients end: a parameter or a variable. */
  interface Leaf {
    /**
     * Whether it can take a gradient now.
     *
     * @throws IllegalStateException if it was closed
     */
    void requireOpen();

    /** Takes a gradient, which the caller closes. */
    void accept(Tensor grad);
  }

  /** What becomes of the graph in a backward pass. */
  enum Graph {
    /** Each node frees what it saved as soon as it is done. */
    FREED,
    /** The graph stays for another backward pass, until its scope ends. */
    KEPT
  }

  private final Engine engine;
  private final long sequence;
  private final String op;
  private final long[] shape;
  private final GradNode[] inputs;
  private final List<Tensor> saved = new ArrayList<>(2);
  private Vjp vjp;
  private Leaf leaf;
  private Scope scope;
  private long lastWalk;
  private Tensor grad;
  private boolean gradIsOurs;
  private boolean released;

  private GradNode(Engine engine, String op, long[] shape, GradNode[] inputs) {
    this.engine = engine;
    this.sequence = engine.nextSequence();
    this.op = op;
    this.shape = shape;
    this.inputs = inputs;
  }

  /** A node for an operation; the caller sets its backward pass. */
  static GradNode of(Engine engine, String op, long[] shape, GradNode[] inputs) {
    return new GradNode(engine, op, shape, inputs);
  }

  /** A node whose gradient goes to {@code leaf}. */
  static GradNode leaf(Engine engine, String name, long[] shape, Leaf leaf) {
    GradNode node = new GradNode(engine, name, shape, new GradNode[0]);
    node.leaf = leaf;
    return node;
  }

  void setVjp(Vjp vjp) {
    this.vjp = vjp;
  }

  /** The scope that releases it, or null for a leaf. */
  Scope scope() {
    return scope;
  }

  void setScope(Scope value) {
    scope = value;
  }

  /** Whether input {@code i} takes part in differentiation. */
  boolean needs(int i) {
    return inputs[i] != null;
  }

  /**
   * Keeps a tensor's memory until the backward pass; the result is detached and lives outside all
   * scopes.
   */
  Tensor save(Tensor tensor) {
    Tensor detached = tensor.sharedOutsideScopes();
    saved.add(detached);
    return detached;
  }

  void forEachInput(Consumer<GradNode> action) {
    for (GradNode input : inputs) {
      if (input != null) {
        action.accept(input);
      }
    }
  }

  /** Frees what was saved; the node can no longer be differentiated through. */
  void release() {
    if (leaf != null) {
      return;
    }
    saved.forEach(Tensor::close);
    saved.clear();
    vjp = null;
    released = true;
    if (grad != null) {
      grad.close();
      grad = null;
    }
  }

  private void accumulate(Tensor contribution) {
    if (!java.util.Arrays.equals(contribution.shapeArray(), shape)) {
      throw new IllegalStateException(
          "gradient of " + op + ": expected " + Shapes.text(shape) + ", got " + contribution);
    }
    if (grad == null) {
      grad = contribution.sharedOutsideScopes();
      gradIsOurs = false;
    } else if (gradIsOurs && grad.dtype() == contribution.dtype()) {
      engine.backend().addInto(grad.array(), contribution.array());
    } else {
      Tensor sum = grad.add(contribution).sharedOutsideScopes();
      grad.close();
      grad = sum;
      gradIsOurs = true;
    }
  }

  /**
   * Propagates {@code seed} from {@code root} to the leaves, in falling order of creation.
   *
   * @throws IllegalStateException if something that it needs was freed, closed or changed in place;
   *     no gradient has been delivered then
   */
  static void backward(Engine engine, GradNode root, Tensor seed, Graph graph) {
    root.requireAllUsable();
    PriorityQueue<GradNode> ready =
        new PriorityQueue<>((a, b) -> Long.compare(b.sequence, a.sequence));
    root.accumulate(seed);
    ready.add(root);
    try (var off = engine.noGrad()) {
      while (!ready.isEmpty()) {
        ready.poll().propagate(ready, graph);
      }
    } finally {
      for (GradNode left : ready) {
        if (left.grad != null) {
          left.grad.close();
          left.grad = null;
        }
      }
    }
  }

  private void requireAllUsable() {
    long walk = engine.nextSequence();
    Deque<GradNode> reached = new ArrayDeque<>();
    reached.push(this);
    while (!reached.isEmpty()) {
      GradNode node = reached.pop();
      if (node.lastWalk != walk) {
        node.lastWalk = walk;
        node.requireUsable();
        node.forEachInput(reached::push);
      }
    }
  }

  private void requireUsable() {
    if (leaf != null) {
      leaf.requireOpen();
    } else if (released) {
      throw new IllegalStateException(
          "backward through "
              + op
              + ": its saved values were already freed; run the forward pass again, keep the result's scope open until"
              + " backward, or call backwardKeepingGraph for all but the last pass over shared operations");
    }
    for (Tensor value : saved) {
      if (!value.isCurrent()) {
        throw new IllegalStateException(
            "backward through "
                + op
                + ": the parameter behind the saved "
                + value
                + " was changed in place after the forward pass; change it after backward, or run the forward pass"
                + " again");
      }
    }
  }

  private void propagate(PriorityQueue<GradNode> ready, Graph graph) {
    Tensor incoming = grad;
    grad = null;
    try (Scope temporaries = engine.scope()) {
      requireUsable(); // again: what a checkpoint recomputes may have side effects
      if (incoming == null) {
        return; // a pass inside it has propagated this already
      }
      if (leaf != null) {
        leaf.accept(incoming);
        return;
      }
      Tensor[] gradients = vjp.apply(incoming);
      for (int i = 0; i < inputs.length; i++) {
        GradNode input = inputs[i];
        if (input != null && gradients[i] != null) {
          boolean first = input.grad == null;
          input.accumulate(gradients[i]);
          if (first) {
            ready.add(input);
          }
        }
      }
      if (graph == Graph.FREED) {
        release();
      }
    } finally {
      if (incoming != null) {
        incoming.close();
      }
    }
  }
}
