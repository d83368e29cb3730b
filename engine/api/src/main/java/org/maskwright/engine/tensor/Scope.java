package org.maskwright.engine.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Owns the tensors that the current thread creates until it is closed: then their memory is freed
 * at once, except what {@link #keep} handed to the enclosing scope and what the recorded graph of a
 * kept tensor still needs for its backward pass.
 *
 * <pre>{@code
 * try (var step = engine.scope()) {
 *   Tensor loss = model.loss(batch);
 *   loss.backward();
 * } // every intermediate is gone; parameters and their gradients stay
 * }</pre>
 *
 * <p><b>Threads</b> a scope belongs to the thread that opened it; scopes nest and close in reverse
 * order.
 */
public final class Scope implements AutoCloseable {
  private final Engine engine;
  private final Scope parent;
  private final Thread thread = Thread.currentThread();
  private List<Tensor> owned = new ArrayList<>();
  private List<GradNode> nodes = new ArrayList<>();
  private final List<Tensor> kept = new ArrayList<>();
  private boolean closed;

  Scope(Engine engine, Scope parent) {
    this.engine = engine;
    this.parent = parent;
  }

  /**
   * Hands a tensor of this scope to the enclosing one (or, in the outermost scope, to the caller,
   * who then closes it). A tensor of an outer scope is returned unchanged.
   */
  public Tensor keep(Tensor tensor) {
    tensor.requireOpen();
    if (tensor.scope() == this) {
      kept.add(tensor);
      tensor.setScope(null);
    }
    return tensor;
  }

  Scope parent() {
    return parent;
  }

  void own(Tensor tensor) {
    owned.add(tensor);
    tensor.setScope(this);
  }

  void own(GradNode node) {
    nodes.add(node);
  }

  /**
   * Frees what this scope owns. Closing twice does nothing.
   *
   * @throws IllegalStateException if an inner scope is still open, or if another thread calls
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "scope: opened by thread "
              + thread.getName()
              + ", closed by "
              + Thread.currentThread().getName()
              + "; close it where it was opened");
    }
    engine.leave(this, parent);
    closed = true;
    for (Tensor t : owned) {
      if (t.scope() == this) {
        t.setScope(null);
        t.close();
      }
    }
    releaseGraph();
    for (Tensor t : kept) {
      if (!t.isClosed() && parent != null) {
        parent.own(t);
      }
    }
    owned = List.of();
    nodes = List.of();
  }

  /**
   * Graph nodes that a kept tensor can reach move to the parent; the others release what they
   * saved.
   */
  private void releaseGraph() {
    Set<GradNode> reachable = Collections.newSetFromMap(new IdentityHashMap<>());
    List<GradNode> stack = new ArrayList<>();
    for (Tensor t : kept) {
      if (t.node() != null) {
        stack.add(t.node());
      }
    }
    while (!stack.isEmpty()) {
      GradNode node = stack.remove(stack.size() - 1);
      if (reachable.add(node)) {
        node.forEachInput(stack::add);
      }
    }
    for (GradNode node : nodes) {
      if (!reachable.contains(node) || parent == null) {
        node.release();
      } else {
        parent.own(node);
      }
    }
  }
}
