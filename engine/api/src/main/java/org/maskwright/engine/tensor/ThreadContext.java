package org.maskwright.engine.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What a thread has open on an engine: scopes, modes and constructions. */
final class ThreadContext {
  private final Modes modes;
  private final List<Parameter> made = new ArrayList<>();
  private int constructions;
  private Scope scope;

  ThreadContext(Modes.Values standard) {
    this.modes = new Modes(standard);
  }

  Modes modes() {
    return modes;
  }

  /** The innermost open scope, or null. */
  Scope scope() {
    return scope;
  }

  void setScope(Scope value) {
    scope = value;
  }

  void made(Parameter parameter) {
    if (constructions > 0) {
      made.add(parameter);
    }
  }

  /** See {@link Engine#construct}. */
  <T> T construct(Supplier<T> body) {
    int before = made.size();
    boolean complete = false;
    constructions++;
    try {
      T result = body.get();
      complete = true;
      return result;
    } finally {
      constructions--;
      if (!complete) {
        made.subList(before, made.size()).forEach(Parameter::close);
      }
      if (!complete || constructions == 0) {
        made.subList(before, made.size()).clear();
      }
    }
  }
}
