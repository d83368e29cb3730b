package org.maskwright.datasets.catalog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.folder.LabelReadings;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.transform.SemanticMap;

/**
 * A data set of objects as one for semantic segmentation: the objects of a class, crowds too, are
 * one segment, and what no object covers is the background, a class of its own before the others.
 * Where objects of two classes overlap the pixel is that of the smaller, which would else be lost.
 *
 * <p>Background is a class and not void because an image of void pixels teaches nothing: with one
 * class of objects, the usual case, all pixels left would be of that class.
 */
public final class MergedThings implements Dataset {
  private final Dataset things;
  private final Categories categories;
  private final int background;

  private MergedThings(Dataset things) {
    this.things = things;
    List<Category> merged = new ArrayList<>(things.categories().asList());
    OptionalInt named = things.categories().background();
    if (named.isEmpty()) {
      int most = merged.stream().mapToInt(Category::id).max().orElse(0);
      int id = things.categories().indexOf(0) < 0 ? 0 : Math.addExact(most, 1);
      merged.add(0, Category.of(id, Categories.BACKGROUND, false));
    }
    this.categories = Categories.of(merged);
    this.background = named.orElse(0);
  }

  /**
   * A view of a data set that serves instance segmentation.
   *
   * @throws IllegalArgumentException if it does not
   */
  public static Dataset of(Dataset things) {
    if (!things.tasks().contains(Task.INSTANCE)) {
      throw new IllegalArgumentException(things.name() + ": expected a data set of objects");
    }
    return new MergedThings(things);
  }

  @Override
  public String name() {
    return things.name() + " as classes";
  }

  @Override
  public int size() {
    return things.size();
  }

  @Override
  public Categories categories() {
    return categories;
  }

  @Override
  public Set<Task> tasks() {
    return Set.of(Task.SEMANTIC);
  }

  @Override
  public List<String> notes() {
    List<String> notes = new ArrayList<>(things.notes());
    notes.add(
        "%s: objects of a class are taken together, and what no object covers is the class \"%s\""
            .formatted(things.name(), categories.get(background).name()));
    return notes;
  }

  @Override
  public SampleInfo info(int index) {
    return things.info(index);
  }

  @Override
  public Photograph image(int index) {
    return things.image(index);
  }

  @Override
  public List<DatasetException> disagreements(int index) {
    return things.disagreements(index);
  }

  @Override
  public Optional<DatasetException> maskless(int index) {
    return things.maskless(index);
  }

  @Override
  public List<Segment> segments(int index) {
    List<Segment> segments = things.segments(index);
    Size size = ImageSize.of(things, index, segments);
    return merged(segments, size.height(), size.width());
  }

  @Override
  public List<String> captions(int index) {
    return things.captions(index);
  }

  @Override
  public Channels channels() {
    return things.channels();
  }

  @Override
  public Sample load(int index) {
    Sample sample = things.load(index);
    Photograph image = sample.image();
    return sample.withSegments(merged(sample.segments(), image.height(), image.width()));
  }

  private List<Segment> merged(List<Segment> segments, int height, int width) {
    long[] areas = SegmentAreas.of(segments, height, width);
    List<Segment> largestFirst =
        IntStream.range(0, areas.length)
            .boxed()
            .sorted(Comparator.comparingLong((Integer s) -> areas[s]).reversed())
            .map(s -> asClass(segments.get(s)))
            .toList();
    LabelMap map = SemanticMap.of(largestFirst, width, height, background);
    return Arrays.stream(LabelReadings.distinct(map))
        .mapToObj(k -> new Segment(k, false, k, new SegmentMask.Labelled(map, k)))
        .toList();
  }

  private Segment asClass(Segment thing) {
    int category = categories.indexOf(things.categories().get(thing.category()).id());
    return new Segment(category, false, thing.id(), thing.mask());
  }
}
