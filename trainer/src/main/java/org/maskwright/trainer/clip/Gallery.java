package org.maskwright.trainer.clip;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.pretext.CaptionDecoder;

/**
 * The captions and the class words of a data set among pictures, for the images of an evaluation.
 *
 * <p><b>Memory</b> a vector for each caption that was asked for
 */
final class Gallery {
  /** Sentences for a class's name; its direction is that of their mean. */
  private static final List<String> TEMPLATES =
      List.of("{}", "a {}.", "a photo of a {}.", "a picture of a {}.");

  /** Pictures whose captions are looked through for the nearest. */
  private static final int SHOWN_PICTURES = 200;

  private static final int BATCH = 64;
  private final CaptionDecoder decoder;
  private final Dataset dataset;
  private final Map<ImageId, Integer> places = new HashMap<>();
  private final Map<String, float[]> vectors = new HashMap<>();
  private final List<String> shown;
  private final List<float[]> classes;

  Gallery(CaptionDecoder decoder, Dataset dataset) {
    this.decoder = decoder;
    this.dataset = dataset;
    Set<String> some = new LinkedHashSet<>();
    int step = 1 + dataset.size() / SHOWN_PICTURES;
    for (int i = 0; i < dataset.size(); i++) {
      places.put(dataset.info(i).imageId(), i);
      if (i % step == 0) {
        some.addAll(dataset.captions(i));
      }
    }
    shown = List.copyOf(some);
    classes =
        dataset.categories().size() < 2
            ? List.of()
            : dataset.categories().asList().stream().map(this::vector).toList();
  }

  /** What is said of an image, each once, with where it lies. */
  Map<String, float[]> captions(ImageId image) {
    List<String> own = dataset.captions(places.get(image)).stream().distinct().toList();
    embed(own);
    Map<String, float[]> out = new LinkedHashMap<>();
    own.forEach(text -> out.put(text, vectors.get(text)));
    return out;
  }

  /** The captions, of those looked through and the image's own, that lie nearest to a picture. */
  List<Retrieved.Near> nearest(float[] picture, Map<String, float[]> own, int count) {
    embed(shown);
    Map<String, float[]> all = new LinkedHashMap<>(own);
    shown.forEach(text -> all.put(text, vectors.get(text)));
    return all.entrySet().stream()
        .map(
            each ->
                new Retrieved.Near(
                    each.getKey(),
                    Retrieved.product(picture, each.getValue()),
                    own.containsKey(each.getKey())))
        .sorted(Comparator.comparingDouble(Retrieved.Near::cosine).reversed())
        .limit(count)
        .toList();
  }

  /** The class whose words lie nearest to a picture; -1 of a data set without classes. */
  int nearestClass(float[] picture) {
    int best = -1;
    double most = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes.size(); c++) {
      double cosine = Retrieved.product(picture, classes.get(c));
      if (cosine > most) {
        most = cosine;
        best = c;
      }
    }
    return best;
  }

  private float[] vector(Category category) {
    String word = category.name().replace('_', ' ');
    List<String> sentences = TEMPLATES.stream().map(t -> t.replace("{}", word)).toList();
    embed(sentences);
    float[] sum = new float[decoder.sizes().embedding()];
    for (String sentence : sentences) {
      float[] one = vectors.get(sentence);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += one[i];
      }
    }
    double length = Math.sqrt(Retrieved.product(sum, sum));
    for (int i = 0; i < sum.length; i++) {
      sum[i] = (float) (sum[i] / Math.max(Float.MIN_NORMAL, length));
    }
    return sum;
  }

  private void embed(List<String> texts) {
    List<String> fresh = texts.stream().filter(text -> !vectors.containsKey(text)).toList();
    Engine engine = decoder.engine();
    int width = decoder.sizes().embedding();
    for (int from = 0; from < fresh.size(); from += BATCH) {
      List<String> some =
          new ArrayList<>(fresh.subList(from, Math.min(fresh.size(), from + BATCH)));
      try (var off = engine.noGrad();
          var scope = engine.scope()) {
        float[] all = decoder.texts(some).toFloats();
        for (int i = 0; i < some.size(); i++) {
          float[] one = new float[width];
          System.arraycopy(all, i * width, one, 0, width);
          vectors.put(some.get(i), one);
        }
      }
    }
  }
}
