package org.maskwright.engine.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;

/**
 * A named tree of parameters, buffers and child modules. Names compose with dots to the keys of a
 * checkpoint: {@code backbone.res2.0.conv1.weight}.
 *
 * <p>A subclass registers its parts in its constructor, in the order in which a checkpoint lists
 * them, and has a forward method of its own signature. A buffer is a parameter that is never
 * trained (running statistics, frozen affine).
 *
 * <p><b>Lifecycle</b> {@link #close()} frees the parameters of the whole tree. A constructor that
 * throws leaves no module to close: build modules with {@link Engine#construct}, which then frees
 * what was registered so far.
 */
public abstract class Module implements AutoCloseable {
  private final Engine engine;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Parameter> buffers = new LinkedHashMap<>();
  private final Map<String, Module> children = new LinkedHashMap<>();
  private boolean training;

  /** A module of an engine. */
  protected Module(Engine engine) {
    this.engine = engine;
  }

  /** The engine that holds the parameters. */
  public final Engine engine() {
    return engine;
  }

  /** The stream that initial values come from. */
  protected final RandomStream initStream() {
    return engine.random().get("init");
  }

  /** Registers a trainable parameter with an initial value. */
  protected final Parameter parameter(String name, Tensor initial) {
    requireNew(name);
    Parameter p = new Parameter(initial);
    parameters.put(name, p);
    return p;
  }

  /** Registers a buffer with an initial value. */
  protected final Parameter buffer(String name, Tensor initial) {
    requireNew(name);
    Parameter p = new Parameter(initial);
    p.setTrainable(false);
    buffers.put(name, p);
    return p;
  }

  /** Registers a child. */
  protected final <M extends Module> M child(String name, M module) {
    requireNew(name);
    children.put(name, module);
    return module;
  }

  private void requireNew(String name) {
    if (parameters.containsKey(name) || buffers.containsKey(name) || children.containsKey(name)) {
      throw new IllegalArgumentException(
          "module " + getClass().getSimpleName() + ": '" + name + "' is registered twice");
    }
  }

  /** The children by name, in order of registration. */
  public final Map<String, Module> children() {
    return java.util.Collections.unmodifiableMap(children);
  }

  /** Visits every module of the tree with its full name ("" for this one), parents first. */
  public final void forEachModule(BiConsumer<String, Module> visitor) {
    visit("", visitor);
  }

  private void visit(String prefix, BiConsumer<String, Module> visitor) {
    visitor.accept(prefix, this);
    children.forEach(
        (name, child) -> child.visit(prefix.isEmpty() ? name : prefix + "." + name, visitor));
  }

  /** The parameters of this module alone, by their own names. */
  public final Map<String, Parameter> ownParameters() {
    return java.util.Collections.unmodifiableMap(parameters);
  }

  /** All parameters of the tree by full name, in order of registration. */
  public final Map<String, Parameter> parameters() {
    Map<String, Parameter> out = new LinkedHashMap<>();
    forEachModule((prefix, module) -> collect(prefix, module.parameters, out));
    return out;
  }

  /** All buffers of the tree by full name. */
  public final Map<String, Parameter> buffers() {
    Map<String, Parameter> out = new LinkedHashMap<>();
    forEachModule((prefix, module) -> collect(prefix, module.buffers, out));
    return out;
  }

  /** Parameters and buffers of the tree by full name: what a checkpoint holds. */
  public final Map<String, Parameter> state() {
    Map<String, Parameter> out = new LinkedHashMap<>();
    forEachModule(
        (prefix, module) -> {
          collect(prefix, module.parameters, out);
          collect(prefix, module.buffers, out);
        });
    return out;
  }

  private static void collect(
      String prefix, Map<String, Parameter> from, Map<String, Parameter> into) {
    from.forEach((name, p) -> into.put(prefix.isEmpty() ? name : prefix + "." + name, p));
  }

  /** Number of elements of all parameters of the tree; buffers do not count. */
  public final long parameterCount() {
    return parameters().values().stream().mapToLong(Parameter::numel).sum();
  }

  /** Whether dropout, drop path and batch statistics are on. */
  public final boolean isTraining() {
    return training;
  }

  /** Switches the whole tree between training and evaluation. */
  public final void setTraining(boolean value) {
    forEachModule((name, module) -> module.training = value);
  }

  /** Frees the gradients of the whole tree. */
  public final void zeroGrad() {
    parameters().values().forEach(Parameter::zeroGrad);
  }

  @Override
  public void close() {
    children.values().forEach(Module::close);
    parameters.values().forEach(Parameter::close);
    buffers.values().forEach(Parameter::close);
  }
}
