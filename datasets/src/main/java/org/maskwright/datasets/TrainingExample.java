package org.maskwright.datasets;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An augmented photograph, or a clip of T frames of a video, with its targets, ready to be
 * collated. A photograph is a clip of one frame.
 *
 * <p><b>Shapes</b> {@link #image(int)} [C,H,W] in units of 0..255, all frames of one size; {@link
 * #classes()} [N] contiguous class indices; {@link #masks()} [N*T,H,W] {0,1}, that of target n in
 * frame t at n*T + t, in the coordinates of the frame. N may be 0. A target that a frame does not
 * show has an empty mask there. The picture proper is the top left {@code contentWidth x
 * contentHeight}; the rest is padding, 0 in every mask. A target of a photograph whose mask nobody
 * drew has an empty one and, in {@link #weak()}, what is known of it in the same coordinates.
 *
 * <p><b>Thread safety</b> Nobody writes to it after it was made.
 */
public final class TrainingExample {
  /** In place of the class of a target that is learnt as no object; of clips alone. */
  public static final int NO_OBJECT = -1;

  private final SampleInfo info;
  private final List<PixelPlanes> images;
  private final int width;
  private final int height;
  private final int contentWidth;
  private final int contentHeight;
  private final int originalWidth;
  private final int originalHeight;
  private final int[] classes;
  private final MaskStack masks;
  private final List<Optional<WeakLabel>> weak;
  private final List<Word> words;
  private final Optional<String> caption;
  private final List<ViewCrop> views;

  /** A photograph whose targets all have masks; see the other constructors. */
  public TrainingExample(
      SampleInfo info,
      PixelPlanes image,
      Size content,
      Size original,
      int[] classes,
      MaskStack masks) {
    this(
        info,
        List.of(image),
        content,
        original,
        classes,
        masks,
        allKnown(classes),
        List.of(),
        Optional.empty(),
        List.of());
  }

  /**
   * A clip over the given arrays, which are not copied. Each target has a mask in each frame.
   *
   * @param info of the frame that stands for the clip in messages
   * @param images of the frames, at least one
   * @throws IllegalArgumentException as the other constructor
   */
  public TrainingExample(
      SampleInfo info,
      List<PixelPlanes> images,
      Size content,
      Size original,
      int[] classes,
      MaskStack masks) {
    this(
        info,
        images,
        content,
        original,
        classes,
        masks,
        allKnown(classes),
        List.of(),
        Optional.empty(),
        List.of());
  }

  private static List<Optional<WeakLabel>> allKnown(int[] classes) {
    return Collections.nCopies(classes.length, Optional.empty());
  }

  /**
   * A photograph over the given arrays, which are not copied.
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
    this(
        info,
        List.of(image),
        content,
        original,
        classes,
        masks,
        weak,
        List.of(),
        Optional.empty(),
        List.of());
  }

  private TrainingExample(
      SampleInfo info,
      List<PixelPlanes> images,
      Size content,
      Size original,
      int[] classes,
      MaskStack masks,
      List<Optional<WeakLabel>> weak,
      List<Word> words,
      Optional<String> caption,
      List<ViewCrop> views) {
    this.info = Objects.requireNonNull(info, "info");
    this.width = masks.width();
    this.height = masks.height();
    this.images = List.copyOf(images);
    for (PixelPlanes image : this.images) {
      requireSize(image);
    }
    if (images.isEmpty() || masks.count() != (long) classes.length * images.size()) {
      throw new IllegalArgumentException(
          "image %s: expected at least one frame and a mask of each of %d targets in each, got %d frames and %d masks"
              .formatted(info.imageId(), classes.length, images.size(), masks.count()));
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
    this.contentWidth = content.width();
    this.contentHeight = content.height();
    this.originalWidth = original.width();
    this.originalHeight = original.height();
    this.classes = classes;
    this.masks = masks;
    this.weak = List.copyOf(weak);
    this.words = List.copyOf(words);
    this.caption = caption;
    this.views = List.copyOf(views);
    if (!views.isEmpty() && views.size() != images.size()) {
      throw new IllegalArgumentException(
          "image %s: expected what each of %d frames shows, got %d views"
              .formatted(info.imageId(), images.size(), views.size()));
    }
  }

  /** The same example with other {@link #words}. */
  public TrainingExample withWords(List<Word> said) {
    return with(said, caption, views);
  }

  /** The same example with another {@link #caption}. */
  public TrainingExample withCaption(String said) {
    return with(words, Optional.of(said), views);
  }

  /**
   * The same example, of which is known what each frame shows of its picture; see {@link #views}.
   *
   * @throws IllegalArgumentException if there are not as many as frames
   */
  public TrainingExample withViews(List<ViewCrop> shown) {
    return with(words, caption, shown);
  }

  private TrainingExample with(
      List<Word> someWords, Optional<String> someCaption, List<ViewCrop> shown) {
    return new TrainingExample(
        info,
        images,
        new Size(contentWidth, contentHeight),
        new Size(originalWidth, originalHeight),
        classes,
        masks,
        weak,
        someWords,
        someCaption,
        shown);
  }

  private void requireSize(PixelPlanes image) {
    int channels = images.get(0).channels();
    if (image.channels() != channels || image.length() != (long) channels * width * height) {
      throw new IllegalArgumentException(
          "image %s: expected %d x %d x %d values as its masks and other frames have, got %d of %d channels"
              .formatted(
                  info.imageId(), channels, height, width, image.length(), image.channels()));
    }
  }

  /** The id, file and declared size of the image, or of the frame that stands for the clip. */
  public SampleInfo info() {
    return info;
  }

  /** The id of the image in its data set. */
  public ImageId imageId() {
    return info.imageId();
  }

  /** T, the number of frames; 1 of a photograph. */
  public int frames() {
    return images.size();
  }

  /** The pixels of frame {@code t}, 0..T-1, channel by channel, padding included. */
  public PixelPlanes image(int t) {
    return images.get(t);
  }

  /**
   * The pixels of a photograph, channel by channel, padding included.
   *
   * @throws IllegalStateException if there are several frames
   */
  public PixelPlanes image() {
    if (frames() != 1) {
      throw new IllegalStateException(
          "image %s: expected a photograph, got a clip of %d frames"
              .formatted(info.imageId(), frames()));
    }
    return images.get(0);
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

  /** The mask of each target in each frame: target n, frame t at n*T + t. */
  public MaskStack masks() {
    return masks;
  }

  /** Of each target without a mask what is known of it; empty of those that have one. */
  public List<Optional<WeakLabel>> weak() {
    return weak;
  }

  /**
   * What somebody said that the whole photograph shows, of no place in it and whatever the
   * augmentation has left of it; empty if nobody did.
   */
  public List<Word> words() {
    return words;
  }

  /** One of the sentences that say what the whole photograph shows; empty if none is learnt from. */
  public Optional<String> caption() {
    return caption;
  }

  /**
   * Of examples that are views of one picture: what each frame shows of it; else empty. A point
   * that several views show is found in each by this alone.
   */
  public List<ViewCrop> views() {
    return views;
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

  /** Writes the normalised frame {@code t} [C,H,W], from {@code target[offset]} on. */
  public void normalizeInto(Normalization by, int t, float[] target, int offset) {
    images.get(t).normalizeInto(by, target, offset);
  }
}
