package org.maskwright.datasets.clip;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.ViewCrop;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.View;

/**
 * Several views of each picture, each drawn for itself, as frames of one example, which says what
 * part of the picture each shows ({@link TrainingExample#views}). Where views are to overlap, all
 * are drawn again until each two do.
 *
 * @param dataset the pictures
 * @param views what a view is drawn by, one for each; the first says what becomes of targets
 * @param overlap the least area that two views have in common, as a share of the larger one's, in
 *     [0,1]; 0 for any
 */
public record Views(Dataset dataset, List<Augmentation> views, double overlap)
    implements Examples {
  private static final int TRIES = 100;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if there is no view, or the overlap is out of its range
   */
  public Views {
    views = List.copyOf(views);
    if (views.isEmpty() || views.size() > VideoClips.MOST_FRAMES) {
      throw new IllegalArgumentException(
          "views: expected 1 to %d, got %d".formatted(VideoClips.MOST_FRAMES, views.size()));
    }
    if (!(overlap >= 0 && overlap <= 1)) {
      throw new IllegalArgumentException(
          "overlap: expected a share of the larger view in [0,1], got " + overlap);
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
  public String counted() {
    return "%d images, %d %s of each"
        .formatted(size(), views.size(), views.size() == 1 ? "view" : "views");
  }

  @Override
  public TrainingExample example(int index, RandomGenerator random) {
    Sample sample = dataset.load(index);
    List<View> drawn = drawn(sample, random);
    Augmentation first = views.get(0);
    TrainingExample example =
        drawn.size() == 1
            ? first.render(sample, dataset.categories(), drawn.get(0))
            : first.clip(
                sample.info(),
                Collections.nCopies(drawn.size(), StillClips.numbered(sample)),
                dataset.categories(),
                drawn,
                Augmentation.ClipLabels.ALL_FRAMES);
    return example.withWords(sample.words()).withViews(drawn.stream().map(View::crop).toList());
  }

  private List<View> drawn(Sample sample, RandomGenerator random) {
    for (int i = 0; i < TRIES; i++) {
      List<View> drawn = new ArrayList<>();
      for (Augmentation view : views) {
        drawn.add(view.view(sample, random));
      }
      if (overlaps(drawn.stream().map(View::crop).toList())) {
        return drawn;
      }
    }
    throw new DatasetException(
        "%d views of the picture of %d x %d: %d tries gave none that have %s of the larger one's area in common; a lower augment.views.overlap, or a larger min-scale of the views, gives more that do"
            .formatted(
                views.size(), sample.image().width(), sample.image().height(), TRIES, overlap));
  }

  private boolean overlaps(List<ViewCrop> crops) {
    for (int i = 0; i < crops.size(); i++) {
      for (int j = 0; j < i; j++) {
        ViewCrop a = crops.get(i);
        ViewCrop b = crops.get(j);
        if (a.overlap(b) < overlap * Math.max(a.area(), b.area())) {
          return false;
        }
      }
    }
    return true;
  }
}
