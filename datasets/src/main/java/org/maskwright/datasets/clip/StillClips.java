package org.maskwright.datasets.clip;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.View;

/**
 * Clips out of photographs, so that a model of clips is trained without videos: each frame shows
 * another part of one photograph, as if the camera moved, and is then augmented as the others are:
 * the same mirror, scale and colours.
 *
 * <p><b>Source</b> Mask2Former for video (arXiv 2112.10764), CocoClipDatasetMapper, which augments
 * a photograph T times. <b>Differs:</b> there is no rotation, and what a frame shows is drawn as a
 * part of the photograph whatever the augmentation.
 *
 * @param frames T, at least 1
 * @param shift the largest share of a side that a frame leaves out, in [0,1)
 */
public record StillClips(Dataset dataset, Augmentation augmentation, int frames, double shift)
    implements Examples {
  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if frames or shift are out of theirs
   */
  public StillClips {
    VideoClips.requireFrames(frames);
    if (!(shift >= 0 && shift < 1)) {
      throw new IllegalArgumentException(
          "shift: expected a share of a side in [0,1), got " + shift);
    }
  }

  @Override
  public String name() {
    return dataset.name();
  }

  @Override
  public int size() {
    return dataset.size();
  }

  @Override
  public SampleInfo info(int index) {
    return dataset.info(index);
  }

  @Override
  public TrainingExample example(int index, RandomGenerator random) {
    Sample still = numbered(dataset.load(index));
    long seed = random.nextLong();
    List<View> views = new ArrayList<>();
    for (int t = 0; t < frames; t++) {
      views.add(augmentation.view(still, part(still.image(), random), seed));
    }
    return augmentation.clip(
        still.info(),
        Collections.nCopies(frames, still),
        dataset.categories(),
        views,
        Augmentation.ClipLabels.ALL_FRAMES);
  }

  /** Objects of a photograph are told apart by their place in its list: ids need not differ. */
  static Sample numbered(Sample sample) {
    List<Segment> segments = sample.segments();
    return new Sample(
        sample.info(),
        sample.image(),
        IntStream.range(0, segments.size())
            .mapToObj(
                i -> {
                  Segment s = segments.get(i);
                  return new Segment(s.category(), s.crowd(), i, s.mask());
                })
            .toList());
  }

  private View part(Photograph image, RandomGenerator random) {
    double scale = 1 - shift * random.nextDouble();
    int width = Math.max(1, (int) Math.round(scale * image.width()));
    int height = Math.max(1, (int) Math.round(scale * image.height()));
    int x = random.nextInt(image.width() - width + 1);
    int y = random.nextInt(image.height() - height + 1);
    return View.whole(image.width(), image.height()).cropped(x, y, width, height);
  }

  @Override
  public String counted() {
    return "%d images, clips of %d frames of each".formatted(size(), frames);
  }
}
