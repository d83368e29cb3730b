package org.maskwright.datasets.metrics;

import java.util.SortedMap;

/**
 * The result of LVIS' evaluation.
 *
 * @param perCategory AP by category id, -1 where there is nothing to measure
 */
public record LvisMetrics(LvisSummary all, SortedMap<Integer, Double> perCategory) {}
