package org.maskwright.datasets.metrics;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How often something true of one class was predicted as another: rows are the truth, columns what
 * was predicted. Index K, {@link #NOTHING}, stands for nothing: as a column for what was missed, as
 * a row for what was predicted where nothing is.
 *
 * @param classes the names of the K classes
 * @param counted what is counted
 * @param cells those that are not 0, row by row
 */
public record ConfusionMatrix(List<String> classes, Counted counted, List<Cell> cells) {
  /** The name of row and column K. */
  public static final String NOTHING = "(nothing)";

  private static final Comparator<Cell> IN_ORDER =
      Comparator.comparingInt(Cell::truth).thenComparingInt(Cell::predicted);

  /** What a count is of. */
  public enum Counted {
    /** Pixels of all images; those without a true class are left out. */
    PIXELS,
    /** Objects, matched one to one at mask IoU 0.5. */
    OBJECTS;

    /** As in tables and JSON. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A count above 0.
   *
   * @param truth 0 to K
   * @param predicted 0 to K
   */
  public record Cell(int truth, int predicted, long count) {
    /** Whether the prediction is right. */
    public boolean isRight() {
      return truth == predicted;
    }
  }

  /**
   * Keeps copies, sorted.
   *
   * @throws IllegalArgumentException if a cell is outside, 0 or there twice
   */
  public ConfusionMatrix {
    classes = List.copyOf(classes);
    cells = cells.stream().sorted(IN_ORDER).toList();
    int most = classes.size();
    for (int i = 0; i < cells.size(); i++) {
      Cell c = cells.get(i);
      boolean outside = Math.min(c.truth(), c.predicted()) < 0;
      outside |= Math.max(c.truth(), c.predicted()) > most;
      if (outside || c.count() < 1 || i > 0 && IN_ORDER.compare(cells.get(i - 1), c) == 0) {
        throw new IllegalArgumentException(
            "cells: expected counts above 0 of classes 0 to %d, each pair once, got %s"
                .formatted(most, c));
      }
    }
  }

  /** The name of a row or a column. */
  public String name(int index) {
    return index == classes.size() ? NOTHING : classes.get(index);
  }

  /** A count, 0 to K in both directions. */
  public long count(int truth, int predicted) {
    return cells.stream()
        .filter(c -> c.truth() == truth && c.predicted() == predicted)
        .mapToLong(Cell::count)
        .sum();
  }

  /** The sum of a row: how often the truth has a class. */
  public long truths(int truth) {
    return cells.stream().filter(c -> c.truth() == truth).mapToLong(Cell::count).sum();
  }

  /** The sum of a column: how often a class was predicted. */
  public long predictions(int predicted) {
    return cells.stream().filter(c -> c.predicted() == predicted).mapToLong(Cell::count).sum();
  }

  /** The sum of all cells. */
  public long total() {
    return cells.stream().mapToLong(Cell::count).sum();
  }

  /** The sum of the right ones. */
  public long right() {
    return cells.stream().filter(Cell::isRight).mapToLong(Cell::count).sum();
  }

  /** The most frequent mistakes, the largest first, of equals in the order of the matrix. */
  public List<Cell> mistakes(int most) {
    return cells.stream()
        .filter(c -> !c.isRight())
        .sorted(Comparator.comparingLong(Cell::count).reversed().thenComparing(IN_ORDER))
        .limit(most)
        .toList();
  }

  /**
   * Two classes and how often one was taken for the other, in either direction.
   *
   * @param first the smaller of their numbers
   * @param count of both directions
   * @param share of all that is true of the two classes, in [0,1]
   */
  public record Pair(int first, int second, long count, double share) {}

  /**
   * The pairs of classes that are most often mistaken for each other, by their share, as near
   * synonyms are; the largest first, of equals in the order of the matrix.
   */
  public List<Pair> pairs(int most) {
    Map<List<Integer>, Long> counts = new HashMap<>();
    long[] truths = new long[classes.size() + 1];
    for (Cell c : cells) {
      truths[c.truth()] += c.count();
      if (!c.isRight() && Math.max(c.truth(), c.predicted()) < classes.size()) {
        int first = Math.min(c.truth(), c.predicted());
        int second = Math.max(c.truth(), c.predicted());
        counts.merge(List.of(first, second), c.count(), Long::sum);
      }
    }
    return counts.entrySet().stream()
        .map(e -> pair(e.getKey().get(0), e.getKey().get(1), e.getValue(), truths))
        .sorted(
            Comparator.comparingDouble(Pair::share)
                .reversed()
                .thenComparingInt(Pair::first)
                .thenComparingInt(Pair::second))
        .limit(most)
        .toList();
  }

  private static Pair pair(int first, int second, long count, long[] truths) {
    return new Pair(first, second, count, (double) count / (truths[first] + truths[second]));
  }

  /**
   * The matrix as comma-separated values: a line of the columns' names, then a line for each row,
   * its name first. Classes that are neither true nor predicted anywhere are left out.
   */
  public String toCsv() {
    int size = classes.size() + 1;
    int[] shown =
        cells.stream()
            .flatMapToInt(c -> IntStream.of(c.truth(), c.predicted()))
            .distinct()
            .sorted()
            .toArray();
    int[] place = new int[size];
    for (int i = 0; i < shown.length; i++) {
      place[shown[i]] = i;
    }
    long[][] counts = new long[shown.length][shown.length];
    cells.forEach(c -> counts[place[c.truth()]][place[c.predicted()]] = c.count());
    StringBuilder out = new StringBuilder("truth");
    for (int i : shown) {
      out.append(',').append(quoted(name(i)));
    }
    out.append('\n');
    for (int i = 0; i < shown.length; i++) {
      out.append(quoted(name(shown[i])));
      for (long count : counts[i]) {
        out.append(',').append(count);
      }
      out.append('\n');
    }
    return out.toString();
  }

  /** RFC 4180: quotes around a text with a comma, a quote or a line break. */
  private static String quoted(String text) {
    return text.matches("[^,\"\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
