package org.maskwright.trainer.config;

import java.util.Collections;
import java.util.List;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.ColorJitter;
import org.maskwright.datasets.transform.FixedSizeCrop;
import org.maskwright.datasets.transform.GridCrop;
import org.maskwright.datasets.transform.HorizontalFlip;
import org.maskwright.datasets.transform.Pad;
import org.maskwright.datasets.transform.RandomCrop;
import org.maskwright.datasets.transform.ResizeScale;
import org.maskwright.datasets.transform.ResizeShortestEdge;
import org.maskwright.datasets.transform.Transform;
import org.maskwright.settings.Doc;

/** How training images are changed: one of the field's pipelines. */
@Doc("How training images are changed: one of the field's pipelines.")
public sealed interface AugmentSettings
    permits AugmentSettings.Lsj,
        AugmentSettings.Crop,
        AugmentSettings.Resize,
        AugmentSettings.Grid,
        Views,
        AugmentSettings.None {
  /** The pipeline for a task; where it shows several views of a picture, that of the first. */
  Augmentation pipeline(Task task);

  /**
   * The examples of an epoch, of pictures or of clips.
   *
   * @throws org.maskwright.datasets.DatasetException as {@link ClipSettings#examples}
   */
  default Examples examples(Dataset dataset, Task task, ClipSettings clips) {
    return clips.examples(dataset, pipeline(task));
  }

  /** How many views of a picture are one example. */
  default int frames() {
    return 1;
  }

  /** Whether colours change, which means something of three channels alone. */
  default boolean changesColours() {
    return false;
  }

  /** Whether a picture is shown again as it was: its views can be counted. */
  default boolean repeats() {
    return false;
  }

  /** Pixels of one example; at least, where they depend on the picture. */
  long pixels();

  /** Longest side of a crop; what is larger is a slip of the pen. */
  int MAX_CROP = 16_384;

  static void requireCrop(int height, int width) {
    String expected = "1 to " + MAX_CROP;
    Ranges.require(height >= 1 && height <= MAX_CROP, "height", expected, height);
    Ranges.require(width >= 1 && width <= MAX_CROP, "width", expected, width);
  }

  private static void requireEdges(List<Integer> shortEdges) {
    Ranges.require(
        !shortEdges.isEmpty() && shortEdges.stream().allMatch(e -> e >= 1),
        "shortEdges",
        "at least one length, all at least 1",
        shortEdges);
  }

  /** Large-scale jitter: flip, resize by a random scale, crop to a fixed size. */
  record Lsj(
      @Doc("Height of the crop in pixels.") int height,
      @Doc("Width of the crop in pixels.") int width,
      @Doc("Smallest scale of the image within the crop.") double minScale,
      @Doc("Largest scale of the image within the crop.") double maxScale,
      @Doc("Probability of a horizontal flip.") double flip,
      @Doc("What happens to targets that the crop left without a pixel: drop or keep.")
          Augmentation.EmptyMasks emptyMasks)
      implements AugmentSettings {
    /** Checks the ranges. */
    public Lsj {
      requireCrop(height, width);
      Ranges.require(minScale > 0, "minScale", "a number above 0", minScale);
      Ranges.require(
          maxScale >= minScale && Double.isFinite(maxScale),
          "maxScale",
          "a number from min-scale up",
          maxScale);
      Ranges.requireProbability("flip", flip);
    }

    @Override
    public long pixels() {
      return (long) height * width;
    }

    @Override
    public Augmentation pipeline(Task task) {
      return new Augmentation(
          List.of(
              new HorizontalFlip(flip),
              new ResizeScale(minScale, maxScale, height, width),
              new FixedSizeCrop(height, width)),
          task,
          emptyMasks);
    }
  }

  /** Resize to one of several short edges, crop, colour jitter, flip, pad. */
  record Crop(
      @Doc("Lengths of the short edge in pixels; one is chosen for each image.")
          List<Integer> shortEdges,
      @Doc("Largest long edge in pixels.") int maxSize,
      @Doc("Height of the crop in pixels.") int height,
      @Doc("Width of the crop in pixels.") int width,
      @Doc("Largest share of a crop that one class may take; 1 = any.")
          double singleCategoryMaxArea,
      @Doc("Whether brightness, contrast, saturation and hue change at random.")
          boolean colorJitter,
      @Doc("Probability of a horizontal flip.") double flip,
      @Doc("What happens to targets that the crop left without a pixel: drop or keep.")
          Augmentation.EmptyMasks emptyMasks)
      implements AugmentSettings {
    /** Checks the ranges. */
    public Crop {
      shortEdges = List.copyOf(shortEdges);
      requireEdges(shortEdges);
      Ranges.require(maxSize >= 1, "maxSize", "at least 1", maxSize);
      requireCrop(height, width);
      Ranges.require(
          singleCategoryMaxArea > 0 && singleCategoryMaxArea <= 1,
          "singleCategoryMaxArea",
          "a share in (0,1]",
          singleCategoryMaxArea);
      Ranges.requireProbability("flip", flip);
    }

    @Override
    public boolean changesColours() {
      return colorJitter;
    }

    @Override
    public long pixels() {
      return (long) height * width;
    }

    @Override
    public Augmentation pipeline(Task task) {
      List<Transform> transforms = new java.util.ArrayList<>();
      transforms.add(new ResizeShortestEdge(shortEdges, maxSize));
      transforms.add(RandomCrop.fixed(height, width, singleCategoryMaxArea));
      if (colorJitter) {
        transforms.add(new ColorJitter());
      }
      transforms.add(new HorizontalFlip(flip));
      transforms.add(Pad.to(height, width));
      return new Augmentation(transforms, task, emptyMasks);
    }
  }

  /**
   * Resize to one of several short edges, flip: whole pictures, as recipes for videos have them.
   */
  record Resize(
      @Doc("Lengths of the short edge in pixels; one is chosen for each image or clip.")
          List<Integer> shortEdges,
      @Doc("Largest long edge in pixels.") int maxSize,
      @Doc("Probability of a horizontal flip.") double flip)
      implements AugmentSettings {
    /** Checks the ranges. */
    public Resize {
      shortEdges = List.copyOf(shortEdges);
      requireEdges(shortEdges);
      Ranges.require(maxSize >= 1, "maxSize", "at least 1", maxSize);
      Ranges.requireProbability("flip", flip);
    }

    @Override
    public long pixels() {
      long shortest = Collections.min(shortEdges);
      return shortest * Math.min(shortest, maxSize);
    }

    @Override
    public Augmentation pipeline(Task task) {
      return new Augmentation(
          List.of(new ResizeShortestEdge(shortEdges, maxSize), new HorizontalFlip(flip)),
          task,
          Augmentation.EmptyMasks.DROP);
    }
  }

  /** Resize to a short edge, one of the crops that tile the picture, flip, pad. */
  record Grid(
      @Doc("Length of the short edge in pixels.") int shortEdge,
      @Doc("Largest long edge in pixels.") int maxSize,
      @Doc("Height of the crop in pixels.") int height,
      @Doc("Width of the crop in pixels.") int width,
      @Doc("Probability of a horizontal flip.") double flip,
      @Doc("What happens to targets that the crop left without a pixel: drop or keep.")
          Augmentation.EmptyMasks emptyMasks)
      implements AugmentSettings {
    /** Checks the ranges. */
    public Grid {
      Ranges.require(shortEdge >= 1, "shortEdge", "at least 1", shortEdge);
      Ranges.require(maxSize >= 1, "maxSize", "at least 1", maxSize);
      requireCrop(height, width);
      Ranges.requireProbability("flip", flip);
    }

    @Override
    public boolean repeats() {
      return true;
    }

    @Override
    public long pixels() {
      return (long) height * width;
    }

    @Override
    public Augmentation pipeline(Task task) {
      return new Augmentation(
          List.of(
              new ResizeShortestEdge(List.of(shortEdge), maxSize),
              new GridCrop(height, width),
              new HorizontalFlip(flip),
              Pad.to(height, width)),
          task,
          emptyMasks);
    }
  }

  /** The picture at a fixed short edge, nothing random. */
  record None(
      @Doc("Length of the short edge in pixels.") int shortEdge,
      @Doc("Largest long edge in pixels.") int maxSize)
      implements AugmentSettings {
    /** Checks the ranges. */
    public None {
      Ranges.require(shortEdge >= 1, "shortEdge", "at least 1", shortEdge);
      Ranges.require(maxSize >= 1, "maxSize", "at least 1", maxSize);
    }

    @Override
    public boolean repeats() {
      return true;
    }

    @Override
    public long pixels() {
      return (long) shortEdge * Math.min(shortEdge, maxSize);
    }

    @Override
    public Augmentation pipeline(Task task) {
      return new Augmentation(
          List.of(new ResizeShortestEdge(List.of(shortEdge), maxSize)),
          task,
          Augmentation.EmptyMasks.DROP);
    }
  }
}
