package org.maskwright.datasets.metrics;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.image.LabelReader;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.json.CocoPanoptic;
import org.maskwright.datasets.json.PanopticAnnotation;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Panoptic quality of official files: two JSON files and two folders of PNGs, on all cores, two
 * images a core in memory.
 */
public final class PanopticFiles {
  private final Path truthJson;
  private final DataFolder truthFolder;
  private final Path predictedJson;
  private final DataFolder predictedFolder;

  private PanopticFiles(
      Path truthJson, DataFolder truthFolder, Path predictedJson, DataFolder predictedFolder) {
    this.truthJson = truthJson;
    this.truthFolder = truthFolder;
    this.predictedJson = predictedJson;
    this.predictedFolder = predictedFolder;
  }

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
    return scored(truthJson, truthFolder, predictedJson, predictedFolder, overlap).metrics();
  }

  /**
   * As {@link #evaluate}, with what the truth has of each class and what makes the official numbers
   * doubtful.
   */
  public static Scored<PanopticMetrics> scored(
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
    PanopticFiles files =
        new PanopticFiles(
            truthJson, DataFolder.of(truthFolder), predictedJson, DataFolder.of(predictedFolder));
    Workers.run(
        truth.annotations().size(),
        Runtime.getRuntime().availableProcessors(),
        () -> {
          LabelReader truthMaps = new LabelReader();
          LabelReader predictedMaps = new LabelReader();
          return i -> {
            PanopticAnnotation annotation = truth.annotations().get(i);
            PanopticAnnotation prediction = predictions.get(annotation.imageId());
            try {
              files.add(evaluator, annotation, truthMaps, prediction, predictedMaps);
            } catch (DatasetException e) {
              throw e.forImage(annotation.imageId());
            }
          };
        });
    TruthByClass classes = new TruthByClass();
    for (PanopticAnnotation annotation : truth.annotations()) {
      annotation.segments().stream()
          .filter(segment -> !segment.crowd())
          .forEach(segment -> classes.add(annotation.imageId(), segment.categoryId()));
    }
    return new Scored<>(
        evaluator.result(),
        classes.of(truth.categories()),
        evaluator.wrongAreas().map(wrong -> truthJson + ": " + wrong).stream().toList());
  }

  private void add(
      PanopticEvaluator evaluator,
      PanopticAnnotation truth,
      LabelReader truthMaps,
      PanopticAnnotation prediction,
      LabelReader predictedMaps) {
    if (prediction == null) {
      throw DatasetException.ofFile(predictedJson, "no prediction for the image");
    }
    inFile(truthJson, () -> evaluator.checkTruths(truth.segments()));
    inFile(predictedJson, () -> evaluator.checkCategories(prediction.segments()));
    Path truthPng = png(truthJson, truthFolder, truth);
    Path predictedPng = png(predictedJson, predictedFolder, prediction);
    inFile(
        predictedPng,
        () -> {
          LabelMap truthIds = truthMaps.read(truthPng);
          evaluator.add(
              truth.imageId(),
              truthIds,
              truth.segments(),
              predictedMaps.read(predictedPng, truthIds.height(), truthIds.width()),
              prediction.segments());
        });
  }

  private static void inFile(Path file, Runnable check) {
    try {
      check.run();
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }

  private static Path png(Path json, DataFolder folder, PanopticAnnotation annotation) {
    try {
      return folder.existing(annotation.fileName());
    } catch (DatasetException e) {
      throw e.inFile(json);
    }
  }
}
