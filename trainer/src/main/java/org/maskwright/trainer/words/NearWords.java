package org.maskwright.trainer.words;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.maskwright.modelzoo.text.Reduction;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.modelzoo.text.WordTable;

/** Words of different classes that an encoder hardly tells apart. */
public final class NearWords {
  /** Letters of a word that a line has room for. */
  private static final int LONGEST = 40;

  private NearWords() {}

  /**
   * Two words of two classes.
   *
   * @param cosine of their means over templates
   */
  public record Pair(
      String firstClass, String firstWord, String secondClass, String secondWord, double cosine) {
    @Override
    public String toString() {
      return said(firstClass, firstWord) + " | " + said(secondClass, secondWord);
    }

    private static String said(String name, String word) {
      return word.equals(name) ? shown(name) : shown(name) + " (" + shown(word) + ")";
    }

    private static String shown(String text) {
      return text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    }
  }

  /** The pairs of the greatest cosines, the greatest first, at most so many. */
  public static List<Pair> of(TextBank bank, int most) {
    List<WordClass> classes = bank.classes();
    WordTable table = bank.table(Reduction.MEAN);
    float[] rows = table.rows();
    PriorityQueue<Pair> nearest =
        new PriorityQueue<>(Comparator.comparingDouble(Pair::cosine)); // the least near first
    for (int a = 0; a < classes.size(); a++) {
      for (int i = 0; i < classes.get(a).words().size(); i++) {
        for (int b = a + 1; b < classes.size(); b++) {
          for (int j = 0; j < classes.get(b).words().size(); j++) {
            double cosine =
                dot(
                    rows,
                    (a * table.perClass() + i) * table.width(),
                    (b * table.perClass() + j) * table.width(),
                    table.width());
            if (nearest.size() < most || cosine > nearest.peek().cosine()) {
              nearest.add(
                  new Pair(
                      classes.get(a).name(),
                      classes.get(a).words().get(i),
                      classes.get(b).name(),
                      classes.get(b).words().get(j),
                      cosine));
            }
            if (nearest.size() > most) {
              nearest.remove();
            }
          }
        }
      }
    }
    List<Pair> pairs = new ArrayList<>(nearest);
    pairs.sort(Comparator.comparingDouble(Pair::cosine).reversed());
    return pairs;
  }

  private static double dot(float[] rows, int a, int b, int width) {
    float sum = 0;
    float other = 0;
    int i = 0;
    for (; i + 1 < width; i += 2) { // two sums: one would wait for itself
      sum += rows[a + i] * rows[b + i];
      other += rows[a + i + 1] * rows[b + i + 1];
    }
    return i < width ? sum + other + rows[a + i] * rows[b + i] : sum + other;
  }
}
