package org.maskwright.datasets;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A data set that is another one but for what a subclass says. Who changes {@link #segments}
 * changes {@link #load} too, and {@link #labels} if classes or their number change.
 */
public abstract class ForwardingDataset implements Dataset {
  private final Dataset whole;

  /** Of {@code whole}, image by image. */
  protected ForwardingDataset(Dataset whole) {
    this.whole = whole;
  }

  /** The other one. */
  protected final Dataset whole() {
    return whole;
  }

  /** Which image of the other one image {@code index} is. */
  protected int indexOf(int index) {
    return index;
  }

  @Override
  public String name() {
    return whole.name();
  }

  @Override
  public int size() {
    return whole.size();
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
    return whole.info(indexOf(index));
  }

  @Override
  public List<Segment> segments(int index) {
    return whole.segments(indexOf(index));
  }

  @Override
  public Photograph image(int index) {
    return whole.image(indexOf(index));
  }

  @Override
  public Optional<String> video(int index) {
    return whole.video(indexOf(index));
  }

  @Override
  public List<String> captions(int index) {
    return whole.captions(indexOf(index));
  }

  @Override
  public Channels channels() {
    return whole.channels();
  }

  @Override
  public Sample load(int index) {
    return whole.load(indexOf(index));
  }

  @Override
  public List<String> notes() {
    return whole.notes();
  }

  @Override
  public List<Label> labels(int index) {
    return whole.labels(indexOf(index));
  }

  @Override
  public List<DatasetException> disagreements(int index) {
    return whole.disagreements(indexOf(index));
  }

  @Override
  public Optional<DatasetException> maskless(int index) {
    return whole.maskless(indexOf(index));
  }

  @Override
  public boolean hasTargets(int index) {
    return whole.hasTargets(indexOf(index));
  }
}
