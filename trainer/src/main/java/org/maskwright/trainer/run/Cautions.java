package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Task;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.settings.Names;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.source.EvaluatedData;
import org.maskwright.trainer.source.TrainingData;

/** What a run may be asked for, and is rarely meant. */
final class Cautions {
  private Cautions() {}

  /** One line for each. */
  static List<String> of(RunSettings settings, TrainingData train, List<EvaluatedData> val) {
    List<String> out = new ArrayList<>();
    Set<Path> trained =
        train.sources().stream()
            .flatMap(source -> files(source.dataset()))
            .collect(Collectors.toSet());
    for (EvaluatedData each : val) {
      Dataset dataset = each.dataset();
      long both = files(dataset).filter(trained::contains).count();
      if (both > 0) {
        out.add(
            "warning: %d of the %d images of %s are trained on too, so the metrics say how well they were learnt by heart; name another part in data.val.split, or set data.train.hold-out"
                .formatted(
                    both,
                    dataset.size(),
                    val.size() == 1 ? "data.val" : "evaluation " + each.name()));
      }
    }
    List<String> known = NovelClasses.trained(settings.eval(), train.categories().names());
    if (!known.isEmpty()) {
      out.add(
          "warning: eval.novel: classes of the training data are not novel: " + Names.some(known));
    }
    int warmup = settings.schedule().warmupSteps();
    if (warmup > settings.train().steps()) {
      out.add(
          "warning: schedule.warmup-steps is %d and train.steps %d: the run ends before its learning rate is reached; lower warmup-steps"
              .formatted(warmup, settings.train().steps()));
    }
    boolean random = settings.init().backbone().isEmpty() && settings.init().model().isEmpty();
    if (random && !settings.model().decoder().isPretext()) { // which makes such weights
      settings
          .model()
          .backbone()
          .cautionWithoutWeights()
          .ifPresent(caution -> out.add("warning: " + caution));
    }
    return out;
  }

  /** What the built model cannot do that the settings ask for. */
  static List<String> ofModel(RunSettings settings, SegmentationModel model) {
    List<String> out = new ArrayList<>();
    int queries = model.queries();
    int classes = model.classSpace().size();
    if (settings.task() == Task.SEMANTIC && classes > queries) {
      out.add(
          "warning: %d classes but only %d queries: an image with more classes cannot be learnt whole; raise the decoder's queries"
              .formatted(classes, queries));
    }
    boolean asked = model.decoder().classHead().flatMap(ClassHead::outOfVocabulary).isPresent();
    if (asked && model.backbone().parameters().values().stream().anyMatch(Parameter::isTrainable)) {
      out.add(
          "warning: out-of-vocabulary asks the backbone about words, which it unlearns in training;"
              + " freeze it by init.freeze = [backbone]");
    }
    settings.data().evaluations().stream()
        .map(e -> settings.eval().withTasks(e.tasks()))
        .flatMap(eval -> cautions(eval, queries, classes))
        .distinct()
        .forEach(caution -> out.add("warning: " + caution));
    return out;
  }

  private static Stream<String> cautions(EvalSettings eval, int queries, int classes) {
    InferenceSettings inference = Evaluator.inference(eval);
    return eval.kinds().stream()
        .flatMap(kind -> kind.cautions(inference, queries, classes).stream());
  }

  private static Stream<Path> files(Dataset dataset) {
    return IntStream.range(0, dataset.size()).mapToObj(i -> dataset.info(i).file());
  }
}
