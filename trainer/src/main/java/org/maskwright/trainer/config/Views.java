package org.maskwright.trainer.config;

import java.util.List;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.settings.Doc;

/** Several views of each picture, which together are one example. */
public record Views(
    @Doc("The views of a picture, each a section as view; two as that section says.")
        @ElementsLike("view")
        List<ViewSettings> views,
    @Doc(
            "Views are drawn again until each two of a picture have this share of the larger one's area in common, in [0,1]; 0 = any. After 100"
                + " tries the picture is refused as a broken file is.")
        double overlap)
    implements AugmentSettings {
  /** Checks the ranges. */
  public Views {
    views = List.copyOf(views);
    Ranges.require(views.size() <= ClipSettings.MOST, "views", "1 to " + ClipSettings.MOST, views);
    Ranges.require(overlap >= 0 && overlap <= 1, "overlap", "a share in [0,1]", overlap);
  }

  @Override
  public Augmentation pipeline(Task task) {
    return views.get(0).pipeline(task);
  }

  @Override
  public Examples examples(Dataset dataset, Task task, ClipSettings clips) {
    return new org.maskwright.datasets.clip.Views(
        dataset, views.stream().map(view -> view.pipeline(task)).toList(), overlap);
  }

  @Override
  public int frames() {
    return views.size();
  }

  @Override
  public boolean changesColours() {
    return views.stream().anyMatch(ViewSettings::changesColours);
  }

  @Override
  public long pixels() {
    int height = views.stream().mapToInt(ViewSettings::height).max().orElseThrow();
    int width = views.stream().mapToInt(ViewSettings::width).max().orElseThrow();
    return (long) height * width;
  }
}
