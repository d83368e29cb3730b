package org.maskwright.datasets.regions;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ForwardingDataset;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.mask.Rle;

/** The pictures of a data set with their regions as segments, in place of what is annotated. */
public final class RegionDataset extends ForwardingDataset {
  private static final Categories REGION = Categories.things("region");
  private final Felzenszwalb method;

  /** Of the pictures of {@code own}. */
  public RegionDataset(Dataset own, Felzenszwalb method) {
    super(own);
    this.method = method;
  }

  @Override
  public Categories categories() {
    return REGION;
  }

  /** Regions are told apart. */
  @Override
  public Set<Task> tasks() {
    return Set.of(Task.INSTANCE, Task.PANOPTIC);
  }

  @Override
  public List<Segment> segments(int index) {
    return load(index).segments();
  }

  @Override
  public Sample load(int index) {
    Sample own = new Sample(whole().info(index), whole().image(index), List.of());
    return new Sample(own.info(), own.image(), regions(own.image().shown()));
  }

  private List<Segment> regions(RgbImage image) {
    List<Segment> out = new ArrayList<>();
    Rle.ofLabels(method.of(image), image.height(), image.width())
        .forEach(
            (number, mask) ->
                out.add(new Segment(0, false, number + 1L, new SegmentMask.Runs(mask))));
    return out;
  }

  /** Not known without looking. */
  @Override
  public List<Label> labels(int index) {
    return null;
  }

  @Override
  public Optional<DatasetException> maskless(int index) {
    return Optional.empty();
  }

  @Override
  public List<DatasetException> disagreements(int index) {
    return List.of();
  }

  @Override
  public boolean hasTargets(int index) {
    return true;
  }
}
