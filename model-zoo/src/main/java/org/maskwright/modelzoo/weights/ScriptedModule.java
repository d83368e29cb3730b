package org.maskwright.modelzoo.weights;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A module of a TorchScript archive, as its pickle describes it: attributes by name, of which
 * tensors and modules are kept. The archive's program is not read, let alone run.
 */
final class ScriptedModule implements PickleGlobals.Function {
  /** What names of a program's own classes begin with. */
  static final String CLASSES = "__torch__.";

  /** Makers of typed lists and dicts, which are no weights. */
  static final String TYPED = "torch.jit._pickle.";

  private static final int MAX_DEPTH = 100;

  private final String type;
  private final Map<String, Object> attributes = new LinkedHashMap<>();

  /**
   * @param type of the module; as a class it makes modules
   */
  ScriptedModule(String type) {
    this.type = type;
  }

  @Override
  public Object call(Object[] arguments) {
    return new ScriptedModule(type);
  }

  /**
   * Takes the attributes.
   *
   * @param state a dict of them, or what a class of the program made of them
   */
  void setState(Object state) {
    if (state instanceof Map<?, ?> map) {
      map.forEach((name, value) -> attributes.put(RestrictedUnpickler.name(name), value));
    }
  }

  /**
   * The tensors of the tree, their names joined with dots.
   *
   * @throws CheckpointException if a module stands in two places, or too deep
   */
  Map<Object, Object> tensors() {
    Map<Object, Object> out = new LinkedHashMap<>();
    collect("", 0, Collections.newSetFromMap(new IdentityHashMap<>()), out);
    return out;
  }

  private void collect(
      String prefix, int depth, Set<ScriptedModule> seen, Map<Object, Object> out) {
    if (!seen.add(this) || depth > MAX_DEPTH) {
      throw new CheckpointException(
          "module '%s' of the TorchScript archive stands in two places, or more than %d deep; save the model's state_dict() instead"
              .formatted(prefix, MAX_DEPTH));
    }
    attributes.forEach(
        (name, value) -> {
          if (value instanceof ScriptedModule inner) {
            inner.collect(prefix + name + ".", depth + 1, seen, out);
          } else if (value instanceof HostTensor) {
            out.put(prefix + name, value);
          }
        });
  }

  @Override
  public String toString() {
    return "a module of '" + type + "'";
  }
}
