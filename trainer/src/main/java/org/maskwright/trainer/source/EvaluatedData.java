package org.maskwright.trainer.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.CommonClasses;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.config.EvaluationSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.loss.SupervisionSettings;
import org.maskwright.trainer.result.ResultKind;

/**
 * A data set that a run is evaluated on, opened.
 *
 * @param settings as they were given
 * @param dataset with the names that the settings give its classes
 * @param ofOwnClasses whether it is judged in its own classes, not the model's
 * @param kinds which of its classes each of the model's is a kind of; empty: those of one name are
 *     one class
 */
public record EvaluatedData(
    EvaluationSettings settings, Dataset dataset, boolean ofOwnClasses, Map<String, String> kinds) {
  /** Keeps the map. */
  public EvaluatedData {
    kinds = Map.copyOf(kinds);
  }

  private static EvaluatedData of(
      RunSettings run, EvaluationSettings settings, boolean oneOfSeveral) {
    Dataset own = TrainingData.open(run, settings.dataset(), task(run, settings));
    Map<String, String> kinds =
        run.data().hierarchy().map(h -> h.kinds(own.categories().names())).orElse(Map.of());
    Dataset judged = run.data().hierarchy().map(h -> h.evaluated(own)).orElse(own);
    return new EvaluatedData(
        settings,
        opened(run, settings, judged),
        !kinds.isEmpty() || settings.ofOwnClasses(oneOfSeveral),
        kinds);
  }

  /**
   * Opens all that a run is evaluated on, at least one.
   *
   * @throws DatasetException as {@link TrainingData#open(RunSettings,
   *     org.maskwright.datasets.catalog.DatasetSettings, Task)}, and if the mask of a segment is
   *     not known
   */
  public static List<EvaluatedData> all(RunSettings run) {
    List<EvaluationSettings> evaluations = run.data().evaluations();
    List<EvaluatedData> out = new ArrayList<>();
    for (EvaluationSettings settings : evaluations) {
      out.add(of(run, settings, evaluations.size() > 1));
    }
    return List.copyOf(out);
  }

  /** Opens the one whose metric decides. */
  public static EvaluatedData deciding(RunSettings run) {
    List<EvaluationSettings> evaluations = run.data().evaluations();
    EvaluationSettings settings =
        evaluations.stream()
            .filter(e -> run.eval().bestOf().filter(e.name()::equals).isPresent())
            .findFirst()
            .orElse(evaluations.get(0));
    return of(run, settings, evaluations.size() > 1);
  }

  private static Dataset opened(RunSettings run, EvaluationSettings settings, Dataset all) {
    Dataset some = run.data().fold().map(fold -> fold.evaluated(all)).orElse(all);
    if (run.model().decoder().isPretext()) {
      return some; // whatever is annotated
    }
    Dataset own =
        SupervisionSettings.requireMasks(
            some,
            "evaluation is of whole masks: let data.val be pictures whose objects are drawn, a few are enough (docs/weak-labels.md)");
    if (settings.classes().isEmpty()) {
      return own;
    }
    TrainingData.requireNamed(own, settings.classes());
    List<Map<String, String>> names = List.of(settings.classes());
    return CommonClasses.over(own, settings.classes(), CommonClasses.of(List.of(own), names));
  }

  /**
   * What a data set is opened for: the run's task, if it is evaluated; else that of the first kind.
   */
  public static Task task(RunSettings run, EvaluationSettings settings) {
    List<Task> needed =
        settings.kinds().stream().map(ResultKind::annotation).flatMap(Optional::stream).toList();
    return needed.isEmpty() || needed.contains(run.task()) ? run.task() : needed.get(0);
  }

  /** What it is called where there are several. */
  public String name() {
    return settings.name();
  }

  /** The settings of its evaluation. */
  public EvalSettings eval(RunSettings run) {
    return run.eval().withTasks(settings.tasks());
  }

  /** Names of its classes, in order. */
  public List<String> classNames() {
    return dataset.categories().names();
  }

  /** Enough to notice other data, of all of them. */
  public static String fingerprint(List<EvaluatedData> all) {
    return all.size() == 1
        ? TrainingData.fingerprint(all.get(0).dataset())
        : all.stream()
            .map(data -> data.name() + ": " + TrainingData.fingerprint(data.dataset()))
            .collect(Collectors.joining("; "));
  }
}
