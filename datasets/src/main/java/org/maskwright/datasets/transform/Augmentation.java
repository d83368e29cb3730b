package org.maskwright.datasets.transform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;

/**
 * Samples to training examples: the transforms decide a view, which is rendered once.
 *
 * <p><b>Thread safety</b> Immutable; one augmentation serves all threads.
 *
 * @param transforms in the order they are applied
 * @param task how segments become targets
 * @param emptyMasks what happens to targets that the crop left without a pixel
 */
public record Augmentation(List<Transform> transforms, Task task, EmptyMasks emptyMasks) {
  /** What to do with a target of which the view shows nothing. */
  public enum EmptyMasks {
    /** Leave it out: more than half of an image's objects can fall outside a large-scale crop. */
    DROP,
    /**
     * Keep it, as the reference's panoptic pipelines do; one without a mask, of which points or box
     * show nothing, is left out even so.
     */
    KEEP
  }

  public Augmentation {
    transforms = List.copyOf(transforms);
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(emptyMasks, "emptyMasks");
  }

  /** No change but the targets: the picture at its own size. */
  public static Augmentation none(Task task) {
    return new Augmentation(List.of(), task, EmptyMasks.DROP);
  }

  /** What {@code sample} will show; draws all random numbers. */
  public View view(Sample sample, RandomGenerator random) {
    View view = View.whole(sample.image().width(), sample.image().height());
    for (Transform transform : transforms) {
      view = transform.apply(view, sample, random);
    }
    return view;
  }

  /** The augmented sample. */
  public TrainingExample apply(Sample sample, Categories categories, RandomGenerator random) {
    return render(sample, categories, view(sample, random));
  }

  /** The sample as {@code view} shows it. */
  public TrainingExample render(Sample sample, Categories categories, View view) {
    Targets targets = Targets.of(task, categories, sample.segments());
    Size padded = view.padded();
    MaskStack masks = new MaskStack(targets.count(), padded.height(), padded.width());
    new MaskRenderer(view, masks).draw(sample.segments(), targets.targetOf());
    WeakTargets weak = WeakTargets.of(sample, targets, view);
    int[] all = targets.classes();
    int[] kept =
        IntStream.range(0, all.length)
            .filter(n -> weak.has(n) ? weak.shows(n) : !drops(masks.isEmpty(n)))
            .toArray();
    TrainingExample example =
        new TrainingExample(
            sample.info(),
            ImageRenderer.render(sample.image(), view),
            view.content(),
            view.source(),
            Arrays.stream(kept).map(n -> all[n]).toArray(),
            kept.length < all.length ? masks.select(kept) : masks,
            Arrays.stream(kept).mapToObj(weak::get).toList());
    return sample.words().isEmpty() ? example : example.withWords(sample.words());
  }

  /**
   * What frame {@code t} of a clip made of one photograph shows: the transforms applied to a part
   * of it. Transforms draw the same numbers for each frame of a seed.
   *
   * @param part the part, as a view of the whole
   * @param seed of the clip
   */
  public View view(Sample sample, View part, long seed) {
    View view = part;
    for (int i = 0; i < transforms.size(); i++) {
      // A stream for each: how many numbers one draws may depend on the part.
      view = transforms.get(i).apply(view, sample, SampleRandom.of(seed, 0, i));
    }
    return view;
  }

  /**
   * A clip: frames as their views show them, padded to the largest. A target is an object of one id
   * in all frames; it is dropped only if no frame shows it.
   *
   * @param info of the frame that stands for the clip
   * @param frames T, at least one, of one size
   * @param views one of each frame
   * @param labels of targets that the annotation of the last frame does not have
   * @throws DatasetException if a segment has no mask
   */
  public TrainingExample clip(
      SampleInfo info,
      List<Sample> frames,
      Categories categories,
      List<View> views,
      ClipLabels labels) {
    List<Segment> segments = frames.stream().flatMap(f -> f.segments().stream()).toList();
    for (Sample frame : frames) {
      Segment.maskless(frame.segments())
          .ifPresent(
              e -> {
                throw e.forImage(frame.info().imageId());
              });
    }
    Targets targets = Targets.ofTracks(task, categories, segments);
    int clip = frames.size();
    Size padded = largest(views.stream().map(View::padded).toList());
    MaskStack masks =
        new MaskStack(targets.count() * clip, padded.height(), padded.width()); // [N*T,H,W]
    List<PixelPlanes> images = new ArrayList<>();
    int first = 0; // segment of the frame
    for (int t = 0; t < clip; t++) {
      List<Segment> shown = frames.get(t).segments();
      int[] maskOf = new int[shown.size()];
      for (int i = 0; i < maskOf.length; i++) {
        int target = targets.targetOf()[first + i];
        maskOf[i] = target < 0 ? -1 : target * clip + t;
      }
      first += maskOf.length;
      View view = views.get(t).padded(padded.width(), padded.height());
      new MaskRenderer(view, masks).draw(shown, maskOf);
      images.add(ImageRenderer.render(frames.get(t).image(), view));
    }
    int shownLast = frames.get(clip - 1).segments().size();
    int[] classes =
        labels == ClipLabels.ALL_FRAMES ? targets.classes() : ofLastFrame(targets, shownLast);
    int[] kept =
        IntStream.range(0, targets.count())
            .filter(n -> !drops(IntStream.range(n * clip, (n + 1) * clip).allMatch(masks::isEmpty)))
            .toArray();
    int[] keptMasks =
        Arrays.stream(kept).flatMap(n -> IntStream.range(n * clip, (n + 1) * clip)).toArray();
    return new TrainingExample(
        info,
        images,
        largest(views.stream().map(View::content).toList()),
        views.get(0).source(),
        Arrays.stream(kept).map(n -> classes[n]).toArray(),
        masks.select(keptMasks));
  }

  /** Classes of a clip's targets, without those that none of the last segments is of. */
  private static int[] ofLastFrame(Targets targets, int segments) {
    int[] classes = new int[targets.count()];
    Arrays.fill(classes, TrainingExample.NO_OBJECT);
    int[] targetOf = targets.targetOf();
    for (int i = targetOf.length - segments; i < targetOf.length; i++) {
      if (targetOf[i] >= 0) {
        classes[targetOf[i]] = targets.classes()[targetOf[i]];
      }
    }
    return classes;
  }

  /** Where the classes of a clip's targets come from. */
  public enum ClipLabels {
    /** A target's class is that of its object, whichever frame shows it. */
    ALL_FRAMES,
    /**
     * As Mask2Former-VIS' official code has it: what the last frame does not show is learnt as no
     * object, though its masks count.
     */
    LAST_FRAME
  }

  private static Size largest(List<Size> sizes) {
    return new Size(
        sizes.stream().mapToInt(Size::width).max().orElseThrow(),
        sizes.stream().mapToInt(Size::height).max().orElseThrow());
  }

  private boolean drops(boolean empty) {
    return empty && emptyMasks == EmptyMasks.DROP;
  }
}
