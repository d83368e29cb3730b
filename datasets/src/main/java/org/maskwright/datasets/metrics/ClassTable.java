package org.maskwright.datasets.metrics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/**
 * What official files score of each class, with its name and how often the truth has it.
 *
 * @param rows by rising category id
 */
public record ClassTable(List<Row> rows) {
  private static final int NAME = 28; // columns of a name
  private static final double PERCENT = 100;

  /** Keeps a copy. */
  public ClassTable {
    rows = List.copyOf(rows);
  }

  /**
   * A class.
   *
   * @param id of the category
   * @param scores fractions by the name of the metric; NaN where there is nothing to measure
   */
  public record Row(int id, ClassTruth truth, Map<String, Double> scores) {
    /** Keeps a copy in order. */
    public Row {
      scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    }

    private boolean occurs() {
      return truth.segments() > 0 || scores.values().stream().anyMatch(score -> score >= 0);
    }
  }

  /** Of instances by COCO's rules. */
  public static ClassTable coco(Scored<CocoMetrics> scored) {
    List<Row> rows = new ArrayList<>();
    scored
        .classes()
        .forEach(
            (id, truth) -> {
              CocoSummary s = scored.metrics().perCategory().get(id);
              Map<String, Double> scores = new LinkedHashMap<>();
              scores.put("AP", orNone(s.ap()));
              scores.put("AP50", orNone(s.ap50()));
              scores.put("AP75", orNone(s.ap75()));
              scores.put("APs", orNone(s.apSmall()));
              scores.put("APm", orNone(s.apMedium()));
              scores.put("APl", orNone(s.apLarge()));
              rows.add(new Row(id, truth, scores));
            });
    return new ClassTable(rows);
  }

  /** Of instances by LVIS' rules. */
  public static ClassTable lvis(Scored<LvisMetrics> scored) {
    SortedMap<Integer, Double> ap = scored.metrics().perCategory();
    List<Row> rows = new ArrayList<>();
    scored
        .classes()
        .forEach((id, truth) -> rows.add(new Row(id, truth, Map.of("AP", orNone(ap.get(id))))));
    return new ClassTable(rows);
  }

  /** Of panoptic segments. */
  public static ClassTable panoptic(Scored<PanopticMetrics> scored) {
    List<Row> rows = new ArrayList<>();
    scored
        .classes()
        .forEach(
            (id, truth) -> {
              PanopticMetrics.ClassQuality q = scored.metrics().perClass().get(id);
              boolean occurs = q.tp() + q.fp() + q.fn() > 0;
              Map<String, Double> scores = new LinkedHashMap<>();
              scores.put("PQ", occurs ? q.pq() : Double.NaN);
              scores.put("SQ", occurs ? q.sq() : Double.NaN);
              scores.put("RQ", occurs ? q.rq() : Double.NaN);
              rows.add(new Row(id, truth, scores));
            });
    return new ClassTable(rows);
  }

  /** COCO's -1 for nothing to measure becomes NaN. */
  private static double orNone(double fraction) {
    return fraction < 0 ? Double.NaN : fraction;
  }

  /** A line for each class that is true or was predicted, in percent. */
  public String text() {
    return text("images", "segments");
  }

  /**
   * As {@link #text()} with other words for what is counted.
   *
   * @param images for what is evaluated, such as videos
   * @param segments for what is in it, such as tracks
   */
  public String text(String images, String segments) {
    List<Row> shown = rows.stream().filter(Row::occurs).toList();
    if (shown.isEmpty()) {
      return "";
    }
    StringBuilder out = new StringBuilder();
    out.append(String.format("%-30s %7s %9s", "class, in percent", images, segments));
    shown.get(0).scores().keySet().forEach(name -> out.append(String.format(" %7s", name)));
    out.append(System.lineSeparator());
    for (Row row : shown) {
      ClassTruth truth = row.truth();
      out.append(
          String.format(
              Locale.ROOT,
              "  %-28s %7d %9d",
              shortened(truth.name()),
              truth.images(),
              truth.segments()));
      for (double score : row.scores().values()) {
        out.append(
            Double.isNaN(score)
                ? "    none"
                : String.format(Locale.ROOT, " %7.2f", PERCENT * score));
      }
      out.append(System.lineSeparator());
    }
    return out.toString();
  }

  private static String shortened(String name) {
    return name.length() <= NAME ? name : name.substring(0, NAME - 3) + "...";
  }
}
