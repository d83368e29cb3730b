package org.maskwright.modelzoo.head;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

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

  /** Of the classes, in order. */
  public List<String> names() {
    return classes.stream().map(Entry::name).toList();
  }

  /**
   * Where classes that others name stand among these: that of the very name, else the first of a
   * name that differs in case or in spaces around it.
   *
   * @return of each name the index, -1 where there is none
   */
  public int[] places(List<String> names) {
    List<String> exact = names();
    List<String> known = exact.stream().map(ClassSpace::compared).toList();
    return names.stream()
        .mapToInt(
            name -> exact.contains(name) ? exact.indexOf(name) : known.indexOf(compared(name)))
        .toArray();
  }

  /** Those names that no class has. */
  public List<String> missing(List<String> names) {
    int[] places = places(names);
    return IntStream.range(0, places.length)
        .filter(k -> places[k] < 0)
        .mapToObj(names::get)
        .toList();
  }

  private static String compared(String name) {
    return name.strip().toLowerCase(Locale.ROOT);
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
