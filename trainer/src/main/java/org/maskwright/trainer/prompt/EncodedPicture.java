package org.maskwright.trainer.prompt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.LogitMasks;
import org.maskwright.modelzoo.prompt.PromptDecoder;
import org.maskwright.modelzoo.prompt.Prompts;

/**
 * A picture that prompts are answered about.
 *
 * <p>Places are those of Segment Anything's predictor: a place in pixels of the picture is scaled
 * to the resized picture, and half a pixel is added.
 *
 * <p><b>Lifecycle</b> owns its features' memory (of Segment Anything 4 MiB) until it is closed, or
 * the scope ends in which it was encoded. <b>Threads</b> one at a time, as the model.
 */
public final class EncodedPicture implements AutoCloseable {
  /** Prompts that are decoded at once: more take more memory and are no faster. */
  private static final int MOST_AT_ONCE = 32;

  private static final double HALF = 0.5;

  /** Points of a place's side at which a mask is looked at, and the logit of a mask for certain. */
  private static final int POINTS = 4;

  private static final float CERTAIN = 10;
  private final SegmentationModel model;
  private final PixelFeatures features;
  private final ImageFrame frame;
  private final long bytes;

  private EncodedPicture(
      SegmentationModel model, PixelFeatures features, ImageFrame frame, long bytes) {
    this.model = model;
    this.features = features;
    this.frame = frame;
    this.bytes = bytes;
  }

  /**
   * Encodes a picture that was resized and normalised.
   *
   * @param pixels [C,contentHeight,contentWidth] of the frame
   */
  static EncodedPicture of(SegmentationModel model, float[] pixels, ImageFrame frame) {
    Engine engine = model.engine();
    long before = engine.memory().liveBytes();
    PixelFeatures features = features(model, pixels, frame);
    return new EncodedPicture(model, features, frame, engine.memory().liveBytes() - before);
  }

  private static PixelFeatures features(SegmentationModel model, float[] pixels, ImageFrame frame) {
    Engine engine = model.engine();
    model.setTraining(false);
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      PixelFeatures features =
          model.features(
              engine.floats(
                  pixels, 1, model.inputs(), frame.contentHeight(), frame.contentWidth()));
      scope.keep(features.maskFeatures());
      features.memory().forEach(level -> scope.keep(level.tokens()));
      return features;
    }
  }

  /** Of the picture. */
  public Size size() {
    return new Size(frame.width(), frame.height());
  }

  /** The picture's way into the model. */
  public ImageFrame frame() {
    return frame;
  }

  /** Bytes of memory that its features take; about, where others use the engine meanwhile. */
  public long bytes() {
    return bytes;
  }

  /** The features, for what else is decoded of them; they live as long as this. */
  public PixelFeatures features() {
    return features;
  }

  /**
   * The one mask that answers a prompt: {@link Hypotheses#BEST}.
   *
   * @throws IllegalArgumentException if it is outside the picture
   */
  public PromptMask answer(Prompt prompt) {
    return answer(List.of(prompt), Hypotheses.BEST).get(0).get(0);
  }

  /**
   * Masks of several objects, each as if asked alone.
   *
   * @return of each prompt its masks
   * @throws IllegalArgumentException if a prompt is outside the picture
   */
  public List<List<PromptMask>> answer(List<Prompt> prompts, Hypotheses wanted) {
    PromptLogits said = decode(prompts);
    List<List<PromptMask>> out = new ArrayList<>();
    for (int p = 0; p < prompts.size(); p++) {
      List<PromptMask> masks = new ArrayList<>();
      for (int which : masks(said, p, prompts.get(p), wanted)) {
        masks.add(
            new PromptMask(said.mask(p, which, 0), said.quality(p, which), said.logits(p, which)));
      }
      out.add(masks);
    }
    return out;
  }

  private static List<Integer> masks(PromptLogits said, int p, Prompt prompt, Hypotheses wanted) {
    return switch (wanted) {
      case BEST -> List.of(prompt.isAmbiguous() ? said.best(p) : 0);
      case SINGLE -> List.of(0);
      case THREE -> List.of(1, 2, 3);
    };
  }

  /** Prompts of one kind can be decoded at once without padding, which changes answers. */
  private record Kind(int points, boolean box, boolean earlier) {
    static Kind of(Prompt prompt) {
      return new Kind(
          prompt.points().size(), prompt.box().isPresent(), prompt.earlier().isPresent());
    }
  }

  /**
   * All that the decoder says about prompts, each as if asked alone.
   *
   * @param prompts at least one
   * @throws IllegalArgumentException if one is outside the picture
   */
  public PromptLogits decode(List<Prompt> prompts) {
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException("prompts: expected at least one, got none");
    }
    prompts.forEach(this::requireInside);
    Map<Kind, List<Integer>> kinds = new LinkedHashMap<>();
    for (int p = 0; p < prompts.size(); p++) {
      kinds.computeIfAbsent(Kind.of(prompts.get(p)), k -> new ArrayList<>()).add(p);
    }
    int height = maskHeight();
    int width = maskWidth();
    int each = PromptDecoder.MASKS * height * width;
    float[] masks = new float[Math.multiplyExact(prompts.size(), each)];
    float[] quality = new float[prompts.size() * PromptDecoder.MASKS];
    for (List<Integer> same : kinds.values()) {
      for (int from = 0; from < same.size(); from += MOST_AT_ONCE) {
        List<Integer> chosen = same.subList(from, Math.min(same.size(), from + MOST_AT_ONCE));
        decode(prompts, chosen, masks, quality, each);
      }
    }
    return new PromptLogits(height, width, masks, quality, new LogitMasks(height, width, frame));
  }

  private void decode(
      List<Prompt> prompts, List<Integer> chosen, float[] masks, float[] quality, int each) {
    Engine engine = model.engine();
    model.setTraining(false);
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      PromptDecoder.Answer answer =
          model
              .promptDecoder()
              .decode(
                  features,
                  frame.paddedHeight(),
                  frame.paddedWidth(),
                  asked(chosen.stream().map(prompts::get).toList()));
      float[] said = answer.masks().cast(DType.FLOAT32).toFloats();
      float[] expected = answer.quality().cast(DType.FLOAT32).toFloats();
      for (int i = 0; i < chosen.size(); i++) {
        int p = chosen.get(i);
        System.arraycopy(said, i * each, masks, p * each, each);
        System.arraycopy(
            expected,
            i * PromptDecoder.MASKS,
            quality,
            p * PromptDecoder.MASKS,
            PromptDecoder.MASKS);
      }
    }
  }

  /** Prompts of one kind in places of the padded input. */
  private Prompts asked(List<Prompt> prompts) {
    Kind kind = Kind.of(prompts.get(0));
    int size = prompts.size();
    float[] points = new float[2 * size * kind.points()];
    int[] labels = new int[size * kind.points()];
    float[] boxes = new float[kind.box() ? 4 * size : 0];
    for (int p = 0; p < size; p++) {
      Prompt prompt = prompts.get(p);
      for (int n = 0; n < kind.points(); n++) {
        Click click = prompt.points().get(n);
        int at = p * kind.points() + n;
        points[2 * at] = x(click.x());
        points[2 * at + 1] = y(click.y());
        labels[at] = click.object() ? Prompts.OBJECT : Prompts.BACKGROUND;
      }
      if (kind.box()) {
        PromptBox box = prompt.box().get();
        float[] corners = {x(box.x0()), y(box.y0()), x(box.x1()), y(box.y1())};
        System.arraycopy(corners, 0, boxes, 4 * p, 4);
      }
    }
    return new Prompts(
        new int[size],
        points,
        labels,
        kind.points(),
        kind.box() ? Optional.of(boxes) : Optional.empty(),
        kind.earlier() ? Optional.of(earlier(prompts)) : Optional.empty());
  }

  private Tensor earlier(List<Prompt> prompts) {
    MaskLogits first = prompts.get(0).earlier().get();
    int each = first.height() * first.width();
    float[] all = new float[Math.multiplyExact(prompts.size(), each)];
    for (int p = 0; p < prompts.size(); p++) {
      System.arraycopy(prompts.get(p).earlier().get().values(), 0, all, p * each, each);
    }
    return model.engine().floats(all, prompts.size(), 1, first.height(), first.width());
  }

  private float x(double x) {
    return (float) (x * frame.contentWidth() / frame.width() + HALF);
  }

  private float y(double y) {
    return (float) (y * frame.contentHeight() / frame.height() + HALF);
  }

  private void requireInside(Prompt prompt) {
    prompt.points().forEach(click -> click.requireInside(size()));
    prompt.box().ifPresent(box -> box.requireInside(size()));
    prompt
        .earlier()
        .ifPresent(
            mask -> {
              if (mask.height() != maskHeight() || mask.width() != maskWidth()) {
                throw new IllegalArgumentException(
                    "mask: expected logits of an answer about this picture, %d x %d, got %d x %d"
                        .formatted(maskHeight(), maskWidth(), mask.height(), mask.width()));
              }
            });
  }

  private int maskHeight() {
    return PromptDecoder.UPSCALING * features.memory().get(0).height();
  }

  private int maskWidth() {
    return PromptDecoder.UPSCALING * features.memory().get(0).width();
  }

  /**
   * A mask that somebody drew, as logits to be corrected: from -10 to 10 by the share of the object
   * in each place, which is measured at 4 x 4 points of it.
   *
   * @param mask of the size of the picture
   * @throws IllegalArgumentException if it is of another size
   */
  public MaskLogits logitsOf(Rle mask) {
    if (mask.height() != frame.height() || mask.width() != frame.width()) {
      throw new IllegalArgumentException(
          "mask: expected the picture's size %s, got %d x %d"
              .formatted(size(), mask.width(), mask.height()));
    }
    byte[] bitmap = mask.toBitmap();
    int[] columns = places(maskWidth(), frame.paddedWidth(), frame.contentWidth(), frame.width());
    int[] rows = places(maskHeight(), frame.paddedHeight(), frame.contentHeight(), frame.height());
    float[] values = new float[maskHeight() * maskWidth()];
    for (int i = 0; i < values.length; i++) {
      int on = 0;
      for (int s = 0; s < POINTS * POINTS; s++) {
        int y = rows[i / maskWidth() * POINTS + s / POINTS];
        int x = columns[i % maskWidth() * POINTS + s % POINTS];
        on += y >= 0 && x >= 0 ? bitmap[y * frame.width() + x] : 0;
      }
      values[i] = CERTAIN * (2f * on / (POINTS * POINTS) - 1);
    }
    return new MaskLogits(maskHeight(), maskWidth(), values);
  }

  /** Of four points in each cell of a mask's side the pixel of the picture; -1 in the padding. */
  private static int[] places(int mask, int padded, int content, int picture) {
    int[] out = new int[mask * POINTS];
    for (int i = 0; i < out.length; i++) {
      double at = (i + HALF) * padded / out.length; // in pixels of the input
      out[i] = at < content ? (int) Math.min(picture - 1L, (long) (at * picture / content)) : -1;
    }
    return out;
  }

  @Override
  public void close() {
    features.memory().forEach(level -> level.tokens().close());
    features.maskFeatures().close();
  }
}
