package org.maskwright.datasets.transform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.ViewCrop;
import org.maskwright.datasets.image.ResizeFilter;

/**
 * What an augmented example shows of an image: a chain of resizes and crops, then perhaps a mirror,
 * new colours and padding at the right and the bottom. Immutable; each method gives the next view.
 *
 * <p>Flips commute with resizes and, with the crop mirrored, with crops: they are moved to the end
 * of the chain, so that rendering is the same for any order of the transforms.
 */
public final class View {
  /** A step of the chain. */
  sealed interface Step permits Resize, Crop {}

  /** To {@code width} x {@code height}. */
  record Resize(int width, int height, ResizeFilter filter) implements Step {}

  /** The pixels from (x, y) on; always inside the frame. */
  record Crop(int x, int y, int width, int height) implements Step {}

  private final Size source;
  private final List<Step> steps;
  private final boolean mirrored;
  private final Size content;
  private final Size padded;
  private final Recolouring colors;

  private View(
      Size source,
      List<Step> steps,
      boolean mirrored,
      Size content,
      Size padded,
      Recolouring colors) {
    this.source = source;
    this.steps = steps;
    this.mirrored = mirrored;
    this.content = content;
    this.padded = padded;
    this.colors = colors;
  }

  /** The whole image as it is. */
  public static View whole(int width, int height) {
    Size size = new Size(width, height);
    return new View(size, List.of(), false, size, null, null);
  }

  /** The size of the stored image. */
  public Size source() {
    return source;
  }

  /** The size of the picture so far, without padding. */
  public Size content() {
    return content;
  }

  /** The size with padding. */
  public Size padded() {
    return padded == null ? content : padded;
  }

  /** Whether left and right are exchanged. */
  public boolean mirrored() {
    return mirrored;
  }

  /** The change of colours, if there is one. */
  public Optional<Recolouring> colors() {
    return Optional.ofNullable(colors);
  }

  List<Step> steps() {
    return steps;
  }

  /** The picture resized to {@code width} x {@code height}, bilinear. */
  public View resized(int width, int height) {
    return resized(width, height, ResizeFilter.BILINEAR);
  }

  /**
   * The picture resized to {@code width} x {@code height}.
   *
   * @param filter of colours; other channels are resized bilinearly
   */
  public View resized(int width, int height, ResizeFilter filter) {
    Size size = new Size(width, height);
    requireUnpadded("resize");
    return size.equals(content) ? this : with(new Resize(width, height, filter), size);
  }

  /**
   * The part of the picture from (x, y) on.
   *
   * @throws IllegalArgumentException if it is not inside the picture
   */
  public View cropped(int x, int y, int width, int height) {
    requireUnpadded("crop");
    if (x < 0 || y < 0 || x + width > content.width() || y + height > content.height()) {
      throw new IllegalArgumentException(
          "crop: expected a part of %s, got %d x %d at (%d, %d)"
              .formatted(content, width, height, x, y));
    }
    Size size = new Size(width, height);
    int fromLeft = mirrored ? content.width() - x - width : x;
    return size.equals(content) ? this : with(new Crop(fromLeft, y, width, height), size);
  }

  /** The picture with left and right exchanged. */
  public View flipped() {
    requireUnpadded("flip");
    return new View(source, steps, !mirrored, content, null, colors);
  }

  /**
   * The picture at the top left of a frame of this size.
   *
   * @throws IllegalArgumentException if the picture is larger
   */
  public View padded(int width, int height) {
    if (width < content.width() || height < content.height()) {
      throw new IllegalArgumentException(
          "pad: expected at least the picture's %s, got %d x %d; crop before padding"
              .formatted(content, width, height));
    }
    return new View(source, steps, mirrored, content, new Size(width, height), colors);
  }

  /** The picture with its colours changed; padding keeps its colour. */
  public View recolored(Recolouring change) {
    if (colors != null) {
      throw new IllegalArgumentException("colours: changed twice in one augmentation");
    }
    return new View(source, steps, mirrored, content, padded, change);
  }

  private View with(Step step, Size size) {
    List<Step> longer = new ArrayList<>(steps);
    longer.add(step);
    return new View(source, List.copyOf(longer), mirrored, size, null, colors);
  }

  private void requireUnpadded(String what) {
    if (padded != null) {
      throw new IllegalArgumentException(what + ": the picture is padded already; pad last");
    }
  }

  /**
   * Points of the source in the coordinates of the view.
   *
   * @param xy x0, y0, x1, y1, ... in pixels of the source; not changed
   */
  public double[] map(double[] xy) {
    double[] points = xy.clone();
    Size frame = source;
    for (Step step : steps) {
      if (step instanceof Resize resize) {
        scale(
            points, (double) resize.width / frame.width(), (double) resize.height / frame.height());
        frame = new Size(resize.width, resize.height);
      } else if (step instanceof Crop crop) {
        for (int i = 0; i < points.length; i += 2) {
          points[i] -= crop.x;
          points[i + 1] -= crop.y;
        }
        frame = new Size(crop.width, crop.height);
      }
    }
    if (mirrored) {
      for (int i = 0; i < points.length; i += 2) {
        points[i] = frame.width() - points[i];
      }
    }
    return points;
  }

  /** The part of the source that the content shows, exactly. */
  public ViewCrop crop() {
    double x = 0;
    double y = 0;
    double width = source.width();
    double height = source.height();
    Size frame = source;
    for (Step step : steps) {
      if (step instanceof Resize resize) {
        frame = new Size(resize.width, resize.height);
      } else if (step instanceof Crop crop) {
        x += crop.x * width / frame.width();
        y += crop.y * height / frame.height();
        width = crop.width * width / frame.width();
        height = crop.height * height / frame.height();
        frame = new Size(crop.width, crop.height);
      }
    }
    return new ViewCrop(source, x, y, width, height, mirrored, content);
  }

  private static void scale(double[] points, double byX, double byY) {
    for (int i = 0; i < points.length; i += 2) {
      points[i] *= byX;
      points[i + 1] *= byY;
    }
  }

  /** For each column of the content the column of the source that its centre lies in. */
  public int[] sourceColumns() {
    int[] columns = axis(source.width(), true);
    if (mirrored) {
      for (int i = 0, j = columns.length - 1; i < j; i++, j--) {
        int left = columns[i];
        columns[i] = columns[j];
        columns[j] = left;
      }
    }
    return columns;
  }

  /** For each row of the content the row of the source that its centre lies in. */
  public int[] sourceRows() {
    return axis(source.height(), false);
  }

  /**
   * One resize is Pillow's nearest neighbour. Of several the centres are followed back through all
   * of them: a nearest neighbour of a nearest neighbour would drift off the image.
   */
  private int[] axis(int length, boolean columns) {
    if (steps.stream().filter(step -> step instanceof Resize).count() > 1) {
      return centers(length, columns);
    }
    int[] from = new int[length];
    for (int i = 0; i < length; i++) {
      from[i] = i;
    }
    for (Step step : steps) {
      if (step instanceof Resize resize) {
        from = nearest(from, columns ? resize.width : resize.height);
      } else if (step instanceof Crop crop) {
        int start = columns ? crop.x : crop.y;
        from = Arrays.copyOfRange(from, start, start + (columns ? crop.width : crop.height));
      }
    }
    return from;
  }

  private int[] centers(int sourceLength, boolean columns) {
    double scale = 1; // source = scale * view + offset
    double offset = 0;
    int length = sourceLength;
    for (Step step : steps) {
      if (step instanceof Resize resize) {
        int to = columns ? resize.width : resize.height;
        scale *= (double) length / to;
        length = to;
      } else if (step instanceof Crop crop) {
        offset += scale * (columns ? crop.x : crop.y);
        length = columns ? crop.width : crop.height;
      }
    }
    int[] from = new int[length];
    for (int i = 0; i < length; i++) {
      from[i] = Math.max(0, Math.min(sourceLength - 1, (int) (scale * (i + 0.5) + offset)));
    }
    return from;
  }

  /**
   * Pillow's nearest neighbour: the position is summed up, not multiplied, which matters at ties.
   */
  private static int[] nearest(int[] from, int length) {
    int[] to = new int[length];
    double scale = (double) from.length / length;
    double position = scale * 0.5;
    for (int i = 0; i < length; i++) {
      to[i] = from[Math.min((int) position, from.length - 1)];
      position += scale;
    }
    return to;
  }

  @Override
  public String toString() {
    return "View[" + source + " " + steps + (mirrored ? " mirrored " : " ") + padded() + "]";
  }
}
