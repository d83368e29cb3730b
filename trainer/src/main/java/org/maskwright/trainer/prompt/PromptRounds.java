package org.maskwright.trainer.prompt;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prompt.PromptDecoder;
import org.maskwright.modelzoo.prompt.Prompts;
import org.maskwright.trainer.loss.Decisions;
import org.maskwright.trainer.loss.Samples;

/**
 * The questions about G objects of a batch, all first asked about by a point or all by a box, and
 * what is lost by the answers.
 *
 * <p><b>Shapes</b> k masks of each object: 3 hypotheses for the first prompt, else the single one;
 * losses are taken on a grid of cells of the input, S of them
 */
final class PromptRounds {
  private static final float CENTRE = 0.5f;

  private final Engine engine;
  private final PromptDecoder decoder;
  private final PixelFeatures features;
  private final PromptTaskKind.Settings settings;
  private final PromptMasks masks;
  private final Decisions decisions;
  private final int rows; // of the grid
  private final int columns;
  private final float[] labels; // [G,S]
  private final Tensor truth; // [G,1,S]
  private final List<List<Clicks.Place>> clicks = new ArrayList<>(); // in pixels of the input
  private final List<RandomStream> streams;
  private final Optional<float[]> boxes;

  PromptRounds(
      SegmentationModel model,
      PixelFeatures features,
      PromptTaskKind.Settings settings,
      PromptMasks masks,
      Decisions decisions) {
    this.engine = model.engine();
    this.decoder = model.promptDecoder();
    this.features = features;
    this.settings = settings;
    this.masks = masks;
    this.decisions = decisions;
    PixelFeatures.Level level = features.memory().get(0);
    int finer = PromptDecoder.UPSCALING * settings.enlargement();
    this.rows = level.height() * finer;
    this.columns = level.width() * finer;
    this.labels = masks.grid(rows, columns);
    this.truth = engine.floats(labels, masks.count(), 1, (long) rows * columns);
    // Copies, so that a part that is computed again draws the same.
    this.streams = masks.targets().stream().map(t -> t.stream().at(0)).toList();
    masks.targets().forEach(t -> clicks.add(new ArrayList<>()));
    this.boxes = masks.targets().get(0).boxed() ? Optional.of(boxes()) : Optional.empty();
  }

  /** What is lost. */
  enum Part {
    FOCAL("loss_mask"),
    DICE("loss_dice"),
    QUALITY("loss_quality");

    private final String lossName;

    Part(String lossName) {
      this.lossName = lossName;
    }

    String lossName() {
      return lossName;
    }

    double weight(PromptTaskKind.Settings settings) {
      return switch (this) {
        case FOCAL -> settings.focalWeight();
        case DICE -> settings.diceWeight();
        case QUALITY -> settings.qualityWeight();
      };
    }
  }

  /** Losses of all objects and answers, each a scalar. */
  static final class Sums {
    private final Map<Part, Tensor> sums = new EnumMap<>(Part.class);

    private void add(Part part, Tensor values) {
      sums.merge(part, values.sum(), Tensor::add);
    }

    boolean isEmpty() {
      return sums.isEmpty();
    }

    Tensor of(Part part) {
      return sums.get(part);
    }
  }

  /**
   * Asks first by point or box, then {@code settings.points()} times with a point more, and twice
   * with none: in the end and before that once.
   *
   * @param extra the question before the end that brings nothing new, 1 to points + 1
   */
  void run(int extra, Sums sums) {
    int last = settings.points() + 2;
    if (boxes.isEmpty()) {
      clickObjects();
    }
    PromptDecoder.Answer first = decode(Optional.empty());
    Answer answer =
        settings.hypotheses() ? answer(first, 1, PromptDecoder.MASKS) : single(first);
    learn(answer, sums);
    if (settings.hypotheses() && boxes.isPresent()) { // which users have answered by one mask
      learn(single(first), sums);
    }
    for (int round = 1; round <= last; round++) {
      Carried carried = carried(answer);
      if (round != extra && round != last) {
        clickErrors(carried);
      }
      answer = single(decode(Optional.of(carried.logits())));
      learn(answer, sums);
    }
  }

  /**
   * The masks that may answer a question.
   *
   * @param logits [G,k,4h,4w]
   * @param onGrid [G,k,S], of the same
   * @param quality [G,k] expected intersection over union
   */
  private record Answer(Tensor logits, Tensor onGrid, Tensor quality) {
    int masks() {
      return quality.intSize(1);
    }
  }

  private PromptDecoder.Answer decode(Optional<Tensor> before) {
    return decoder.decode(features, masks.height(), masks.width(), prompts(before));
  }

  private Answer single(PromptDecoder.Answer all) {
    return answer(all, 0, 1);
  }

  private Answer answer(PromptDecoder.Answer all, int from, int to) {
    Tensor logits = all.masks().slice(1, from, to); // [G,k,4h,4w]
    Tensor onGrid =
        settings.enlargement() == 1 ? logits : logits.resize(rows, columns, ResizeMode.BILINEAR);
    return new Answer(logits, onGrid.flatten(2, 3), all.quality().slice(1, from, to));
  }

  /** The first click on each object. */
  private void clickObjects() {
    for (int g = 0; g < masks.count(); g++) {
      clicks.get(g).add(clickObject(g));
    }
  }

  private Clicks.Place clickObject(int g) {
    TrainingExample example = masks.example(g);
    byte[] nothing = new byte[example.width() * example.height()];
    return Clicks.random(streams.get(g))
        .next(masks.pixels(g), nothing, example.height(), example.width());
  }

  private Prompts prompts(Optional<Tensor> before) {
    int objects = masks.count();
    int count = clicks.get(0).size();
    float[] points = new float[2 * objects * count];
    int[] kinds = new int[objects * count];
    for (int i = 0; i < kinds.length; i++) {
      Clicks.Place place = clicks.get(i / count).get(i % count);
      points[2 * i] = place.x() + CENTRE;
      points[2 * i + 1] = place.y() + CENTRE;
      kinds[i] = place.object() ? Prompts.OBJECT : Prompts.BACKGROUND;
    }
    int[] images = masks.targets().stream().mapToInt(PromptTargets.Target::image).toArray();
    return new Prompts(images, points, kinds, count, boxes, before);
  }

  /** Boxes [G,4], half a pixel right and down as Segment Anything has them. */
  private float[] boxes() {
    float[] out = new float[4 * masks.count()];
    for (int g = 0; g < masks.count(); g++) {
      TrainingExample example = masks.example(g);
      float[] box =
          Clicks.box(
              masks.pixels(g),
              example.height(),
              example.width(),
              settings.boxNoise(),
              settings.boxNoiseLimit(),
              streams.get(g));
      for (int i = 0; i < box.length; i++) {
        out[4 * g + i] = box[i] + CENTRE;
      }
    }
    return out;
  }

  private void learn(Answer answer, Sums sums) {
    int objects = masks.count();
    int k = answer.masks();
    long cells = (long) rows * columns;
    Tensor expanded = truth.expand(objects, k, cells);
    Samples samples =
        Samples.of(
            answer.onGrid().cast(DType.FLOAT32).reshape((long) objects * k, cells),
            expanded.reshape((long) objects * k, cells));
    Tensor focal = samples.focal(settings.focalAlpha(), settings.focalGamma());
    Tensor dice = samples.dice();
    if (k == 1) {
      sums.add(Part.FOCAL, focal);
      sums.add(Part.DICE, dice);
    } else {
      Tensor chosen = least(focal, dice, objects, k);
      sums.add(Part.FOCAL, focal.mul(chosen));
      sums.add(Part.DICE, dice.mul(chosen));
    }
    Tensor errors = answer.quality().cast(DType.FLOAT32).sub(overlaps(answer.onGrid(), expanded));
    // Of the hypotheses the mean, so that an answer counts as much whatever it is chosen from.
    sums.add(Part.QUALITY, errors.square().mul(1.0 / k));
  }

  /** [G*k]: 1 for the hypothesis of each object that loses least, 0 for the others. */
  private Tensor least(Tensor focal, Tensor dice, int objects, int k) {
    Tensor losses =
        focal.detach().mul(settings.focalWeight()).add(dice.detach().mul(settings.diceWeight()));
    float[] chosen =
        decisions.once(
            float[].class,
            () -> {
              float[] of = losses.toFloats();
              float[] out = new float[of.length];
              for (int g = 0; g < objects; g++) {
                int best = g * k;
                for (int i = g * k; i < (g + 1) * k; i++) {
                  best = of[i] < of[best] ? i : best;
                }
                out[best] = 1;
              }
              return out;
            });
    return engine.floats(chosen, chosen.length);
  }

  /** The intersection over union of masks [G,k,S] with the truth; no gradient. */
  private Tensor overlaps(Tensor logits, Tensor expanded) {
    try (var off = engine.noGrad()) {
      Tensor said = logits.detach().gt(0).cast(DType.FLOAT32);
      Tensor is = expanded.ge(CENTRE).cast(DType.FLOAT32);
      Tensor both = said.mul(is).sum(2);
      Tensor any = said.sum(2).add(is.sum(2)).sub(both);
      return both.div(any.maximum(engine.scalar(1)));
    }
  }

  /**
   * What goes from one question to the next.
   *
   * @param logits [G,1,4h,4w] of the masks that the model expects most of, without their history
   * @param onGrid [G,1,S] of the same
   */
  private record Carried(Tensor logits, Tensor onGrid) {}

  private Carried carried(Answer answer) {
    int k = answer.masks();
    if (k == 1) {
      return new Carried(answer.logits().detach(), answer.onGrid().detach());
    }
    long[] best =
        decisions.once(
            long[].class,
            () -> {
              long[] of = answer.quality().detach().argMax(1).toLongs();
              IntStream.range(0, of.length).forEach(g -> of[g] += (long) g * k);
              return of;
            });
    Tensor index = engine.longs(best, best.length);
    return new Carried(rows(answer.logits(), index), rows(answer.onGrid(), index));
  }

  /** Of [G,k,...] the chosen of G*k, [G,1,...]. */
  private static Tensor rows(Tensor of, Tensor index) {
    return of.detach().flatten(0, 1).indexSelect(0, index).unsqueeze(1);
  }

  /** The clicks of a round. */
  private record Places(List<Clicks.Place> places) {}

  /** One click more on each object, where the answer is wrong. */
  private void clickErrors(Carried answer) {
    Places places =
        decisions.once(
            Places.class,
            () -> {
              float[] logits = answer.onGrid().cast(DType.FLOAT32).toFloats();
              Clicks.Place[] out = new Clicks.Place[masks.count()];
              Parallel.forEach(out.length, g -> out[g] = click(logits, g));
              return new Places(List.of(out));
            });
    for (int g = 0; g < masks.count(); g++) {
      clicks.get(g).add(places.places().get(g));
    }
  }

  /** A pixel of the input in a cell, chosen at random, where answer and truth differ. */
  private Clicks.Place click(float[] logits, int g) {
    int cells = rows * columns;
    TrainingExample example = masks.example(g);
    byte[] is = new byte[cells];
    byte[] said = new byte[cells];
    boolean any = false;
    for (int i = 0; i < cells; i++) {
      int x = pixel(i % columns, columns, masks.width());
      int y = pixel(i / columns, rows, masks.height());
      boolean content = x < example.contentWidth() && y < example.contentHeight();
      is[i] = (byte) (labels[g * cells + i] >= CENTRE ? 1 : 0);
      said[i] = (byte) (content && logits[g * cells + i] > 0 ? 1 : 0);
      any |= is[i] != 0;
    }
    if (!any) { // an object between the middles of cells
      return clickObject(g);
    }
    Clicks.Place cell = Clicks.random(streams.get(g)).next(is, said, rows, columns);
    return new Clicks.Place(
        pixel(cell.x(), columns, masks.width()),
        pixel(cell.y(), rows, masks.height()),
        cell.object());
  }

  /** The pixel in the middle of a cell. */
  private static int pixel(int cell, int cells, int pixels) {
    return (int) ((cell + 0.5) * pixels / cells);
  }
}
