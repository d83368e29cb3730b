package org.maskwright.trainer.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.prompt.PromptDecoder;
import org.maskwright.trainer.result.ScoredImage;

/**
 * Asks a model about each annotated object of a picture as a person would who knows it: by clicks
 * that follow its errors, and by the object's box.
 *
 * <p>For one click the answer is the hypothesis that the model expects most of, for more clicks and
 * for a box the single mask; each question after the first carries the logits of the answer before it. Crowds are not asked about.
 *
 * <p><b>Source</b> Segment Anything (arXiv 2304.02643), section 7.1 and appendix D.1
 */
final class PromptScores {
  /** Clicks on an object. */
  static final int CLICKS = 9;

  /** Objects that are asked about at once. */
  private static final int AT_ONCE = 32;

  private static final RandomStream RANDOM = RandomStream.of(0, "evaluated-clicks");

  private final EncodedPicture picture;
  private final Size size;
  private final List<Segment> segments;
  private final byte[][] truths;
  private final RandomStream stream;

  private PromptScores(
      EncodedPicture picture,
      Size size,
      List<Segment> segments,
      byte[][] truths,
      RandomStream stream) {
    this.picture = picture;
    this.size = size;
    this.segments = segments;
    this.truths = truths;
    this.stream = stream;
  }

  /** Asks about all objects of a picture. */
  static PromptAnswers of(
      SegmentationModel model, float[] pixels, ImageFrame frame, ScoredImage image) {
    List<Segment> segments = new ArrayList<>();
    List<Rle> masks = new ArrayList<>();
    for (Segment segment : image.truth()) {
      Rle mask = segment.crowd() ? null : segment.mask().toRle(image.size());
      if (mask != null && mask.area() > 0) {
        segments.add(segment);
        masks.add(mask);
      }
    }
    List<PromptAnswers.Answered> out = new ArrayList<>();
    // Of the image and not of its place, so that parts of a data set give the same clicks.
    RandomStream stream = RANDOM.fork(image.info().imageId().toString().hashCode());
    try (EncodedPicture picture = EncodedPicture.of(model, pixels, frame)) {
      for (int from = 0; from < segments.size(); from += AT_ONCE) {
        int to = Math.min(segments.size(), from + AT_ONCE);
        byte[][] truths =
            masks.subList(from, to).stream().map(Rle::toBitmap).toArray(byte[][]::new);
        out.addAll(
            new PromptScores(
                    picture, image.size(), segments.subList(from, to), truths, stream.fork(from))
                .ask());
      }
    }
    return new PromptAnswers(out);
  }

  private List<PromptAnswers.Answered> ask() {
    Clicked centred = new Clicked(object -> Clicks.CENTRE);
    Clicked random = new Clicked(object -> Clicks.random(stream.fork(object)));
    centred.run();
    random.run();
    double[] boxed = boxed();
    List<PromptAnswers.Answered> out = new ArrayList<>();
    for (int p = 0; p < truths.length; p++) {
      out.add(
          new PromptAnswers.Answered(
              segments.get(p).category(),
              list(centred.overlaps[p]),
              list(random.overlaps[p]),
              centred.single[p],
              list(centred.expected[p]),
              list(centred.actual[p]),
              boxed[p],
              centred.places.get(p),
              Rle.ofBitmap(centred.answers[p], size.height(), size.width())));
    }
    return out;
  }

  private static List<Double> list(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  /** A series of clicks on each object. */
  private final class Clicked {
    private final List<Clicks.Choice> choices = new ArrayList<>();
    private final List<List<Click>> places = new ArrayList<>();
    private final byte[][] answers = new byte[truths.length][size.width() * size.height()];
    private final double[][] overlaps = new double[truths.length][CLICKS];
    private final double[] single = new double[truths.length];
    private final double[][] expected = new double[truths.length][PromptDecoder.MASKS - 1];
    private final double[][] actual = new double[truths.length][PromptDecoder.MASKS - 1];

    Clicked(IntFunction<Clicks.Choice> choice) {
      for (int p = 0; p < truths.length; p++) {
        choices.add(choice.apply(p));
        places.add(new ArrayList<>());
      }
    }

    void run() {
      List<Optional<MaskLogits>> carried =
          new ArrayList<>(Collections.nCopies(truths.length, Optional.empty()));
      for (int click = 0; click < CLICKS; click++) {
        Parallel.forEach(truths.length, this::click);
        List<Prompt> prompts = new ArrayList<>();
        for (int p = 0; p < truths.length; p++) {
          prompts.add(new Prompt(places.get(p), Optional.empty(), carried.get(p)));
        }
        PromptLogits said = picture.decode(prompts);
        int now = click;
        Parallel.forEach(
            truths.length,
            p -> {
              if (now == 0) {
                hypotheses(said, p);
              }
              int chosen = now == 0 ? said.best(p) : 0;
              answers[p] = said.mask(p, chosen, 0).toBitmap();
              overlaps[p][now] = overlap(answers[p], truths[p]);
              carried.set(p, Optional.of(said.logits(p, chosen)));
            });
      }
    }

    private void click(int p) {
      Clicks.Place place =
          choices.get(p).next(truths[p], answers[p], size.height(), size.width());
      places.get(p).add(new Click(place.x(), place.y(), place.object()));
    }

    private void hypotheses(PromptLogits said, int p) {
      single[p] = overlap(said.mask(p, 0, 0).toBitmap(), truths[p]);
      for (int k = 0; k < PromptDecoder.MASKS - 1; k++) {
        expected[p][k] = said.quality(p, k + 1);
        actual[p][k] = overlap(said.mask(p, k + 1, 0).toBitmap(), truths[p]);
      }
    }
  }

  /** A box leaves little doubt: the single mask is the answer. */
  private double[] boxed() {
    List<Prompt> prompts = new ArrayList<>();
    for (byte[] truth : truths) {
      float[] box = Clicks.box(truth, size.height(), size.width(), 0, 0, stream);
      prompts.add(Prompt.ofBox(new PromptBox(box[0], box[1], box[2], box[3])));
    }
    PromptLogits said = picture.decode(prompts);
    double[] out = new double[truths.length];
    Parallel.forEach(
        out.length,
        p -> out[p] = overlap(said.mask(p, 0, 0).toBitmap(), truths[p]));
    return out;
  }

  private static double overlap(byte[] answer, byte[] truth) {
    int both = 0;
    int any = 0;
    for (int i = 0; i < truth.length; i++) {
      both += answer[i] & truth[i];
      any += answer[i] | truth[i];
    }
    return (double) both / any;
  }
}
