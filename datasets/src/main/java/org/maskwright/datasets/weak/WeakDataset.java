package org.maskwright.datasets.weak;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.catalog.ImageSize;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.transform.SampleRandom;

/**
 * A data set of masks as if its objects had been annotated with less. What is random of an object
 * depends on the seed, the image's id and the object's place in the image: the same in every epoch.
 *
 * <p>Crowds, stuff, objects without a pixel and those whose masks nobody drew stay as they are.
 */
public final class WeakDataset implements Dataset {
  private final Dataset whole;
  private final WeakForm form;
  private final long seed;

  /** The objects of {@code whole} in another form. */
  public WeakDataset(Dataset whole, WeakForm form, long seed) {
    this.whole = whole;
    this.form = form;
    this.seed = seed;
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
    return whole.info(index);
  }

  @Override
  public List<Segment> segments(int index) {
    List<Segment> segments = whole.segments(index);
    return weak(info(index).imageId(), segments, ImageSize.of(whole, index, segments));
  }

  @Override
  public Sample load(int index) {
    Sample sample = whole.load(index);
    Size size = new Size(sample.image().width(), sample.image().height());
    return new Sample(
        sample.info(), sample.image(), weak(sample.info().imageId(), sample.segments(), size));
  }

  private List<Segment> weak(ImageId image, List<Segment> segments, Size size) {
    List<Segment> out = new ArrayList<>();
    for (int i = 0; i < segments.size(); i++) {
      Segment s = segments.get(i);
      boolean object = !s.crowd() && categories().isThing(s.category());
      Optional<Rle> mask =
          object && !(s.mask() instanceof SegmentMask.Weak)
              ? Optional.of(s.mask().toRle(size)).filter(m -> m.area() > 0)
              : Optional.empty();
      int number = i;
      out.add(
          mask.map(m -> form.of(m, SampleRandom.of(seed, image.toString().hashCode(), number)))
              .map(known -> new Segment(s.category(), false, s.id(), known))
              .orElse(s));
    }
    return out;
  }

  @Override
  public Photograph image(int index) {
    return whole.image(index);
  }

  @Override
  public Channels channels() {
    return whole.channels();
  }

  @Override
  public List<String> notes() {
    return whole.notes();
  }

  @Override
  public List<Label> labels(int index) {
    return whole.labels(index);
  }

  @Override
  public List<DatasetException> disagreements(int index) {
    return whole.disagreements(index);
  }

  @Override
  public Optional<DatasetException> maskless(int index) {
    return segments(index).stream()
        .filter(s -> s.mask() instanceof SegmentMask.Weak)
        .findFirst()
        .map(s -> maskless(index, s.id(), ((SegmentMask.Weak) s.mask()).label()));
  }

  private DatasetException maskless(int index, long annotation, WeakLabel label) {
    return new DatasetException("no mask, but " + label.described())
        .forImage(info(index).imageId())
        .forAnnotation(annotation);
  }

  @Override
  public boolean hasTargets(int index) {
    return whole.hasTargets(index);
  }
}
