package org.maskwright.trainer.loop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.MaskStack;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.PointSource;

/**
 * A batch from a file, with everything that is random in a training step given: to compare one step
 * with another implementation.
 *
 * <p><b>Keys</b>
 *
 * <pre>
 *   pixel_values    [B,C,H,W] float32, normalised, before padding to the model's divisibility
 *   mask_labels.b   [N,H,W]   masks of image b, above 0.5 = inside; N may be 0
 *   class_labels.b  [N]       classes of image b
 *   points.matcher  [P,2] for all outputs and images, or [L,B,P,2]: (x,y) in [0,1] of the padded image
 *   points.loss     [P,2] for all outputs and masks, or [L,n,P,2] for the n matched pairs, image by image,
 *                   queries ascending; used as they are, without a choice of the uncertain ones
 * </pre>
 *
 * L counts the supervised outputs, the last one is the final one. The points are needed by the
 * criterion {@code points} alone.
 */
public final class GivenBatch {
  private static final String MATCHER = "points.matcher";
  private static final String LOSS = "points.loss";
  private static final float INSIDE = 0.5f;

  private final Path file;
  private final StateDict content;
  private final HostTensor pixels;

  private GivenBatch(Path file, StateDict content) {
    this.file = file;
    this.content = content;
    this.pixels = get("pixel_values");
    if (pixels.rank() != 4 || pixels.elementCount() == 0) {
      throw new CheckpointException(
          file, "pixel_values: expected [B,C,H,W] with at least one pixel, got " + pixels);
    }
  }

  /**
   * Reads a file.
   *
   * @throws CheckpointException if it is no safetensors file, or pixel_values is missing or of
   *     another rank
   */
  public static GivenBatch read(Path file) {
    return new GivenBatch(file, Safetensors.read(file));
  }

  /** The images [B,C,H,W]. */
  public HostTensor pixels() {
    return pixels;
  }

  /** Targets of all images within a padded size. */
  public List<MaskSupervision> targets(int paddedHeight, int paddedWidth) {
    List<MaskSupervision> out = new ArrayList<>();
    int height = Math.toIntExact(pixels.size(2));
    int width = Math.toIntExact(pixels.size(3));
    for (int b = 0; b < pixels.size(0); b++) {
      HostTensor masks = get("mask_labels." + b);
      long[] classes = get("class_labels." + b).toLongArray();
      if (!masks.hasShape(classes.length, height, width)) {
        throw new CheckpointException(
            file,
            "mask_labels.%d: expected [%d,%d,%d] as class_labels.%d and pixel_values say, got %s"
                .formatted(b, classes.length, height, width, b, masks));
      }
      out.add(
          new MaskSupervision(
              Arrays.stream(classes).mapToInt(Math::toIntExact).toArray(),
              stack(masks, classes.length, height, width),
              paddedHeight,
              paddedWidth));
    }
    return out;
  }

  private static MaskStack stack(HostTensor masks, int count, int height, int width) {
    MaskStack out = new MaskStack(count, height, width);
    float[] values = masks.toFloatArray();
    for (int i = 0; i < values.length; i++) {
      if (values[i] > INSIDE) {
        out.set(i / (height * width), i / width % height, i % width);
      }
    }
    return out;
  }

  /** How many points the matcher and the loss compare at; the criterion must ask for as many. */
  public int pointCount() {
    HostTensor matcher = points(MATCHER);
    HostTensor loss = points(LOSS);
    long count = matcher.size(matcher.rank() - 2);
    if (loss.size(loss.rank() - 2) != count) {
      throw new CheckpointException(
          file, LOSS + ": expected " + count + " points as in " + MATCHER + ", got " + loss);
    }
    return Math.toIntExact(count);
  }

  /**
   * The points that a criterion asks for.
   *
   * @param outputs L
   * @param queries Q of the model, which matches min(Q, N) of an image's targets
   */
  public PointSource points(int outputs, int queries) {
    HostTensor matcher = points(MATCHER);
    HostTensor loss = points(LOSS);
    if (matcher.rank() == 2 && loss.rank() == 2) {
      return new PointSource.Given(matcher.toFloatArray(), loss.toFloatArray());
    }
    if (matcher.rank() != 4 || loss.rank() != 4) {
      throw new CheckpointException(
          file,
          "points: expected both [P,2] or both of four axes, got " + matcher + " and " + loss);
    }
    int images = Math.toIntExact(pixels.size(0));
    List<Integer> firstPair = new ArrayList<>(List.of(0));
    for (int b = 0; b < images; b++) {
      long targets = get("class_labels." + b).elementCount();
      firstPair.add(firstPair.get(b) + Math.toIntExact(Math.min(queries, targets)));
    }
    requireSizes(matcher, MATCHER, outputs, images, "images");
    requireSizes(loss, LOSS, outputs, firstPair.get(images), "matched pairs");
    return new Listed(split(matcher), split(loss), firstPair);
  }

  private void requireSizes(
      HostTensor points, String name, int outputs, int count, String counted) {
    if (points.size(0) != outputs || points.size(1) != count) {
      throw new CheckpointException(
          file,
          "%s: expected points for %d outputs and %d %s, got %s"
              .formatted(name, outputs, count, counted, points));
    }
  }

  private HostTensor points(String name) {
    HostTensor out = get(name);
    if ((out.rank() != 2 && out.rank() != 4) || out.size(out.rank() - 1) != 2) {
      throw new CheckpointException(
          file, name + ": expected [P,2], or four axes that end in [P,2], got " + out);
    }
    return out;
  }

  /** [L,n,P,2] to L*n arrays. */
  private static List<float[]> split(HostTensor points) {
    float[] values = points.toFloatArray();
    int length = Math.toIntExact(points.size(2) * 2);
    List<float[]> out = new ArrayList<>();
    for (int from = 0; from < values.length; from += length) {
      out.add(Arrays.copyOfRange(values, from, from + length));
    }
    return out;
  }

  private HostTensor get(String name) {
    return content
        .find(name)
        .orElseThrow(
            () -> new CheckpointException(file, name + ": missing; has " + content.keys()));
  }

  /**
   * Points of their own for each image and pair.
   *
   * @param matcher of output l and image b at l * B + b
   * @param loss of output l and pair i at l * n + i
   * @param firstPair number of each image's first pair; n comes last
   */
  private record Listed(List<float[]> matcher, List<float[]> loss, List<Integer> firstPair)
      implements PointSource {
    @Override
    public float[] forMatcher(int output, int image, int count) {
      return matcher.get(output * (firstPair.size() - 1) + image).clone();
    }

    @Override
    public float[] forLoss(int output, int image, int pair, int frame, int count) {
      int pairs = firstPair.get(firstPair.size() - 1);
      return loss.get(output * pairs + firstPair.get(image) + pair).clone();
    }

    @Override
    public boolean allowsImportanceSampling() {
      return false;
    }
  }
}
