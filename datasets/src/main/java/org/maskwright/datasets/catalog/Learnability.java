package org.maskwright.datasets.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetStats.ClassCount;

/**
 * What cannot be learnt from a data set, or can only be learnt wrongly, said before it is tried: a
 * class without a segment or with crowds only, images that are mostly void, one class alone.
 *
 * @param warnings one line for each
 * @param error why training would learn nothing at all, if it would not
 * @param oneClass why semantic segmentation has nothing to tell apart, if so
 */
public record Learnability(
    List<String> warnings, Optional<String> error, Optional<String> oneClass) {
  /** What to do with segments that are all crowds, on which nothing is trained. */
  public static final String CROWDS_ADVICE =
      "(iscrowd = 1), as brush masks of some tools are exported; export them as single objects, or set iscrowd to 0";

  private static final int NAMED = 10;
  private static final double MUCH = 0.5;

  public Learnability {
    warnings = List.copyOf(warnings);
  }

  /**
   * Judges what there is to train on.
   *
   * @param task what is learnt; it decides whether crowds and stuff are
   * @param train what is trained on
   * @param val what is evaluated on, if that is something else
   * @param ignore the label values that are void, for the messages
   */
  public static Learnability of(
      Task task, DatasetStats train, Optional<DatasetStats> val, List<Integer> ignore) {
    List<String> warnings = new ArrayList<>();
    List<ClassCount> present = classes(train, c -> c.segments() > 0);
    List<ClassCount> absent = classes(train, c -> c.segments() == 0);
    List<ClassCount> crowds =
        task == Task.SEMANTIC
            ? List.of()
            : classes(train, c -> c.segments() > 0 && c.segments() == c.crowds());
    List<ClassCount> stuff =
        task == Task.INSTANCE
            ? classes(train, c -> c.segments() > 0 && !c.category().thing())
            : List.of();
    if (!absent.isEmpty()) {
      warnings.add(
          "%d of %d classes have no segment%s: %s"
                  .formatted(absent.size(), train.classes().size(), lookedAt(train), names(absent))
              + meant(train, ignore));
    }
    val.map(v -> classes(v, c -> c.segments() > 0 && absentIn(train, c)))
        .filter(only -> !only.isEmpty())
        .ifPresent(
            only ->
                warnings.add(
                    "%d classes are only in what is evaluated on, so they cannot be learnt: %s"
                        .formatted(only.size(), names(only))));
    if (!crowds.isEmpty()) {
      warnings.add(
          "of %d classes every segment is a crowd (iscrowd = 1), which is not trained on: %s"
              .formatted(crowds.size(), names(crowds)));
    }
    if (!stuff.isEmpty()) {
      warnings.add(
          "%d classes are stuff, which task = instance does not train on: %s"
              .formatted(stuff.size(), names(stuff)));
    }
    double unlabelled = train.pixels().unlabelledShare();
    if (unlabelled >= MUCH) {
      warnings.add(
          "%s of the pixels are void%s and not trained on"
              .formatted(percent(unlabelled), ignored(ignore)));
    }
    boolean nothing =
        present.size() == crowds.size() + (task == Task.INSTANCE ? stuff(stuff, crowds) : 0);
    return new Learnability(
        warnings,
        nothing && train.complete()
            ? Optional.of(nothing(train, crowds, ignore))
            : Optional.empty(),
        task == Task.SEMANTIC && present.size() == 1 && train.complete()
            ? Optional.of(oneClass(present.get(0), train, ignore))
            : Optional.empty());
  }

  private static int stuff(List<ClassCount> stuff, List<ClassCount> crowds) {
    return (int) stuff.stream().filter(c -> !crowds.contains(c)).count();
  }

  private static String nothing(DatasetStats train, List<ClassCount> crowds, List<Integer> ignore) {
    if (!crowds.isEmpty()) {
      return "%s: nothing to train on: all %d segments are crowds %s"
          .formatted(train.name(), train.crowds(), CROWDS_ADVICE);
    }
    return "%s: nothing to train on: none of its %d images has a segment%s"
        .formatted(train.name(), train.images(), meant(train, ignore));
  }

  private static String oneClass(ClassCount only, DatasetStats train, List<Integer> ignore) {
    List<ClassCount> absent = classes(train, c -> c.segments() == 0);
    return "%s: every labelled pixel is of one class, \"%s\", so there is nothing to tell apart and any model scores 100%s%s"
        .formatted(
            train.name(),
            only.category().name(),
            absent.isEmpty() ? "" : "; without a pixel: " + names(absent),
            meant(train, ignore));
  }

  /** A named class without a pixel beside a void label is the mark of masks drawn as 0 and 255. */
  private static String meant(DatasetStats train, List<Integer> ignore) {
    double unlabelled = train.pixels().unlabelledShare();
    return unlabelled == 0
        ? ""
        : "; %s of the pixels are void%s: if that is a class, take it out of data.train.ignore and number the masks 0, 1, 2, ..."
            .formatted(percent(unlabelled), ignored(ignore));
  }

  private static String ignored(List<Integer> ignore) {
    return ignore.isEmpty() ? "" : " (data.train.ignore = " + ignore + ")";
  }

  private static String lookedAt(DatasetStats train) {
    return train.complete()
        ? ""
        : " in the %d of %d images that were looked at".formatted(train.counted(), train.images());
  }

  private static boolean absentIn(DatasetStats train, ClassCount count) {
    return train.classes().stream()
        .noneMatch(c -> c.segments() > 0 && c.category().name().equals(count.category().name()));
  }

  private static List<ClassCount> classes(DatasetStats stats, Predicate<ClassCount> which) {
    return stats.classes().stream().filter(which).toList();
  }

  private static String names(List<ClassCount> classes) {
    List<String> names = classes.stream().limit(NAMED).map(c -> c.category().name()).toList();
    return String.join(", ", names)
        + (classes.size() > NAMED ? " and %d more".formatted(classes.size() - NAMED) : "");
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, share < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share);
  }
}
