package org.maskwright.datasets.metrics;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SafePaths;
import org.maskwright.datasets.image.LabelMap;
import org.maskwright.datasets.image.LabelReader;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.json.CocoPanoptic;
import org.maskwright.datasets.json.PanopticAnnotation;

/**
 * Panoptic quality of official files: two JSON files and two folders of PNGs, on all cores, two
 * images a core in memory.
 */
public final class PanopticFiles {
  private PanopticFiles() {}

  /**
   * Evaluates every annotated image of the ground truth.
   *
   * @throws DatasetException if a file is wrong, or an image has no prediction
   */
  public static PanopticMetrics evaluate(
      Path truthJson,
      Path truthFolder,
      Path predictedJson,
      Path predictedFolder,
      PanopticEvaluator.Overlap overlap) {
    CocoPanoptic truth = CocoJson.readPanoptic(truthJson);
    if (truth.categories().isEmpty()) {
      throw DatasetException.ofFile(truthJson, "expected \"categories\", found none");
    }
    Map<ImageId, PanopticAnnotation> predictions = new HashMap<>();
    for (PanopticAnnotation p : CocoJson.readPanoptic(predictedJson).annotations()) {
      predictions.put(p.imageId(), p);
    }
    PanopticEvaluator evaluator = new PanopticEvaluator(truth.categories(), overlap);
    AtomicInteger next = new AtomicInteger();
    IntStream.range(0, Runtime.getRuntime().availableProcessors())
        .parallel()
        .forEach(
            worker -> {
              LabelReader truthMaps = new LabelReader();
              LabelReader predictedMaps = new LabelReader();
              int i;
              while ((i = next.getAndIncrement()) < truth.annotations().size()) {
                PanopticAnnotation annotation = truth.annotations().get(i);
                PanopticAnnotation prediction = predictions.get(annotation.imageId());
                if (prediction == null) {
                  throw DatasetException.ofFile(predictedJson, "no prediction for the image")
                      .forImage(annotation.imageId());
                }
                Path truthPng = png(truthJson, truthFolder, annotation);
                Path predictedPng = png(predictedJson, predictedFolder, prediction);
                try {
                  check(evaluator, annotation, truthJson);
                  LabelMap truthIds = truthMaps.read(truthPng);
                  evaluator.add(
                      annotation.imageId(),
                      truthIds,
                      annotation.segments(),
                      predictedMaps.read(predictedPng, truthIds.height(), truthIds.width()),
                      prediction.segments());
                } catch (DatasetException e) {
                  throw e.inFile(predictedPng).forImage(annotation.imageId());
                }
              }
            });
    return evaluator.result();
  }

  private static void check(PanopticEvaluator evaluator, PanopticAnnotation truth, Path truthJson) {
    try {
      evaluator.checkTruths(truth.segments());
    } catch (DatasetException e) {
      throw e.inFile(truthJson);
    }
  }

  private static Path png(Path json, Path folder, PanopticAnnotation annotation) {
    try {
      return SafePaths.resolve(folder, annotation.fileName());
    } catch (DatasetException e) {
      throw e.inFile(json).forImage(annotation.imageId());
    }
  }
}
