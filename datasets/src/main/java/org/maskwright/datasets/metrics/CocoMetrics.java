package org.maskwright.datasets.metrics;

import java.util.List;
import java.util.SortedMap;

/**
 * The result of COCO's instance evaluation.
 *
 * @param apByThreshold AP at IoU 0.5, 0.55, ... 0.95
 * @param perCategory by category id
 */
public record CocoMetrics(
    CocoSummary all, List<Double> apByThreshold, SortedMap<Integer, CocoSummary> perCategory) {}
