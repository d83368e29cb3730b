package org.maskwright.datasets.metrics;

import java.util.List;
import java.util.SortedMap;

/**
 * The metrics of official files.
 *
 * @param classes how often each occurs in the truth, by category id
 * @param warnings what was odd about the files
 */
public record Scored<T>(T metrics, SortedMap<Integer, ClassTruth> classes, List<String> warnings) {}
