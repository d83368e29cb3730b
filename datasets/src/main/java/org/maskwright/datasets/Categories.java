package org.maskwright.datasets;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The classes of a data set in training order: the position in this list is the contiguous class
 * index 0..K-1 that targets, class logits and metrics use; {@link Category#id} is what the files
 * use.
 */
public final class Categories implements Iterable<Category> {
  /** The name of {@link #background}. */
  public static final String BACKGROUND = "background";

  private final List<Category> list;
  private final Map<Integer, Integer> indexOfId;

  private Categories(List<Category> list) {
    this.list = List.copyOf(list);
    this.indexOfId = new HashMap<>();
    for (int i = 0; i < list.size(); i++) {
      Integer before = indexOfId.put(list.get(i).id(), i);
      if (before != null) {
        throw new IllegalArgumentException(
            "categories: id %d is used by both \"%s\" and \"%s\""
                .formatted(list.get(i).id(), list.get(before).name(), list.get(i).name()));
      }
    }
  }

  /**
   * Categories in the given order.
   *
   * @throws IllegalArgumentException if two share an id
   */
  public static Categories of(List<Category> list) {
    return new Categories(list);
  }

  /** Things with the ids 0..K-1. */
  public static Categories things(String... names) {
    List<Category> list = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      list.add(Category.of(i, names[i], true));
    }
    return new Categories(list);
  }

  /** K, the number of classes, without a no-object class. */
  public int size() {
    return list.size();
  }

  /** The category at contiguous index {@code index}. */
  public Category get(int index) {
    return list.get(index);
  }

  /** The contiguous index of a file's id, or -1 if no category has it. */
  public int indexOf(int id) {
    return indexOfId.getOrDefault(id, -1);
  }

  /** Whether the class at contiguous index {@code index} is a thing. */
  public boolean isThing(int index) {
    return list.get(index).thing();
  }

  /** All categories in contiguous order; unmodifiable. */
  public List<Category> asList() {
    return list;
  }

  /** All names in contiguous order. */
  public List<String> names() {
    return list.stream().map(Category::name).toList();
  }

  /**
   * The class that is no class: what no object covers, by its name; empty if there is none. What
   * then is of no class at all is void.
   */
  public OptionalInt background() {
    return IntStream.range(0, list.size())
        .filter(k -> list.get(k).name().toLowerCase(Locale.ROOT).equals(BACKGROUND))
        .findFirst();
  }

  /** The number of things. */
  public int thingCount() {
    return (int) list.stream().filter(Category::thing).count();
  }

  @Override
  public Iterator<Category> iterator() {
    return list.iterator();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Categories that && list.equals(that.list);
  }

  @Override
  public int hashCode() {
    return list.hashCode();
  }

  @Override
  public String toString() {
    return list.size() + " categories, " + thingCount() + " things";
  }
}
