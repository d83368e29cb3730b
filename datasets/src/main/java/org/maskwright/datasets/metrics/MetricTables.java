package org.maskwright.datasets.metrics;

import java.util.List;
import java.util.Locale;

/** Metrics as the official tools print them. */
public final class MetricTables {
  private static final String COCO_LINE =
      " %-18s %s @[ IoU=%-9s | area=%6s | maxDets=%3d ] = %.3f%n";
  private static final String LVIS_LINE =
      " %-18s %s @[ IoU=%-9s | area=%6s | maxDets=%3d catIds=%3s] = %.3f%n";
  private static final double PERCENT = 100;

  private MetricTables() {}

  /** pycocotools' twelve lines. */
  public static String coco(CocoSummary s) {
    return coco(true, "0.50:0.95", "all", 100, s.ap())
        + coco(true, "0.50", "all", 100, s.ap50())
        + coco(true, "0.75", "all", 100, s.ap75())
        + coco(true, "0.50:0.95", "small", 100, s.apSmall())
        + coco(true, "0.50:0.95", "medium", 100, s.apMedium())
        + coco(true, "0.50:0.95", "large", 100, s.apLarge())
        + coco(false, "0.50:0.95", "all", 1, s.ar1())
        + coco(false, "0.50:0.95", "all", 10, s.ar10())
        + coco(false, "0.50:0.95", "all", 100, s.ar100())
        + coco(false, "0.50:0.95", "small", 100, s.arSmall())
        + coco(false, "0.50:0.95", "medium", 100, s.arMedium())
        + coco(false, "0.50:0.95", "large", 100, s.arLarge());
  }

  private static String coco(boolean ap, String iou, String area, int maxDets, double value) {
    String title = ap ? "Average Precision" : "Average Recall";
    return String.format(
        Locale.ROOT, COCO_LINE, title, ap ? "(AP)" : "(AR)", iou, area, maxDets, value);
  }

  /** lvis-api's thirteen lines. */
  public static String lvis(LvisSummary s) {
    return lvis(true, "0.50:0.95", "all", "all", s.ap())
        + lvis(true, "0.50", "all", "all", s.ap50())
        + lvis(true, "0.75", "all", "all", s.ap75())
        + lvis(true, "0.50:0.95", "s", "all", s.apSmall())
        + lvis(true, "0.50:0.95", "m", "all", s.apMedium())
        + lvis(true, "0.50:0.95", "l", "all", s.apLarge())
        + lvis(true, "0.50:0.95", "all", "r", s.apRare())
        + lvis(true, "0.50:0.95", "all", "c", s.apCommon())
        + lvis(true, "0.50:0.95", "all", "f", s.apFrequent())
        + lvis(false, "0.50:0.95", "all", "all", s.ar())
        + lvis(false, "0.50:0.95", "s", "all", s.arSmall())
        + lvis(false, "0.50:0.95", "m", "all", s.arMedium())
        + lvis(false, "0.50:0.95", "l", "all", s.arLarge());
  }

  private static String lvis(boolean ap, String iou, String area, String categories, double value) {
    String title = ap ? "Average Precision" : "Average Recall";
    return String.format(
        Locale.ROOT, LVIS_LINE, title, ap ? "(AP)" : "(AR)", iou, area, 300, categories, value);
  }

  /** panopticapi's table, in percent; "none" where no class occurs. */
  public static String panoptic(PanopticMetrics m) {
    return String.format("%-10s| %5s  %5s  %5s %5s%n", "", "PQ", "SQ", "RQ", "N")
        + "-".repeat(10 + 7 * 4)
        + System.lineSeparator()
        + panoptic("All", m.all())
        + panoptic("Things", m.things())
        + panoptic("Stuff", m.stuff());
  }

  private static String panoptic(String name, PanopticMetrics.Quality q) {
    if (q.n() == 0) {
      return String.format("%-10s| %5s  %5s  %5s %5d%n", name, "none", "none", "none", 0);
    }
    return String.format(
        Locale.ROOT,
        "%-10s| %5.1f  %5.1f  %5.1f %5d%n",
        name,
        PERCENT * q.pq(),
        PERCENT * q.sq(),
        PERCENT * q.rq(),
        q.n());
  }

  /**
   * IoU and accuracy of each class that occurs, then the means, in percent.
   *
   * @param names of the classes, which stand behind their numbers' values; empty where nobody knows
   */
  public static String semantic(SemanticMetrics m, List<String> names) {
    StringBuilder table =
        new StringBuilder(String.format("%-6s| %7s %7s%n", "class", "IoU", "ACC"));
    for (int c = 0; c < m.iou().size(); c++) {
      if (!m.iou().get(c).isNaN()) {
        table.append(
            String.format(
                Locale.ROOT,
                "%-6d| %7.3f %7.3f%s%n",
                c,
                PERCENT * m.iou().get(c),
                PERCENT * m.accuracy().get(c),
                names.isEmpty() ? "" : "  " + names.get(c)));
      }
    }
    return table
        .append(
            String.format(
                Locale.ROOT,
                "mIoU %.4f   fwIoU %.4f   mACC %.4f   pACC %.4f%n",
                PERCENT * m.meanIou(),
                PERCENT * m.frequencyWeightedIou(),
                PERCENT * m.meanAccuracy(),
                PERCENT * m.pixelAccuracy()))
        .toString();
  }
}
