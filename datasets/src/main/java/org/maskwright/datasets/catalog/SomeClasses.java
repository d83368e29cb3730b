package org.maskwright.datasets.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.ForwardingDataset;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;

/**
 * A data set of whose classes only some are annotated. The others keep their numbers; their pixels
 * are background where the data set has such a class, else of no class.
 */
public final class SomeClasses extends ForwardingDataset {
  private final IntPredicate kept;
  private final OptionalInt background;

  private SomeClasses(Dataset whole, IntPredicate kept, OptionalInt background) {
    super(whole);
    this.kept = kept;
    this.background = background;
  }

  /**
   * The images that show one of the classes, with those alone; reads all annotations where it is
   * not known without which classes an image shows.
   */
  public static Dataset showing(Dataset whole, Set<Integer> classes) {
    return new SomeClasses(
        DatasetView.where(whole, i -> whole.classes(i).stream().anyMatch(classes::contains)),
        classes::contains,
        whole.categories().background());
  }

  /** All images, without the segment that is what no object covers. */
  public static Dataset withoutBackground(Dataset whole) {
    OptionalInt background = whole.categories().background();
    return background.isEmpty()
        ? whole
        : new SomeClasses(whole, k -> k != background.getAsInt(), OptionalInt.empty());
  }

  @Override
  public List<Segment> segments(int index) {
    return some(super.segments(index));
  }

  @Override
  public Sample load(int index) {
    Sample sample = super.load(index);
    return sample.withSegments(some(sample.segments()));
  }

  private List<Segment> some(List<Segment> segments) {
    List<Segment> out = new ArrayList<>();
    for (Segment s : segments) {
      if (kept.test(s.category())) {
        out.add(s);
      } else if (background.isPresent()) {
        out.add(new Segment(background.getAsInt(), s.crowd(), s.id(), s.mask()));
      }
    }
    return out;
  }

  @Override
  public List<Label> labels(int index) {
    List<Label> labels = super.labels(index);
    if (labels == null) {
      return null;
    }
    List<Label> out = new ArrayList<>();
    for (Label label : labels) {
      if (kept.test(label.category())) {
        out.add(label);
      } else if (background.isPresent()) {
        out.add(new Label(background.getAsInt(), label.crowd()));
      }
    }
    return out;
  }

  @Override
  public Set<Integer> classes(int index) {
    Set<Integer> out = new TreeSet<>();
    for (int k : whole().classes(index)) {
      if (kept.test(k)) {
        out.add(k);
      } else {
        background.ifPresent(out::add);
      }
    }
    return out;
  }

  @Override
  public boolean hasTargets(int index) {
    List<Label> labels = labels(index);
    return labels == null ? super.hasTargets(index) : labels.stream().anyMatch(l -> !l.crowd());
  }
}
