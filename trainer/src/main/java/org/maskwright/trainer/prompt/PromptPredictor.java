package org.maskwright.trainer.prompt;

import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.image.ImageWindows;
import org.maskwright.datasets.image.ShrunkPicture;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.ResizeShortestEdge;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;

/**
 * A model that answers prompts. A picture is encoded once, which takes most of the time, and then
 * any number of prompts about it is answered.
 *
 * <pre>{@code
 * try (Engine engine = Engine.open(EngineOptions.DEFAULT);
 *     PromptPredictor predictor = PromptPredictor.open(engine, Path.of("zoo/sam-b"));
 *     EncodedPicture picture = predictor.encode(ImageDecoder.read(Path.of("cat.jpg")))) {
 *   PromptMask cat = picture.answer(Prompt.ofPoint(320, 200));
 * }
 * }</pre>
 *
 * <p>A picture is resized so that its long side is that of the model file (1024 of Segment
 * Anything), then normalised and padded right and below with 0.
 *
 * <p><b>Threads</b> one at a time: the model is shared.
 */
public final class PromptPredictor implements AutoCloseable {
  private static final int LONG_SIDE = 4096; // of what is seen of a picture

  private final SegmentationModel model;
  private final boolean owned;
  private final Normalization normalization;
  private final ResizeShortestEdge resize;

  private PromptPredictor(
      SegmentationModel model,
      boolean owned,
      Normalization normalization,
      int shortEdge,
      int maxSize) {
    model.promptDecoder(); // refuses a model of another kind
    if (normalization.channels().count() != model.inputs()) {
      throw new IllegalArgumentException(
          "normalization: expected %d channels as the model takes, got %s"
              .formatted(model.inputs(), normalization));
    }
    this.model = model;
    this.owned = owned;
    this.normalization = normalization;
    this.resize = new ResizeShortestEdge(List.of(shortEdge), maxSize);
  }

  /**
   * Of a model whose weights are loaded, and which the caller closes.
   *
   * @param shortEdge of the input in pixels
   * @param maxSize largest long edge of the input in pixels; where both are equal that of every
   *     picture
   * @throws IllegalArgumentException if it is no model that answers prompts
   */
  public static PromptPredictor of(
      SegmentationModel model, Normalization normalization, int shortEdge, int maxSize) {
    return new PromptPredictor(model, false, normalization, shortEdge, maxSize);
  }

  /**
   * Opens a model folder.
   *
   * @throws org.maskwright.modelzoo.weights.CheckpointException if it holds no model
   * @throws IllegalArgumentException if it is no model that answers prompts
   */
  public static PromptPredictor open(Engine engine, Path folder) {
    ModelFile file = ModelFolder.describe(folder);
    SegmentationModel model = ModelFolder.open(engine, folder);
    try {
      return new PromptPredictor(
          model, true, file.normalization(), file.shortEdge(), file.maxSize());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Whether a path is that of a model that answers prompts, and of nothing else that can be asked.
   *
   * @throws org.maskwright.modelzoo.weights.CheckpointException if it is a folder without a model
   */
  public static boolean isFor(Path model) {
    return ModelFolder.decoder(model).filter(DecoderConfig::takesPrompts).isPresent();
  }

  /** The model. */
  public SegmentationModel model() {
    return model;
  }

  /** What is done to pixels before the model. */
  public Normalization normalization() {
    return normalization;
  }

  /**
   * What is seen of a picture that is to be {@link #encode(Photograph, Size) encoded}: all of it,
   * or of colours with a long side above 4096 pixels a smaller copy.
   *
   * @param normalization that of the model
   */
  public static Photograph seen(ImageWindows picture, Normalization normalization) {
    Size size = picture.size();
    return isSeenSmaller(size) && normalization.channels().mayBeColours()
        ? ShrunkPicture.of(picture, sizeSeen(size))
        : picture.read(Window.of(size));
  }

  /** The size at which a picture is seen. */
  static Size sizeSeen(Size picture) {
    return ShrunkPicture.size(picture, LONG_SIDE);
  }

  static boolean isSeenSmaller(Size picture) {
    return !sizeSeen(picture).equals(picture);
  }

  /** Encodes a picture. */
  public EncodedPicture encode(Photograph picture) {
    return encode(picture, new Size(picture.width(), picture.height()));
  }

  /**
   * Encodes a smaller copy of a large picture: prompts and masks are of the large one.
   *
   * @param size of the large one
   */
  public EncodedPicture encode(Photograph copy, Size size) {
    SampleInfo info =
        new SampleInfo(ImageId.of("picture"), Path.of("picture"), copy.width(), copy.height());
    TrainingExample example =
        new Augmentation(List.of(resize), Task.SEMANTIC, Augmentation.EmptyMasks.DROP)
            .apply(
                new Sample(info, copy, List.of()),
                Categories.of(List.of()),
                RandomGenerator.getDefault());
    int height = example.height();
    int width = example.width();
    float[] pixels = new float[model.inputs() * height * width];
    example.normalizeInto(normalization, 0, pixels, 0);
    ImageFrame frame =
        new ImageFrame(
            model.paddedSize(height),
            model.paddedSize(width),
            example.contentHeight(),
            example.contentWidth(),
            size.height(),
            size.width());
    return EncodedPicture.of(model, pixels, frame);
  }

  /** Frees the model, where {@link #open} loaded it. */
  @Override
  public void close() {
    if (owned) {
      model.close();
    }
  }
}
