package org.maskwright.datasets;

import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Some of the images of a data set, in a given order. */
public final class DatasetView extends ForwardingDataset {
  private final String name;
  private final List<String> notes;
  private final int[] indices;

  private DatasetView(Dataset whole, String name, List<String> notes, int[] indices) {
    super(whole);
    this.name = name;
    this.notes = notes;
    this.indices = indices;
  }

  /** The images that {@code kept} accepts. */
  public static DatasetView where(Dataset whole, IntPredicate kept) {
    return new DatasetView(
        whole,
        whole.name(),
        whole.notes(),
        IntStream.range(0, whole.size()).filter(kept).toArray());
  }

  /** The same images under another name. */
  public DatasetView named(String newName) {
    return new DatasetView(whole(), newName, notes, indices);
  }

  /** All images, with more to say to the user. */
  public static Dataset noted(Dataset whole, List<String> notes) {
    List<String> all = Stream.concat(notes.stream(), whole.notes().stream()).toList();
    return notes.isEmpty()
        ? whole
        : new DatasetView(whole, whole.name(), all, IntStream.range(0, whole.size()).toArray());
  }

  /** The images that have something to train on. */
  public static Dataset withTargets(Dataset whole) {
    return where(whole, whole::hasTargets);
  }

  /** The first {@code count} images, or all if there are fewer. */
  public static Dataset first(Dataset whole, int count) {
    return where(whole, i -> i < count);
  }

  @Override
  protected int indexOf(int index) {
    return indices[index];
  }

  @Override
  public Set<Integer> classes(int index) {
    return whole().classes(indices[index]);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public List<String> notes() {
    return notes;
  }
}
