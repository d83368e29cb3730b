package org.maskwright.engine.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.Shapes;

/**
 * One recorded operation: what its backward pass needs and how to turn the gradient of its result
 * into the gradients of its inputs. Nodes are numbered as they are made, so that falling numbers
 * are a reverse topological order; {@link BackwardPass} walks them.
 */
final class GradNode {
  /** Vector-Jacobian product of one operation. */
  interface Vjp {
    /** Gradients of the inputs, null where an input needs none. May return its argument. */
    Tensor[] apply(Tensor grad);
  }

  /** Elements start, start+step, ... {@code < end} of an axis. */
  record Part(int dim, long start, long end, long step) {}

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

  /** A reverse topological order. */
  static final Comparator<GradNode> LATEST_FIRST =
      Comparator.comparingLong((GradNode node) -> node.sequence).reversed();

  private final Engine engine;
  private final long sequence;
  private final String op;
  private final long[] shape;
  private final GradNode[] inputs;
  private final List<Tensor> saved = new ArrayList<>(2);
  private Vjp vjp;
  private Part part;
  private Leaf leaf;
  private Scope scope;
  private long lastWalk;
  private int awaited;
  private Tensor grad;
  private boolean gradIsOurs;
  private boolean takenIsOurs;
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

  /**
   * Its inputs are read in a part alone, and gradients are given of that: many slices of one tensor
   * add to one array, where each would make one of zeros around its own.
   */
  void readsPart(Part read) {
    part = read;
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
    discardGradient();
  }

  boolean isLeaf() {
    return leaf != null;
  }

  /** Whether a walk of this number comes here for the first time. */
  boolean isNewTo(long walk) {
    boolean first = lastWalk != walk;
    lastWalk = walk;
    return first;
  }

  /**
   * Adds to the gradient of its result; whether that is the first share.
   *
   * @param exclusive whether nothing but its scope can reach the contribution's memory, which may
   *     then be added to
   */
  boolean accumulate(Tensor contribution, boolean exclusive) {
    if (!Arrays.equals(contribution.shapeArray(), shape)) {
      throw new IllegalStateException(
          "gradient of " + op + ": expected " + Shapes.text(shape) + ", got " + contribution);
    }
    if (grad == null) {
      grad = contribution.sharedOutsideScopes();
      gradIsOurs = exclusive;
      return true;
    }
    boolean alike = grad.dtype() == contribution.dtype();
    if (gradIsOurs && alike) {
      engine.backend().addInto(grad.array(), contribution.array());
      return false;
    }
    if (exclusive && alike) {
      engine.backend().addInto(contribution.array(), grad.array());
      grad.close();
      grad = contribution.sharedOutsideScopes();
    } else {
      Tensor sum = grad.add(contribution).sharedOutsideScopes();
      grad.close();
      grad = sum;
    }
    gradIsOurs = true;
    return false;
  }

  /** Adds to a part of the gradient of its result; whether that is the first share. */
  private boolean accumulate(Tensor contribution, Part of) {
    Backend backend = engine.backend();
    if (grad != null && gradIsOurs && grad.dtype() == contribution.dtype()) {
      backend.addSliceInto(grad.array(), of.dim, of.start, of.end, of.step, contribution.array());
      return false;
    }
    Tensor whole = engine.full(contribution.dtype(), 0, shape);
    backend.sliceInto(whole.array(), of.dim, of.start, of.end, of.step, contribution.array());
    return accumulate(whole, true);
  }

  /** The gradient of its result, which the caller closes; null where it has none. */
  Tensor takeGradient() {
    Tensor taken = grad;
    takenIsOurs = gradIsOurs;
    grad = null;
    return taken;
  }

  /** Whether nothing but the backward pass of this operation reads the gradient it is given. */
  boolean mayOverwrite(Tensor incoming) {
    DeviceArray memory = incoming.array();
    return takenIsOurs && memory.ownBytes() > 0 && !memory.isShared();
  }

  void discardGradient() {
    if (grad != null) {
      grad.close();
      grad = null;
    }
  }

  /**
   * Refuses a backward pass through it.
   *
   * @throws IllegalStateException if what it needs was freed, closed or changed in place
   */
  void requireUsable() {
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

  /**
   * Gives each input its share of the gradient of the result.
   *
   * @param begun told of each input, leaves apart, that has a gradient from now on
   */
  void distribute(Tensor incoming, Consumer<GradNode> begun) {
    Tensor[] gradients = vjp.apply(incoming);
    for (int i = 0; i < inputs.length; i++) {
      GradNode input = inputs[i];
      if (input == null || gradients[i] == null) {
        continue;
      }
      boolean first =
          part == null
              ? input.accumulate(gradients[i], isExclusive(gradients, i))
              : input.accumulate(gradients[i], part);
      if (first && !input.isLeaf()) {
        begun.accept(input);
      }
    }
  }

  /**
   * Whether a gradient was made in this distribution and for one input alone. What came in, what
   * was saved and what others made earlier belong to other scopes, or none.
   */
  private boolean isExclusive(Tensor[] gradients, int i) {
    for (int j = 0; j < gradients.length; j++) {
      if (j != i && gradients[j] == gradients[i]) {
        return false;
      }
    }
    return gradients[i].scope() == engine.currentScope() && !gradients[i].array().isShared();
  }

  // ---- of a leaf

  /** So many more uses of this leaf have a share to give. */
  void await(int uses) {
    awaited += uses;
  }

  /** So many of them have given it, or have none; whether they were the last. */
  boolean arrived(int uses) {
    awaited -= uses;
    return awaited == 0;
  }

  /** Hands this leaf's gradient over, if it has one. */
  void deliver() {
    Tensor taken = takeGradient();
    if (taken == null) {
      return;
    }
    try (Scope temporaries = engine.scope()) {
      leaf.requireOpen();
      leaf.accept(taken);
    } finally {
      taken.close();
    }
  }
}
