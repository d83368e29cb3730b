package org.maskwright.datasets;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Some of the images of a data set, in a given order. */
public final class DatasetView implements Dataset {
  private final Dataset whole;
  private final String name;
  private final List<String> notes;
  private final int[] indices;

  private DatasetView(Dataset whole, String name, List<String> notes, int[] indices) {
    this.whole = whole;
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
    return new DatasetView(whole, newName, notes, indices);
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
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public Categories categories() {
    return whole.categories();
  }

  @Override
  public Set<Task> tasks() {
    return whole.tasks();
  }

  @Override
  public SampleInfo info(int index) {
    return whole.info(indices[index]);
  }

  @Override
  public List<Segment> segments(int index) {
    return whole.segments(indices[index]);
  }

  @Override
  public Photograph image(int index) {
    return whole.image(indices[index]);
  }

  @Override
  public Channels channels() {
    return whole.channels();
  }

  @Override
  public Sample load(int index) {
    return whole.load(indices[index]);
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public List<Label> labels(int index) {
    return whole.labels(indices[index]);
  }

  @Override
  public List<DatasetException> disagreements(int index) {
    return whole.disagreements(indices[index]);
  }

  @Override
  public Optional<DatasetException> maskless(int index) {
    return whole.maskless(indices[index]);
  }

  @Override
  public boolean hasTargets(int index) {
    return whole.hasTargets(indices[index]);
  }
}
