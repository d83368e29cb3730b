package org.maskwright.trainer.clip;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How often pictures find their captions and captions their pictures. Captions of one text are one
 * caption, of several pictures.
 *
 * <p><b>Maths</b> R@k: the share of pictures of which a caption is among the k nearest of all, and
 * of captions of which a picture is. What lies as near as what is right counts as nearer.
 */
final class Recall {
  private final List<float[]> pictures = new ArrayList<>();
  private final List<Set<Integer>> captionsOf = new ArrayList<>();
  private final Map<String, Integer> numbers = new LinkedHashMap<>();
  private final List<float[]> captions = new ArrayList<>();
  private final List<Set<Integer>> picturesOf = new ArrayList<>();

  /** Takes in a picture with its captions, at least one. */
  void add(float[] picture, Map<String, float[]> said) {
    Set<Integer> own = new TreeSet<>();
    said.forEach(
        (text, vector) -> {
          int number = numbers.computeIfAbsent(text, t -> captions.size());
          if (number == captions.size()) {
            captions.add(vector);
            picturesOf.add(new TreeSet<>());
          }
          picturesOf.get(number).add(pictures.size());
          own.add(number);
        });
    captionsOf.add(own);
    pictures.add(picture);
  }

  /** The share of pictures that find a caption of theirs among the k nearest, in percent. */
  double ofPictures(int k) {
    return share(ranks(pictures, captions, captionsOf), k);
  }

  /** The share of captions that find a picture of theirs among the k nearest, in percent. */
  double ofCaptions(int k) {
    return share(ranks(captions, pictures, picturesOf), k);
  }

  private static double share(int[] ranks, int k) {
    return ranks.length == 0
        ? Double.NaN
        : 100.0 * IntStream.of(ranks).filter(rank -> rank < k).count() / ranks.length;
  }

  /** Of each of {@code from} how many of {@code to} lie before the first that is right. */
  private static int[] ranks(
      List<float[]> from, List<float[]> to, List<Set<Integer>> right) {
    return IntStream.range(0, from.size())
        .parallel()
        .map(i -> rank(to.size(), j -> Retrieved.product(from.get(i), to.get(j)), right.get(i)))
        .toArray();
  }

  private static int rank(int count, IntToDoubleFunction cosine, Set<Integer> right) {
    double[] all = IntStream.range(0, count).mapToDouble(cosine).toArray();
    double best = right.stream().mapToDouble(j -> all[j]).max().orElseThrow();
    return (int)
        IntStream.range(0, count).filter(j -> all[j] >= best && !right.contains(j)).count();
  }
}
