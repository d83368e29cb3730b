package org.maskwright.trainer.incontext;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.decoder.InContextDecoder.Meaning;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.trainer.incontext.FewShotAnswers.Overlap;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.OtherPictures;
import org.maskwright.trainer.result.ScoredImage;

/**
 * Asks about each class that a picture shows, by another picture of the data set in which that
 * class is painted white; and, to see whether the example is heeded, by one in which another class
 * is painted, which the picture shows too if it shows two. Examples are drawn from the picture's
 * id, the same in every evaluation.
 */
final class FewShot implements Asking<FewShotAnswers> {
  private static final int WHITE = 0xffffff;
  private static final int[] COLOURS = {PaintColours.BACKGROUND, WHITE};
  private static final long SEED = 1;

  @Override
  public boolean serves(DecoderConfig decoder) {
    return decoder.takesExamples();
  }

  @Override
  public FewShotAnswers ask(
      SegmentationModel model,
      float[] pixels,
      ImageFrame frame,
      ScoredImage image,
      OtherPictures others) {
    ExamplePainter painter = new ExamplePainter(model, others.normalization());
    List<Integer> classes =
        new ArrayList<>(new TreeSet<>(image.truth().stream().map(Segment::category).toList()));
    String id = image.info().imageId().toString();
    RandomStream random = RandomStream.of(SEED, "few-shot").fork(id.hashCode());
    List<FewShotAnswers.Answer> answers = new ArrayList<>();
    for (int category : classes) {
      Optional<Integer> example = drawn(others, category, id, random.fork(category));
      if (example.isEmpty()) {
        continue; // the only picture of its class
      }
      Rle truth = mask(image.truth(), category, image.size());
      Rle answer = asked(painter, pixels, others.dataset(), example.get(), category, image.size());
      Optional<Overlap> wrong =
          other(others.dataset().categories().size(), classes, category, random)
              .flatMap(
                  w ->
                      drawn(others, w, id, random.fork(w))
                          .map(i -> asked(painter, pixels, others.dataset(), i, w, image.size())))
              .map(mask -> Overlap.of(mask, truth));
      answers.add(
          new FewShotAnswers.Answer(
              category,
              others.dataset().info(example.get()).imageId().toString(),
              answer,
              Overlap.of(answer, truth),
              wrong));
    }
    return new FewShotAnswers(answers);
  }

  /** Another class, of the picture if it shows one; empty if there is only one. */
  private static Optional<Integer> other(
      int all, List<Integer> shown, int category, RandomStream random) {
    List<Integer> candidates = new ArrayList<>(shown);
    if (shown.size() < 2) {
      for (int c = 0; c < all; c++) {
        candidates.add(c);
      }
    }
    candidates.removeIf(c -> c == category);
    return candidates.isEmpty()
        ? Optional.empty()
        : Optional.of(candidates.get(random.nextInt(candidates.size())));
  }

  /** Another picture that shows a class. */
  private static Optional<Integer> drawn(
      OtherPictures others, int category, String id, RandomStream random) {
    List<Integer> candidates =
        others.showing(category).stream()
            .filter(i -> !others.dataset().info(i).imageId().toString().equals(id))
            .toList();
    return candidates.isEmpty()
        ? Optional.empty()
        : Optional.of(candidates.get(random.nextInt(candidates.size())));
  }

  private static Rle asked(
      ExamplePainter painter,
      float[] pixels,
      Dataset dataset,
      int example,
      int category,
      Size size) {
    Photograph photograph = dataset.image(example);
    Rle mask =
        mask(
            dataset.segments(example), category, new Size(photograph.width(), photograph.height()));
    int side = painter.side();
    byte[] bits = mask.sampled(side, side).toBitmap();
    int[] colours = new int[bits.length];
    for (int p = 0; p < bits.length; p++) {
      colours[p] = COLOURS[bits[p]];
    }
    float[] painted =
        painter.paint(
            pixels,
            List.of(
                new ExamplePainter.Example(
                    painter.picture(photograph.shown()), painter.painted(colours))),
            Meaning.CLASSES);
    return Rle.ofLabel(painter.nearest(painted, COLOURS), side, side, 1)
        .sampled(size.height(), size.width());
  }

  /** All that is of a class. */
  private static Rle mask(List<Segment> segments, int category, Size size) {
    List<Rle> masks =
        segments.stream()
            .filter(s -> s.category() == category)
            .map(s -> s.mask().toRle(size))
            .toList();
    return masks.isEmpty() ? Rle.empty(size.height(), size.width()) : Rle.union(masks);
  }
}
