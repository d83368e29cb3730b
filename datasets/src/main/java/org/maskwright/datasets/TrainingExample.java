package org.maskwright.datasets;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An augmented image with its targets, ready to be collated.
 *
 * <p><b>Shapes</b> {@link #image()} [C,H,W] in units of 0..255; {@link #classes()} [N] contiguous
 * class indices; {@link #masks()} [N,H,W] {0,1}, in the coordinates of the image. N may be 0. The
 * picture proper is the top left {@code contentWidth x contentHeight}; the rest is padding, 0 in
 * every mask. A target whose mask nobody drew has an empty one and, in {@link #weak()}, what is
 * known of it in the same coordinates.
 *
 * <p><b>Thread safety</b> Nobody writes to it after it was made.
 */
public final class TrainingExample {
  private final SampleInfo info;
  private final PixelPlanes image;
  private final int width;
  private final int height;
  private final int contentWidth;
  private final int contentHeight;
  private final int originalWidth;
  private final int originalHeight;
  private final int[] classes;
  private final MaskStack masks;
  private final List<Optional<WeakLabel>> weak;

  /** An example whose targets all have masks; see the other constructor. */
  public TrainingExample(
      SampleInfo info,
      PixelPlanes image,
      Size content,
      Size original,
      int[] classes,
      MaskStack masks) {
    this(
        info,
        image,
        content,
        original,
        classes,
        masks,
        Collections.nCopies(classes.length, Optional.empty()));
  }

  /**
   * An example over the given arrays, which are not copied.
   *
   * @param content the size of the picture proper within the padded image
   * @param original the size of the photograph as stored
   * @param weak of each target what is known of it where it has no mask
   * @throws IllegalArgumentException if image, classes and masks do not fit one another
   */
  public TrainingExample(
      SampleInfo info,
      PixelPlanes image,
      Size content,
      Size original,
      int[] classes,
      MaskStack masks,
      List<Optional<WeakLabel>> weak) {
    this.info = Objects.requireNonNull(info, "info");
    this.width = masks.width();
    this.height = masks.height();
    int channels = image.channels();
    if (image.length() != (long) channels * width * height || classes.length != masks.count()) {
      throw new IllegalArgumentException(
          "image %s: expected %d x %d x %d values and %d classes, got %d and %d"
              .formatted(
                  info.imageId(),
                  channels,
                  height,
                  width,
                  masks.count(),
                  image.length(),
                  classes.length));
    }
    if (weak.size() != classes.length) {
      throw new IllegalArgumentException(
          "image %s: expected what is known of each of %d targets, got %d"
              .formatted(info.imageId(), classes.length, weak.size()));
    }
    if (content.width() > width || content.height() > height) {
      throw new IllegalArgumentException(
          "image %s: content %s exceeds the image %d x %d"
              .formatted(info.imageId(), content, width, height));
    }
    this.image = image;
    this.contentWidth = content.width();
    this.contentHeight = content.height();
    this.originalWidth = original.width();
    this.originalHeight = original.height();
    this.classes = classes;
    this.masks = masks;
    this.weak = List.copyOf(weak);
  }

  /** The image's id, file and declared size. */
  public SampleInfo info() {
    return info;
  }

  /** The id of the image in its data set. */
  public ImageId imageId() {
    return info.imageId();
  }

  /** The pixels, channel by channel, padding included. */
  public PixelPlanes image() {
    return image;
  }

  /** W, padding included. */
  public int width() {
    return width;
  }

  /** H, padding included. */
  public int height() {
    return height;
  }

  public int contentWidth() {
    return contentWidth;
  }

  public int contentHeight() {
    return contentHeight;
  }

  /** The width of the photograph as stored (EXIF rotation applied). */
  public int originalWidth() {
    return originalWidth;
  }

  /** The height of the photograph as stored (EXIF rotation applied). */
  public int originalHeight() {
    return originalHeight;
  }

  /** N, the number of targets. */
  public int targetCount() {
    return classes.length;
  }

  /** The class of each target; not a copy. */
  public int[] classes() {
    return classes;
  }

  /** The mask of each target. */
  public MaskStack masks() {
    return masks;
  }

  /** Of each target without a mask what is known of it; empty of those that have one. */
  public List<Optional<WeakLabel>> weak() {
    return weak;
  }

  /**
   * Checks that each target has its mask.
   *
   * @throws DatasetException if one has points or a box in its place
   */
  public void requireMasks() {
    for (int n = 0; n < weak.size(); n++) {
      if (weak.get(n).isPresent()) {
        throw new DatasetException(
                "target %d: expected a mask, got %s; training learns from it with data.source.supervision.type = as-annotated"
                    .formatted(n, weak.get(n).get().described()))
            .forImage(imageId());
      }
    }
  }

  /** Writes the normalised image [C,H,W], channel by channel, from {@code target[offset]} on. */
  public void normalizeInto(Normalization by, float[] target, int offset) {
    image.normalizeInto(by, target, offset);
  }
}
