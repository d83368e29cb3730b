package org.maskwright.trainer.result;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.metrics.CocoEvaluator;

/**
 * What results are compared with.
 *
 * @param source where the data set was read from; empty if it is no folder
 * @param instances instance results: an official file to compare with, in place of the data set's
 * @param threshold score from which a result counts where confusions and errors are counted; empty:
 *     that of the best F1 of each class
 * @param detections instance results: how many of an image and class count; COCO's number is 100
 * @param novel if present, base and novel classes are measured too
 * @param notes is told what else was opened, a line each
 */
public record ScoringData(
    Dataset dataset,
    Optional<DatasetSettings> source,
    Optional<Path> instances,
    Optional<Double> threshold,
    int detections,
    Optional<BaseAndNovel> novel,
    Consumer<String> notes) {
  /** The data set's own annotation. */
  public static ScoringData of(Dataset dataset) {
    return new ScoringData(
        dataset,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        CocoEvaluator.MAX_DETECTIONS,
        Optional.empty(),
        note -> {});
  }
}
