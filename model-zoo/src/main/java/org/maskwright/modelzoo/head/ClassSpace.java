package org.maskwright.modelzoo.head;

import java.util.ArrayList;
import java.util.List;

/**
 * The K classes that a model tells apart, in the order of its logits; no-object is not among them.
 *
 * @param classes in contiguous order, at least one
 */
public record ClassSpace(List<Entry> classes) {
  /** What a model segments that tells no classes apart: one thing named {@code object}. */
  public static final ClassSpace OBJECT = new ClassSpace(List.of(new Entry("object", true)));

  /** Checks that there is a class. */
  public ClassSpace {
    classes = List.copyOf(classes);
    if (classes.isEmpty()) {
      throw new IllegalArgumentException("class space: expected at least one class, got none");
    }
  }

  /**
   * One class.
   *
   * @param name shown to users
   * @param thing whether its instances are told apart (panoptic)
   */
  public record Entry(String name, boolean thing) {}

  /** K things without names of their own: {@code 0}, {@code 1}, ... */
  public static ClassSpace ofSize(int count) {
    List<Entry> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      list.add(new Entry(Integer.toString(i), true));
    }
    return new ClassSpace(list);
  }

  /** K. */
  public int size() {
    return classes.size();
  }

  /** Whether the class at an index is a thing. */
  public boolean isThing(int index) {
    return classes.get(index).thing();
  }
}
