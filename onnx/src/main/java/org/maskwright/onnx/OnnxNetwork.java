package org.maskwright.onnx;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.maskwright.modelzoo.onnx.OnnxDescription;
import org.maskwright.modelzoo.onnx.OnnxModel;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * An ONNX file of a model that {@code maskwright export --to onnx} wrote, opened with onnxruntime.
 *
 * <p><b>Lifecycle</b> {@link #close()} frees onnxruntime's memory. <b>Threads</b> several may run
 * it at once.
 */
public final class OnnxNetwork implements AutoCloseable {
  private static final int HEIGHT = 2;
  private static final int WIDTH = 3;

  private final OnnxSession session;
  private final OnnxDescription description;

  private OnnxNetwork(OnnxSession session) {
    this.session = session;
    if (!session.outputs().equals(Set.of(OnnxModel.CLASS_LOGITS, OnnxModel.MASK_LOGITS))) {
      throw new CheckpointException(
          session.file(),
          "expected the outputs %s and %s, got %s; export without --with postprocess"
              .formatted(OnnxModel.CLASS_LOGITS, OnnxModel.MASK_LOGITS, session.outputs()));
    }
    description = OnnxDescription.of(session.metadata(), session.file().toString());
  }

  /**
   * What the network said about one picture.
   *
   * @param outputs logits on the host
   * @param paddedHeight rows of the network's input after its padding
   * @param paddedWidth columns of it
   */
  public record Result(QueryOutputs outputs, int paddedHeight, int paddedWidth) {}

  /**
   * Opens a file.
   *
   * @param threads inside one operation; 0 = as many as onnxruntime takes by itself
   * @throws CheckpointException if it cannot be read, was not exported by Maskwright, holds results
   *     in place of logits, or has an operator that this onnxruntime lacks
   */
  public static OnnxNetwork open(Path file, int threads) {
    OnnxSession session = OnnxSession.open(file, threads);
    try {
      return new OnnxNetwork(session);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** What the file says of its model. */
  public OnnxDescription description() {
    return description;
  }

  /** Channels of the pictures that it takes. */
  public int channels() {
    return description.mean().size();
  }

  /** The only size that it takes; empty if it takes all multiples of its divisibility. */
  public Optional<InputSize> onlySize() {
    return session.inputSize(HEIGHT) < 0
        ? Optional.empty()
        : Optional.of(
            new InputSize(
                Math.toIntExact(session.inputSize(HEIGHT)),
                Math.toIntExact(session.inputSize(WIDTH))));
  }

  /**
   * Runs one picture.
   *
   * @param pixels [C,height,width], normalised; padded right and bottom with 0 to what the file
   *     takes
   * @throws IllegalArgumentException if it is larger than the only size
   * @throws CheckpointException if onnxruntime fails
   */
  public Result run(float[] pixels, int height, int width) {
    int toHeight =
        onlySize().map(InputSize::height).orElseGet(() -> description.paddedSize(height));
    int toWidth = onlySize().map(InputSize::width).orElseGet(() -> description.paddedSize(width));
    if (height > toHeight || width > toWidth) {
      throw new IllegalArgumentException(
          "pixels: expected at most %d x %d as %s takes, got %d x %d"
              .formatted(toHeight, toWidth, session.file(), height, width));
    }
    int images = (int) Math.max(1, session.inputSize(0)); // a file for several gets empty ones
    int image = Math.multiplyExact(channels() * toHeight, toWidth);
    FloatBuffer input = FloatBuffer.allocate(Math.multiplyExact(images, image));
    put(pixels, height, width, input.array(), toHeight, toWidth);
    Map<String, OnnxSession.Output> out = session.run(input, images, channels(), toHeight, toWidth);
    OnnxSession.Output masks = out.get(OnnxModel.MASK_LOGITS);
    QueryOutputs outputs =
        new QueryOutputs(
            first(out.get(OnnxModel.CLASS_LOGITS)),
            description.classes().size(),
            first(masks),
            Math.toIntExact(masks.shape()[HEIGHT]),
            Math.toIntExact(masks.shape()[WIDTH]),
            description.maskScores());
    // The graph pads once more, to the model's own multiples.
    return new Result(outputs, description.paddedSize(toHeight), description.paddedSize(toWidth));
  }

  /** Of the first image. */
  private static float[] first(OnnxSession.Output output) {
    float[] values = output.values();
    int images = (int) output.shape()[0];
    return images == 1 ? values : Arrays.copyOf(values, values.length / images);
  }

  private void put(
      float[] pixels, int height, int width, float[] target, int toHeight, int toWidth) {
    for (int c = 0; c < channels(); c++) {
      for (int y = 0; y < height; y++) {
        int from = (c * height + y) * width;
        System.arraycopy(pixels, from, target, (c * toHeight + y) * toWidth, width);
      }
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
