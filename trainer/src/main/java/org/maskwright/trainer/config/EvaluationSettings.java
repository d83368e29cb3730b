package org.maskwright.trainer.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;

/** A data set to evaluate on. */
@Doc("What each section of data.evaluations is, where it says nothing else.")
public record EvaluationSettings(
    @Doc(
            "What its metrics begin with where there are several, such as ade.semantic.mIoU: letters, digits, - and _.")
        String name,
    @Doc("The data set; data.val if it is not said.") DatasetSettings dataset,
    @Doc("Other names for its classes: the data set's name, then the model's.")
        Map<String, String> classes,
    @Doc(
            "In whose classes it is judged: model = it must have the model's, in their order; own = in its own, the model's chosen by name and"
                + " compared among themselves; what the model does not have is never found. None: model of a single data set, own of several.")
        Optional<LabelSpaceOf> labelSpace,
    @Doc(
            "Text bank with words of its classes, for model.class-head.type = words; none: that of the class head. Classes of the bank are known by its words, others by their names.")
        Optional<Path> bank,
    @Doc("Kinds of result; eval.tasks if it is not said.") List<String> tasks,
    @Doc("At most so many images during training; eval.limit if it is not said.") int limit) {
  /** Whose classes results are in. */
  public enum LabelSpaceOf {
    MODEL,
    OWN
  }

  /** Checks the ranges. */
  public EvaluationSettings {
    tasks = List.copyOf(tasks);
    boolean taken =
        name.equals("loss") || ResultKinds.all().stream().anyMatch(k -> k.name().equals(name));
    Ranges.require(
        name.matches("[A-Za-z0-9_-]+") && !taken,
        "name",
        "letters, digits, - and _, and no kind of result",
        name);
    EvalSettings.requireTasks(tasks);
    Ranges.require(limit >= 0, "limit", "at least 0", limit);
  }

  /** The kinds of result to evaluate. */
  public List<ResultKind<?>> kinds() {
    return tasks.stream().<ResultKind<?>>map(ResultKinds::get).toList();
  }

  /** Whether it is judged in its own classes. */
  public boolean ofOwnClasses(boolean oneOfSeveral) {
    LabelSpaceOf otherwise = oneOfSeveral ? LabelSpaceOf.OWN : LabelSpaceOf.MODEL;
    return labelSpace.orElse(otherwise) == LabelSpaceOf.OWN;
  }
}
