package org.maskwright.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.Palette;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.picture.PictureGrid;
import org.maskwright.datasets.picture.WeakMarks;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.SampleRandom;

/** Pictures of samples before and after augmentation, made of exactly what training would get. */
final class DataPictures {
  private static final int LONG_SIDE = 800; // of one of three pictures beside each other

  private final Dataset dataset;
  private final Augmentation augmentation;
  private final long seed;

  DataPictures(Dataset dataset, Augmentation augmentation, long seed) {
    this.dataset = dataset;
    this.augmentation = augmentation;
    this.seed = seed;
  }

  /** Photograph, annotation and augmented example of one image. */
  Picture sheet(int index) {
    Sample sample = dataset.load(index);
    TrainingExample stored =
        Augmentation.none(augmentation.task())
            .apply(sample, dataset.categories(), SampleRandom.of(seed, 0, index));
    TrainingExample augmented =
        augmentation.apply(sample, dataset.categories(), SampleRandom.of(seed, 0, index));
    String id = sample.info().imageId().toString();
    return new PictureGrid(3)
        .title(dataset.name() + ", image " + id)
        .add(
            Overlay.on(sample.image().shown().data(), stored.width(), stored.height())
                .withMaxLongSide(LONG_SIDE)
                .plain(),
            "photograph")
        .add(overlay(stored), targets(stored))
        .add(overlay(augmented), "augmented: " + targets(augmented))
        .draw();
  }

  private static String targets(TrainingExample example) {
    int n = example.targetCount();
    return n == 1 ? "1 target" : n + " targets";
  }

  private Picture overlay(TrainingExample example) {
    List<OverlayInstance> instances = new ArrayList<>();
    for (int n = 0; n < example.targetCount(); n++) {
      byte[] mask = drawn(example, n);
      int index = example.classes()[n];
      Category category = dataset.categories().get(index);
      OverlayInstance one = new OverlayInstance(mask, index, category.name());
      boolean counted = category.thing() && augmentation.task() != Task.SEMANTIC;
      instances.add(counted ? one : one.asStuff());
    }
    return Overlay.on(example.image().shown().data(), example.width(), example.height())
        .withPalette(Palette.of(dataset.categories()))
        .withMaxLongSide(LONG_SIDE)
        .instances(instances);
  }

  /** The mask, or what is known in its place. */
  private static byte[] drawn(TrainingExample example, int n) {
    Size size = new Size(example.width(), example.height());
    return example
        .weak()
        .get(n)
        .map(label -> WeakMarks.of(label, size))
        .orElseGet(
            () -> {
              byte[] mask = new byte[size.width() * size.height()];
              example.masks().unpack(n, mask, 0);
              return mask;
            });
  }
}
