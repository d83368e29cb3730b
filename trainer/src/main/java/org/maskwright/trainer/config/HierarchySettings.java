package org.maskwright.trainer.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.catalog.CommonClasses;
import org.maskwright.datasets.hierarchy.LabelHierarchy;
import org.maskwright.settings.Doc;

/** In which classes of a hierarchy a run learns and is judged. */
public record HierarchySettings(
    @Doc(
            "Which class is a kind of which: JSON of a parent for each label, or CSV of LABEL,PARENT lines; docs/pretraining.md.")
        Path file,
    @Doc(
            "Level that is learnt: steps up from the data set's classes, 0 = these, or the name of a level. None: 0.")
        Optional<String> labelLevel,
    @Doc(
            "Level that is evaluated, the same or a coarser one: probabilities of the classes of a kind are added. None: as label-level.")
        Optional<String> evaluatedLevel,
    @Doc(
            "If present, the seed of a control: groups of the same sizes as those of label-level, of classes drawn at random.")
        Optional<Long> random) {
  private static final String OWN = "0";

  /** Checks that the control is judged as it learns. */
  public HierarchySettings {
    Ranges.require(
        random.isEmpty() || evaluatedLevel.isEmpty(),
        "evaluatedLevel",
        "none with random groups, which are kinds of nothing",
        evaluatedLevel.orElse(""));
  }

  private Map<String, String> learnt(LabelHierarchy hierarchy, List<String> labels) {
    String level = labelLevel.orElse(OWN);
    return random
        .map(seed -> hierarchy.random(level, labels, seed))
        .orElseGet(() -> hierarchy.at(level, labels));
  }

  /**
   * A data set in the classes that are learnt.
   *
   * @throws org.maskwright.datasets.DatasetException if the file cannot be used
   */
  public Dataset trained(Dataset own) {
    return over(own, learnt(LabelHierarchy.read(file), own.categories().names()));
  }

  /**
   * A data set in the classes that are evaluated.
   *
   * @throws org.maskwright.datasets.DatasetException if the file cannot be used
   */
  public Dataset evaluated(Dataset own) {
    return evaluatedLevel.isEmpty()
        ? trained(own)
        : over(own, LabelHierarchy.read(file).at(evaluatedLevel.get(), own.categories().names()));
  }

  /**
   * Which evaluated class each learnt class is a kind of; empty where they are the same.
   *
   * @param labels the data set's own classes
   * @throws ConfigException if a learnt class is of several
   */
  public Map<String, String> kinds(List<String> labels) {
    if (evaluatedLevel.isEmpty() || evaluatedLevel.equals(labelLevel)) {
      return Map.of();
    }
    LabelHierarchy hierarchy = LabelHierarchy.read(file);
    Map<String, String> fine = learnt(hierarchy, labels);
    Map<String, String> coarse = hierarchy.at(evaluatedLevel.get(), labels);
    Map<String, String> out = new LinkedHashMap<>();
    for (String label : labels) {
      String before = out.put(fine.get(label), coarse.get(label));
      if (before != null && !before.equals(coarse.get(label))) {
        throw new ConfigException(
            "data.hierarchy.evaluated-level: expected a level at least as coarse as label-level, got %s, in which %s is %s and %s"
                .formatted(evaluatedLevel.get(), fine.get(label), before, coarse.get(label)));
      }
    }
    return out;
  }

  private static Dataset over(Dataset own, Map<String, String> names) {
    if (names.entrySet().stream().allMatch(e -> e.getKey().equals(e.getValue()))) {
      return own;
    }
    return CommonClasses.over(own, names, CommonClasses.of(List.of(own), List.of(names)));
  }
}
