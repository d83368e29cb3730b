package org.maskwright.engine.nn;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.tensor.Engine;

/** Children named by their number: {@code 0}, {@code 1}, ... */
public final class ModuleList<M extends Module> extends Module {
  private final List<M> list = new ArrayList<>();

  /** An empty list. */
  public ModuleList(Engine engine) {
    super(engine);
  }

  /** Appends a module and returns it. */
  public M add(M module) {
    child(Integer.toString(list.size()), module);
    list.add(module);
    return module;
  }

  /** The module at a position. */
  public M get(int index) {
    return list.get(index);
  }

  /** How many there are. */
  public int size() {
    return list.size();
  }

  /** The modules in order; unmodifiable. */
  public List<M> asList() {
    return java.util.Collections.unmodifiableList(list);
  }
}
