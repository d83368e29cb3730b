package org.maskwright.engine.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

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
 * <p><b>Threads</b> a scope belongs to the thread that opened it. Scopes nest; closing one closes
 * the inner ones that an error left open.
 */
public final class Scope implements AutoCloseable {
  private final ThreadContext context;
  private final Scope parent;
  private final int depth;
  private final Thread thread = Thread.currentThread();
  private List<Tensor> owned = new ArrayList<>();
  private List<GradNode> nodes = new ArrayList<>();

  /** Tensors that outlive this scope and whose graph may reach its nodes. */
  private List<Tensor> kept = new ArrayList<>();

  private boolean closed;

  Scope(ThreadContext context) {
    this.context = context;
    this.parent = context.scope();
    this.depth = parent == null ? 0 : parent.depth + 1;
    context.setScope(this);
  }

  /**
   * Hands a tensor of this scope, or of one inside it, to the enclosing one (of the outermost scope
   * to the caller, who then closes it). A tensor that outlives this scope anyway is returned
   * unchanged.
   *
   * @throws IllegalStateException if the tensor or this scope is closed, or another thread opened
   *     either's scope
   */
  public Tensor keep(Tensor tensor) {
    tensor.requireOpen();
    requireThread("kept from");
    if (closed) {
      throw new IllegalStateException(
          "scope: keep(" + tensor + ") after it was closed; keep before the scope ends");
    }
    Scope owner = tensor.scope();
    if (owner == null) {
      return tensor;
    }
    owner.requireThread("kept from");
    if (owner.depth < depth) {
      return tensor;
    }
    tensor.setScope(null);
    if (parent != null) {
      parent.own(tensor);
    }
    for (Scope s = context.scope(); s != parent; s = s.parent) {
      s.kept.add(tensor);
    }
    return tensor;
  }

  void own(Tensor tensor) {
    owned.add(tensor);
    tensor.setScope(this);
  }

  void own(GradNode node) {
    nodes.add(node);
    node.setScope(this);
  }

  /** Whether it is {@code outer} or one inside it, of the same thread. */
  boolean isWithin(Scope outer) {
    return context == outer.context && depth >= outer.depth;
  }

  private void requireThread(String what) {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "scope: opened by thread "
              + thread.getName()
              + ", "
              + what
              + " "
              + Thread.currentThread().getName()
              + "; use it where it was opened");
    }
  }

  /**
   * Frees what this scope owns, and before it what inner scopes own that are still open. Closing
   * twice does nothing.
   *
   * @throws IllegalStateException if another thread calls
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    requireThread("closed by");
    while (!closed) {
      context.scope().end();
    }
  }

  private void end() {
    context.setScope(parent);
    closed = true;
    for (Tensor t : owned) {
      if (t.scope() == this) {
        t.setScope(null);
        t.close();
      }
    }
    releaseGraph();
    owned = List.of();
    nodes = List.of();
    kept = List.of();
  }

  /**
   * Graph nodes of this scope that a kept tensor can reach move to the parent; the others release
   * what they saved. Nodes of outer scopes are older and reach none of this one, so the walk ends
   * at them.
   */
  private void releaseGraph() {
    if (parent != null) {
      Deque<GradNode> reached = new ArrayDeque<>();
      for (Tensor t : kept) {
        if (t.node() != null) {
          reached.push(t.node());
        }
      }
      while (!reached.isEmpty()) {
        GradNode node = reached.pop();
        if (node.scope() == this) {
          parent.own(node);
          node.forEachInput(reached::push);
        }
      }
    }
    for (GradNode node : nodes) {
      if (node.scope() == this) {
        node.release();
      }
    }
  }
}
