package org.maskwright.engine.tensor;

import java.util.ArrayList;
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

  private final Engine engine;
  private final long sequence;
  private final String op;
  private final long[] shape;
  private final GradNode[] inputs;
  private final List<Tensor> saved = new ArrayList<>(2);
  private Vjp vjp;
  private Consumer<Tensor> sink;
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

  /** A node whose gradient goes to {@code sink}: a parameter or a variable. */
  static GradNode leaf(Engine engine, String name, long[] shape, Consumer<Tensor> sink) {
    GradNode node = new GradNode(engine, name, shape, new GradNode[0]);
    node.sink = sink;
    return node;
  }

  void setVjp(Vjp vjp) {
    this.vjp = vjp;
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
    if (sink != null) {
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
   * Propagates {@code seed} from {@code root} to the leaves, in falling order of creation, freeing
   * what each node saved as soon as it is done.
   */
  static void backward(Engine engine, GradNode root, Tensor seed) {
    PriorityQueue<GradNode> ready =
        new PriorityQueue<>((a, b) -> Long.compare(b.sequence, a.sequence));
    root.accumulate(seed);
    ready.add(root);
    try (var off = engine.noGrad()) {
      while (!ready.isEmpty()) {
        GradNode node = ready.poll();
        node.propagate(ready);
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

  private void propagate(PriorityQueue<GradNode> ready) {
    Tensor incoming = grad;
    grad = null;
    try (Scope scope = engine.scope()) {
      if (sink != null) {
        sink.accept(incoming);
        return;
      }
      if (released) {
        throw new IllegalStateException(
            "backward through "
                + op
                + ": its saved values were already freed; run the forward pass again, or keep the result's scope"
                + " open until backward");
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
      release();
    } finally {
      incoming.close();
    }
  }
}
