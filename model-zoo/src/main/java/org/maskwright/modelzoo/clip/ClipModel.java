package org.maskwright.modelzoo.clip;

import java.nio.file.Path;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.text.ClipText;
import org.maskwright.modelzoo.text.WordTable;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * A whole CLIP: which words fit a picture, without any training for them.
 *
 * <p><b>Maths</b> the score of a class is the scale times the largest cosine of the picture with
 * the class's rows
 *
 * <p><b>Source</b> CLIP (arXiv 2103.00020), section 3.1
 *
 * <p><b>Lifecycle</b> owns both encoders; not thread-safe
 */
public final class ClipModel implements AutoCloseable {
  private final ClipImages images;
  private final ClipText text;
  private final double scale;

  private ClipModel(ClipImages images, ClipText text) {
    this.images = images;
    this.text = text;
    scale =
        text.logitScale()
            .orElseThrow(
                () ->
                    new CheckpointException(
                        "expected a scale of scores, logit_scale, among the weights"));
    int words = text.transformer().sizes().embedding();
    if (words != images.width()) {
      throw new CheckpointException(
          "expected pictures and words in one space, got widths of %d and %d"
              .formatted(images.width(), words));
    }
  }

  /**
   * Reads a checkpoint with both encoders; see {@link ClipImages#open} and {@link ClipText#open}.
   *
   * @param activation of both encoders, for files beside which nothing says it
   * @throws CheckpointException if one of the encoders is missing or not whole
   */
  public static ClipModel open(Engine engine, Path path, Optional<VitActivation> activation) {
    ClipImages images = ClipImages.open(engine, path, activation);
    ClipText text = null;
    try {
      text = ClipText.open(engine, path, activation);
      return new ClipModel(images, text);
    } catch (RuntimeException e) {
      images.close();
      if (text != null) {
        text.close();
      }
      throw e instanceof CheckpointException fault ? fault.in(path) : e;
    }
  }

  /** The pictures' side. */
  public ClipImages images() {
    return images;
  }

  /** The words' side. */
  public ClipText text() {
    return text;
  }

  /**
   * How well each class fits each picture; softmax over the classes makes them probabilities.
   *
   * <p><b>Shapes</b> pixels [B,3,H,W], normalised; result [B,K]
   *
   * @param classes such as {@code text().bank(...).table(MEAN)}
   * @throws IllegalArgumentException if the table is of another width
   */
  public Tensor scores(Tensor pixels, WordTable classes) {
    if (classes.width() != images.width()) {
      throw new IllegalArgumentException(
          "scores: expected vectors of %d numbers, got %d"
              .formatted(images.width(), classes.width()));
    }
    Engine engine = pixels.engine();
    int count = classes.names().size();
    try (var off = engine.noGrad()) {
      return engine.tidy(
          scope -> {
            Tensor rows =
                engine.floats(classes.rows(), (long) count * classes.perClass(), classes.width());
            return images
                .embed(pixels)
                .matmulTransposed(rows) // [B,K*S]
                .reshape(pixels.size(0), count, classes.perClass())
                .max(2)
                .mul(scale);
          });
    }
  }

  @Override
  public void close() {
    images.close();
    text.close();
  }
}
