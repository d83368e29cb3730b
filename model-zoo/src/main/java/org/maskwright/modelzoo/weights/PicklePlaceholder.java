package org.maskwright.modelzoo.weights;

/**
 * What stands for an object that is no weight: a setting, a data type, a device, an instance of a
 * class that Maskwright does not know. It has a name and does nothing: it can be called, built and
 * filled as the pickle asks, and drops what it is given.
 */
final class PicklePlaceholder implements PickleGlobals.Function {
  private final String name;
  private boolean holdsTensors;

  /**
   * @param name of the global it was made by, such as {@code argparse.Namespace}
   */
  PicklePlaceholder(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  /** Whether a tensor was among what it was given, so that it may be a kind of tensor itself. */
  boolean holdsTensors() {
    return holdsTensors;
  }

  @Override
  public Object call(Object[] arguments) {
    PicklePlaceholder made = new PicklePlaceholder(name);
    made.drop(arguments);
    return made;
  }

  /** Takes what a pickle gives to an object: its state, items or elements. */
  void drop(Object... given) {
    for (Object value : given) {
      holdsTensors |= isTensor(value);
      if (value instanceof Object[] tuple) { // one level: what tensors are rebuilt from
        for (Object element : tuple) {
          holdsTensors |= isTensor(element);
        }
      }
    }
  }

  private static boolean isTensor(Object value) {
    return value instanceof HostTensor
        || value instanceof TorchStorage
        || value instanceof NumpyPickles.Array
        || value instanceof PicklePlaceholder other && other.holdsTensors;
  }

  @Override
  public String toString() {
    return "an object of '" + name + "'";
  }
}
