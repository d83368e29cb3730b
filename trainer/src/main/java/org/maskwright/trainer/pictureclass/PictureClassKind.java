package org.maskwright.trainer.pictureclass;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.pictureclass.PictureClasses;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.pretext.PictureClassesPart;
import org.maskwright.modelzoo.pretext.PictureClassifier;
import org.maskwright.trainer.result.AskedKind;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.ClassColumns;
import org.maskwright.trainer.result.ImageScore;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.OtherPictures;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Shown;

/** The class of a picture as a whole. */
public final class PictureClassKind implements AskedKind<PictureGuesses> {
  private static final int MOST = 5;
  private static final String FIRST = "top-1";
  private static final String FIVE = "top-5";

  @Override
  public String name() {
    return "picture-class";
  }

  @Override
  public String meaning() {
    return "The class of a picture as a whole, of a model that was pretrained on labels; see [pretraining](pretraining.md). Without files.";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        Metric.quality(FIRST, "Pictures whose class is the most probable one."),
        Metric.quality(FIVE, "Pictures whose class is among the five most probable ones."));
  }

  @Override
  public Asking<PictureGuesses> asked() {
    return new OfClasses();
  }

  private static final class OfClasses implements Asking<PictureGuesses> {
    @Override
    public boolean serves(DecoderConfig decoder) {
      return decoder instanceof PictureClassesPart.Settings settings
          && settings.told() == PictureClassesPart.Told.CLASSES;
    }

    @Override
    public PictureGuesses ask(
        SegmentationModel model,
        float[] pixels,
        ImageFrame frame,
        ScoredImage image,
        OtherPictures others) {
      int height = frame.contentHeight();
      int width = frame.contentWidth();
      long[] after = {
        0, 0, model.paddedSize(height) - (long) height, model.paddedSize(width) - (long) width
      };
      try (var off = model.engine().noGrad();
          Scope scope = model.engine().scope()) {
        Tensor input =
            model
                .engine()
                .floats(pixels, 1, model.inputs(), height, width)
                .pad(new long[4], after, 0);
        float[] p =
            ((PictureClassifier) model.decoder())
                .logits(input)
                .cast(DType.FLOAT32)
                .softmax(1)
                .toFloats();
        List<Integer> best =
            IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer k) -> -p[k]))
                .limit(MOST)
                .toList();
        double right = image.truth().isEmpty() ? Double.NaN : p[classOf(image)];
        return new PictureGuesses(
            image.size(), best, best.stream().map(k -> (double) p[k]).toList(), right);
      }
    }
  }

  private static int classOf(ScoredImage image) {
    return PictureClasses.only(
        image.info(), image.truth().stream().mapToInt(Segment::category).toArray());
  }

  @Override
  public Supplier<Scorer<PictureGuesses>> scorers(ScoringData data) {
    Categories categories = data.dataset().categories();
    return () -> new Counts(categories);
  }

  private static final class Counts implements Scorer<PictureGuesses> {
    private final Categories categories;
    private final Map<Integer, int[]> counts = new TreeMap<>(); // all, first, within five

    Counts(Categories categories) {
      this.categories = categories;
    }

    @Override
    public void add(ScoredImage image, PictureGuesses result) {
      int own = classOf(image);
      int[] of = counts.computeIfAbsent(own, k -> new int[3]);
      of[0]++;
      of[1] += result.classes().get(0) == own ? 1 : 0;
      of[2] += result.classes().contains(own) ? 1 : 0;
    }

    @Override
    public Scores scores() {
      int[] all = new int[3];
      ClassColumns columns = new ClassColumns();
      counts.forEach(
          (k, of) -> {
            for (int i = 0; i < all.length; i++) {
              all[i] += of[i];
            }
            columns.add(FIRST, categories.get(k).name(), (double) of[1] / of[0]);
          });
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put(FIRST, 100.0 * all[1] / all[0]);
      metrics.put(FIVE, 100.0 * all[2] / all[0]);
      return new Scores(metrics, columns.columns());
    }
  }

  @Override
  public Optional<ImageScore<PictureGuesses>> imageScore(ScoringData data) {
    return Optional.of(
        new ImageScore<>(
            "probability of the picture's class", (image, result) -> 100 * result.right()));
  }

  @Override
  public Picture draw(PictureGuesses result, Overlay photograph, Shown shown) {
    int height = result.size().height();
    int width = result.size().width();
    Rle all = Rle.ofCounts(height, width, new int[] {0, height * width});
    int best = result.classes().get(0);
    return photograph.instances(
        List.of(new OverlayInstance(all, best, shown.name(best), result.probabilities().get(0))));
  }

  @Override
  public void json(PictureGuesses result, Shown shown, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("classes");
    List<Integer> classes = new ArrayList<>(result.classes());
    for (int i = 0; i < classes.size(); i++) {
      json.writeStartObject();
      json.writeStringField("class", shown.name(classes.get(i)));
      json.writeNumberField("probability", result.probabilities().get(i));
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
