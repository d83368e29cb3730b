package org.maskwright.trainer.incontext;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.maskwright.datasets.Categories;
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
 * Asks about each class that a picture shows, by other pictures of the data set in which that class
 * is painted white; and, to see whether examples are heeded, by such in which another class is
 * painted, which the picture shows too if it shows two. Examples are drawn from the picture's id,
 * the same in every evaluation; of fewer than are to be shown all are. Nobody asks about the
 * background. A model that has learnt an example is asked once, by that.
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
    Asked asked =
        new Asked(
            new ExamplePainter(model, others.normalization()),
            pixels,
            image.size(),
            known(image, others.dataset().categories()),
            others);
    return asked
        .painter()
        .own()
        .map(own -> asked.by(own, image))
        .orElseGet(() -> asked.about(image));
  }

  /** What is not void: where there is a class of background, what is of any class; else all. */
  private static Optional<Rle> known(ScoredImage image, Categories categories) {
    return categories.background().isEmpty()
        ? Optional.empty()
        : Optional.of(union(image.truth(), image.size()));
  }

  private static Rle union(List<Segment> segments, Size size) {
    List<Rle> masks = segments.stream().map(s -> s.mask().toRle(size)).toList();
    return masks.isEmpty() ? Rle.empty(size.height(), size.width()) : Rle.union(masks);
  }

  /** All that is of a class. */
  private static Rle mask(List<Segment> segments, int category, Size size) {
    return union(segments.stream().filter(s -> s.category() == category).toList(), size);
  }

  /** One picture. */
  @SuppressWarnings("ArrayRecordComponent") // the picture's, read only
  private record Asked(
      ExamplePainter painter,
      float[] pixels,
      Size size,
      Optional<Rle> known,
      OtherPictures others) {
    /** By the example that the model has learnt, in which each class has its colour. */
    FewShotAnswers by(ExamplePainter.Example own, ScoredImage image) {
      int[] colours = PaintColours.fixedAndBackground(categories().size());
      int[] nearest =
          painter.nearest(painter.paint(pixels, List.of(own), Meaning.CLASSES), colours);
      int side = painter.side();
      List<FewShotAnswers.Answer> answers = new ArrayList<>();
      for (int category : classes(image)) {
        Rle answer =
            Rle.ofLabel(nearest, side, side, category + 1).sampled(size.height(), size.width());
        Overlap overlap = Overlap.of(answer, mask(image.truth(), category, size), known);
        answers.add(
            new FewShotAnswers.Answer(category, List.of(), answer, overlap, Optional.empty()));
      }
      return new FewShotAnswers(answers);
    }

    /** Those that the picture shows, rising. */
    private List<Integer> classes(ScoredImage image) {
      return image.truth().stream()
          .map(Segment::category)
          .filter(c -> c != background())
          .distinct()
          .sorted()
          .toList();
    }

    private int background() {
      return categories().background().orElse(-1);
    }

    FewShotAnswers about(ScoredImage image) {
      List<Integer> classes = classes(image);
      String id = image.info().imageId().toString();
      RandomStream random = RandomStream.of(SEED, "few-shot").fork(id.hashCode());
      List<FewShotAnswers.Answer> answers = new ArrayList<>();
      for (int category : classes) {
        List<Integer> examples = drawn(category, id, random.fork(category));
        if (examples.isEmpty()) {
          continue; // the only picture of its class
        }
        Rle truth = mask(image.truth(), category, size);
        Rle answer = answer(examples, category);
        Optional<Overlap> wrong =
            other(classes, category, random)
                .flatMap(w -> wrong(w, id, random.fork(w)))
                .map(mask -> Overlap.of(mask, truth, known));
        answers.add(
            new FewShotAnswers.Answer(
                category,
                examples.stream().map(i -> others.dataset().info(i).imageId().toString()).toList(),
                answer,
                Overlap.of(answer, truth, known),
                wrong));
      }
      return new FewShotAnswers(answers);
    }

    private Categories categories() {
      return others.dataset().categories();
    }

    /** What is found by examples of another class; empty if no picture shows it. */
    private Optional<Rle> wrong(int category, String id, RandomStream random) {
      List<Integer> examples = drawn(category, id, random);
      return examples.isEmpty() ? Optional.empty() : Optional.of(answer(examples, category));
    }

    /** Other pictures that show a class, none twice. */
    private List<Integer> drawn(int category, String id, RandomStream random) {
      List<Integer> candidates =
          others.showing(category).stream()
              .filter(i -> !others.dataset().info(i).imageId().toString().equals(id))
              .collect(Collectors.toCollection(ArrayList::new));
      List<Integer> out = new ArrayList<>();
      while (out.size() < others.shots() && !candidates.isEmpty()) {
        out.add(candidates.remove(random.nextInt(candidates.size())));
      }
      return out;
    }

    private Rle answer(List<Integer> examples, int category) {
      float[] painted =
          painter.paint(
              pixels, examples.stream().map(i -> example(i, category)).toList(), Meaning.CLASSES);
      int side = painter.side();
      return Rle.ofLabel(painter.nearest(painted, COLOURS), side, side, 1)
          .sampled(size.height(), size.width());
    }

    private ExamplePainter.Example example(int index, int category) {
      Photograph photograph = others.dataset().image(index);
      Size own = new Size(photograph.width(), photograph.height());
      int side = painter.side();
      byte[] bits =
          mask(others.dataset().segments(index), category, own).sampled(side, side).toBitmap();
      int[] colours = new int[bits.length];
      for (int p = 0; p < bits.length; p++) {
        colours[p] = COLOURS[bits[p]];
      }
      return new ExamplePainter.Example(
          painter.picture(photograph.shown()), painter.painted(colours));
    }

    /**
     * Another class, of the picture if it shows one, else of those that some picture shows; empty
     * if there is only one.
     */
    private Optional<Integer> other(List<Integer> shown, int category, RandomStream random) {
      List<Integer> candidates = new ArrayList<>(shown);
      if (shown.size() < 2) {
        for (int c = 0; c < categories().size(); c++) {
          if (!others.showing(c).isEmpty()) {
            candidates.add(c);
          }
        }
      }
      candidates.removeIf(c -> c == category || c == background());
      return candidates.isEmpty()
          ? Optional.empty()
          : Optional.of(candidates.get(random.nextInt(candidates.size())));
    }
  }
}
