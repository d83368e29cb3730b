package org.maskwright.trainer.caption;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;

/**
 * A text bank without a text encoder, for synthetic data: each word has a random direction, and
 * what is called by several words lies between them, as "red disc" between "red" and "disc".
 */
public final class ComposedBank {
  private ComposedBank() {}

  /**
   * A bank of names and of the words that they are made of; a function of its arguments alone.
   *
   * @param names of one word or several
   * @param width D
   */
  public static TextBank of(List<String> names, int width, long seed) {
    Map<String, float[]> directions = new LinkedHashMap<>();
    Random random = new Random(seed);
    for (String name : names) {
      for (String word : name.split(" ", -1)) {
        directions.computeIfAbsent(word, w -> direction(random, width));
      }
    }
    Set<String> all = new LinkedHashSet<>();
    Stream.concat(names.stream(), directions.keySet().stream()).forEach(all::add);
    float[] embeddings = new float[Math.multiplyExact(all.size(), width)];
    List<WordClass> classes = new ArrayList<>();
    for (String name : all) {
      float[] sum = new float[width];
      for (String word : name.split(" ", -1)) {
        float[] part = directions.get(word);
        for (int i = 0; i < width; i++) {
          sum[i] += part[i];
        }
      }
      unit(sum);
      System.arraycopy(sum, 0, embeddings, classes.size() * width, width);
      classes.add(WordClass.named(name));
    }
    return TextBank.of(classes, List.of(TextBank.SLOT), width, embeddings)
        .withProvenance(Map.of("model", "random directions, seed " + seed));
  }

  private static float[] direction(Random random, int width) {
    float[] out = new float[width];
    for (int i = 0; i < width; i++) {
      out[i] = (float) random.nextGaussian();
    }
    unit(out);
    return out;
  }

  private static void unit(float[] values) {
    double square = 0;
    for (float value : values) {
      square += (double) value * value;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] / Math.sqrt(square));
    }
  }
}
