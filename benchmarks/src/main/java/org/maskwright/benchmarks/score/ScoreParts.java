package org.maskwright.benchmarks.score;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.image.LabelReader;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.json.CocoPanoptic;
import org.maskwright.datasets.json.PanopticAnnotation;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.metrics.PanopticEvaluator;
import org.maskwright.datasets.metrics.SemanticEvaluator;
import org.maskwright.datasets.metrics.SemanticProtocol;

/**
 * The two parts of scoring label maps, each alone on one thread: decoding the PNGs, and counting
 * maps that lie in memory already. The other side of {@code benchmarks/score/compare.py}.
 *
 * <pre>ScoreParts decode|count panoptic|semantic ROOT MAPS ROUNDS</pre>
 *
 * ROOT holds gt/ and pred/, for panoptic also gt.json and pred.json. Prints one line of JSON for
 * each round: processor seconds of the thread and the result.
 */
public final class ScoreParts {
  private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();
  private static final int CLASSES = 150;
  private static final int IGNORE = 255;
  private static final double NANOS = 1e-9;

  private ScoreParts() {}

  private interface Part {
    /** One pass over all maps; its result, for comparison. */
    double run();
  }

  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[2]);
    List<String> names = names(root.resolve("gt"), Integer.parseInt(args[3]));
    Part part =
        args[0].equals("decode")
            ? decode(root, names)
            : args[1].equals("panoptic") ? panoptic(root, names) : semantic(root, names);
    for (int round = 0; round < Integer.parseInt(args[4]); round++) {
      long start = THREAD.getCurrentThreadCpuTime();
      double result = part.run();
      double seconds = (THREAD.getCurrentThreadCpuTime() - start) * NANOS;
      System.out.println("{\"seconds\":" + seconds + ",\"result\":" + result + "}");
    }
  }

  private static List<String> names(Path folder, int most) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().limit(most).toList();
    }
  }

  private static Part decode(Path root, List<String> names) {
    LabelReader reader = new LabelReader();
    return () -> {
      double sum = 0;
      for (String name : names) {
        sum += reader.read(root.resolve("gt").resolve(name)).at(0, 0);
        sum += reader.read(root.resolve("pred").resolve(name)).at(0, 0);
      }
      return sum;
    };
  }

  private static List<LabelMap> maps(Path folder, List<String> names) {
    return names.stream().map(name -> LabelPng.read(folder.resolve(name))).toList();
  }

  private static Part semantic(Path root, List<String> names) {
    List<LabelMap> truths = maps(root.resolve("gt"), names);
    List<LabelMap> predictions = maps(root.resolve("pred"), names);
    return () -> {
      var evaluator = new SemanticEvaluator(CLASSES, IGNORE, SemanticProtocol.DETECTRON2);
      for (int i = 0; i < names.size(); i++) {
        evaluator.add(truths.get(i), predictions.get(i));
      }
      return evaluator.result().meanIou();
    };
  }

  private static Part panoptic(Path root, List<String> names) {
    CocoPanoptic truth = CocoJson.readPanoptic(root.resolve("gt.json"));
    Map<ImageId, PanopticAnnotation> predicted = new HashMap<>();
    CocoJson.readPanoptic(root.resolve("pred.json"))
        .annotations()
        .forEach(a -> predicted.put(a.imageId(), a));
    List<LabelMap> truths = maps(root.resolve("gt"), names);
    List<LabelMap> predictions = maps(root.resolve("pred"), names);
    return () -> {
      var evaluator = new PanopticEvaluator(truth.categories(), PanopticEvaluator.Overlap.SEGMENT);
      for (PanopticAnnotation annotation : truth.annotations()) {
        int i = names.indexOf(annotation.fileName());
        if (i >= 0) {
          ImageId id = annotation.imageId();
          evaluator.add(
              id,
              truths.get(i),
              annotation.segments(),
              predictions.get(i),
              predicted.get(id).segments());
        }
      }
      return evaluator.result().all().pq();
    };
  }
}
