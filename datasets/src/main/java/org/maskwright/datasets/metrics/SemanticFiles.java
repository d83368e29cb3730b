package org.maskwright.datasets.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.ClassFile;
import org.maskwright.datasets.image.LabelReader;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Semantic evaluation of two folders of label PNGs, on all cores (fewer from some thousand classes
 * on), one image a core in memory. Files are paired by their path in the folder; for Cityscapes by
 * city, sequence and frame.
 */
public final class SemanticFiles {
  private static final String CITYSCAPES_TRUTH = "_gtFine_labelIds.png";

  private static final long MAX_TABLES_BYTES = 1L << 30;

  private SemanticFiles() {}

  /** How label values of the files become class indices. */
  public enum Labels {
    /**
     * As they are; with {@link SemanticProtocol#ADE20K} 0 is "other" and 1 to K the classes, in
     * both folders.
     */
    AS_STORED,
    /**
     * The ground truth's 0 is not counted and 1 to K are the classes 0 to K-1; predictions hold 0
     * to K-1.
     */
    REDUCE_ZERO
  }

  /**
   * Evaluates every PNG below the ground truth's folder.
   *
   * @throws DatasetException if a file is wrong, has another size or an unknown label, or has no
   *     prediction
   */
  public static SemanticMetrics evaluate(
      Path truthFolder,
      Path predictedFolder,
      int classes,
      int ignoreLabel,
      Labels labels,
      SemanticProtocol protocol) {
    return evaluate(
        truthFolder, predictedFolder, classes, ignoreLabel, labels, protocol, warning -> {});
  }

  /**
   * As {@link #evaluate(Path, Path, int, int, Labels, SemanticProtocol)}.
   *
   * @param warnings is told what a user may not have meant
   */
  public static SemanticMetrics evaluate(
      Path truthFolder,
      Path predictedFolder,
      int classes,
      int ignoreLabel,
      Labels labels,
      SemanticProtocol protocol,
      Consumer<String> warnings) {
    List<Path[]> pairs = pairs(truthFolder, predictedFolder, protocol);
    int workers = Math.min(Runtime.getRuntime().availableProcessors(), pairs.size());
    SemanticEvaluator evaluator =
        evaluate(pairs, workers(workers, classes), classes, ignoreLabel, labels, protocol);
    evaluator.warnings().forEach(warning -> warnings.accept(truthFolder + ": " + warning));
    return evaluator.result();
  }

  /**
   * The names of the classes, from a class file in the ground truth's folder or in the one above;
   * none where there is no such file of as many names.
   */
  public static List<String> names(Path truthFolder, int classes) {
    Path above = truthFolder.toAbsolutePath().normalize().getParent();
    try {
      return ClassFile.in(truthFolder)
          .or(() -> Optional.ofNullable(above).flatMap(ClassFile::in))
          .map(ClassFile::names)
          .filter(names -> names.size() == classes)
          .orElse(List.of());
    } catch (DatasetException ofSomethingElse) { // no number depends on it
      return List.of();
    }
  }

  /** Each worker has a table; many large ones would fill the memory. */
  static int workers(int most, int classes) {
    long tableBytes = Long.BYTES * (classes + 1L) * (classes + 1L);
    return (int) Math.max(1, Math.min(most, MAX_TABLES_BYTES / tableBytes));
  }

  /** Counts with one evaluator a worker. */
  static SemanticEvaluator evaluate(
      List<Path[]> pairs,
      int workers,
      int classes,
      int ignoreLabel,
      Labels labels,
      SemanticProtocol protocol) {
    record Worker(SemanticEvaluator evaluator, IntConsumer count) implements IntConsumer {
      @Override
      public void accept(int i) {
        count.accept(i);
      }
    }
    List<Worker> done =
        Workers.run(
            pairs.size(),
            workers,
            () -> {
              var evaluator = new SemanticEvaluator(classes, ignoreLabel, protocol);
              var truths = new LabelReader();
              var predictions = new LabelReader();
              return new Worker(
                  evaluator,
                  i -> {
                    Path[] pair = pairs.get(i);
                    LabelMap truth = truths.readIndices(pair[0]);
                    LabelMap prediction = predictions.readIndices(pair[1]);
                    reduce(truth, prediction, ignoreLabel, labels, protocol);
                    add(evaluator, truth, prediction, pair);
                  });
            });
    SemanticEvaluator sum = done.get(0).evaluator();
    done.subList(1, workers).forEach(worker -> sum.merge(worker.evaluator()));
    return sum;
  }

  private static void reduce(
      LabelMap truth,
      LabelMap prediction,
      int ignoreLabel,
      Labels labels,
      SemanticProtocol protocol) {
    if (labels == Labels.REDUCE_ZERO || protocol == SemanticProtocol.ADE20K) {
      truth.map(label -> reduce(label, ignoreLabel));
    }
    if (protocol == SemanticProtocol.ADE20K && labels == Labels.AS_STORED) {
      prediction.map(label -> reduce(label, ignoreLabel));
    }
  }

  private static void add(
      SemanticEvaluator evaluator, LabelMap truth, LabelMap prediction, Path[] pair) {
    try {
      evaluator.add(truth, prediction);
    } catch (DatasetException e) {
      throw e.inFile(e.problem().startsWith("ground truth") ? pair[0] : pair[1]);
    }
  }

  private static int reduce(int label, int ignoreLabel) {
    return label == 0 || label == ignoreLabel ? ignoreLabel : label - 1;
  }

  private static List<Path[]> pairs(Path truth, Path predicted, SemanticProtocol protocol) {
    List<Path> truths = pngs(truth);
    boolean byFrame =
        protocol == SemanticProtocol.CITYSCAPES
            && truths.stream().anyMatch(f -> f.toString().endsWith(CITYSCAPES_TRUTH));
    Map<String, Path> predictions = new HashMap<>();
    for (Path file : pngs(predicted)) {
      Path previous = predictions.put(key(predicted, file, byFrame), file);
      if (previous != null) {
        throw DatasetException.ofFile(file, "a second prediction of the image of " + previous);
      }
    }
    List<Path[]> pairs = new ArrayList<>();
    for (Path file : truths) {
      if (byFrame && !file.toString().endsWith(CITYSCAPES_TRUTH)) {
        continue;
      }
      Path prediction = predictions.get(key(truth, file, byFrame));
      if (prediction == null) {
        throw DatasetException.ofFile(file, "no prediction of this name below " + predicted);
      }
      pairs.add(new Path[] {file, prediction});
    }
    if (pairs.isEmpty()) {
      throw DatasetException.ofFile(truth, "no PNG in the folder");
    }
    return pairs;
  }

  /** The path inside the folder, or city_sequence_frame. */
  private static String key(Path folder, Path file, boolean byFrame) {
    if (!byFrame) {
      return folder.relativize(file).toString();
    }
    String[] parts = file.getFileName().toString().replace(".png", "").split("_", 4);
    return parts.length < 3 ? file.toString() : parts[0] + "_" + parts[1] + "_" + parts[2];
  }

  private static List<Path> pngs(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw DatasetException.ofFile(folder, "no such folder");
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(f -> f.toString().endsWith(".png")).sorted().toList();
    } catch (IOException e) {
      throw DatasetException.ofFile(folder, "cannot be listed: " + e, e);
    }
  }
}
