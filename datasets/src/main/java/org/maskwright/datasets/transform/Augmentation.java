package org.maskwright.datasets.transform;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.Sample;
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
    return new TrainingExample(
        sample.info(),
        ImageRenderer.render(sample.image(), view),
        view.content(),
        view.source(),
        Arrays.stream(kept).map(n -> all[n]).toArray(),
        kept.length < all.length ? masks.select(kept) : masks,
        Arrays.stream(kept).mapToObj(weak::get).toList());
  }

  private boolean drops(boolean empty) {
    return empty && emptyMasks == EmptyMasks.DROP;
  }
}
