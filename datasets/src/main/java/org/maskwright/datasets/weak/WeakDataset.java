package org.maskwright.datasets.weak;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ForwardingDataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.catalog.ImageSize;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.transform.SampleRandom;

/**
 * A data set of masks as if its objects had been annotated with less. What is random of an object
 * depends on the seed, the image's id and the object's place in the image: the same in every epoch.
 *
 * <p>Crowds, stuff, objects without a pixel and those whose masks nobody drew stay as they are.
 */
public final class WeakDataset extends ForwardingDataset {
  private final WeakForm form;
  private final long seed;

  /** The objects of {@code whole} in another form. */
  public WeakDataset(Dataset whole, WeakForm form, long seed) {
    super(whole);
    this.form = form;
    this.seed = seed;
  }

  @Override
  public List<Segment> segments(int index) {
    List<Segment> segments = super.segments(index);
    return weak(info(index).imageId(), segments, ImageSize.of(whole(), index, segments));
  }

  @Override
  public Sample load(int index) {
    Sample sample = super.load(index);
    Size size = new Size(sample.image().width(), sample.image().height());
    return sample.withSegments(weak(sample.info().imageId(), sample.segments(), size));
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
  public Optional<DatasetException> maskless(int index) {
    return Segment.maskless(segments(index)).map(e -> e.forImage(info(index).imageId()));
  }
}
