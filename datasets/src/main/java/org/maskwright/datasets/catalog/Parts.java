package org.maskwright.datasets.catalog;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.DatasetException;

/**
 * Which of its parts a data set is asked for. Tools name them differently: {@code train} is also
 * {@code training} or {@code train2017}; {@code val} is {@code valid}, {@code validation}, {@code
 * val2017}, or, where there is none of these, {@code test}.
 */
public final class Parts {
  private static final String TRAIN = "train";
  private static final String VAL = "val";

  private Parts() {}

  /**
   * What to open.
   *
   * @param name the part, one of those that there are
   * @param heldOut whether some of its images are to be held out of training, because the data set
   *     has no part of its own to evaluate on
   */
  public record Choice(String name, boolean heldOut) {
    /** The settings that open this part as a layout of its own. */
    public DatasetSettings of(DatasetSettings asked) {
      return heldOut ? asked : asked.withSplit(name).withHoldOut(0);
    }
  }

  /**
   * Chooses: the part that is asked for; where training and validation are not told apart and a
   * hold-out is asked for, the one part that there is.
   *
   * @param names at least one; "" and {@code default} are those of data that is not divided
   * @throws DatasetException if it is not there, or several could be meant
   */
  public static Choice choose(DatasetSettings asked, Collection<String> names) {
    Optional<String> train = named(TRAIN, names);
    if (asked.holdOut() > 0 && (train.isEmpty() || named(VAL, names).isEmpty())) {
      return new Choice(train.or(() -> only(names)).orElseThrow(() -> unclear(asked, names)), true);
    }
    Optional<String> part =
        asked.split().isEmpty() ? train.or(() -> only(names)) : named(asked.split(), names);
    boolean usual = List.of("", TRAIN, VAL, "test").contains(asked.split());
    return new Choice(
        part.or(() -> usual ? undivided(names) : Optional.empty())
            .orElseThrow(() -> unclear(asked, names)),
        false);
  }

  private static DatasetException unclear(DatasetSettings asked, Collection<String> names) {
    String wanted = asked.split().isEmpty() ? "one part" : "a part " + asked.split();
    List<String> parts = names.stream().filter(name -> !name.isEmpty()).sorted().toList();
    return DatasetException.ofFile(
        asked.root(),
        parts.isEmpty()
            ? "expected %s, but the data set is not divided into parts; leave data.train.split (--split) out, or let data.train.hold-out hold some images out of training"
                .formatted(wanted)
            : "expected %s, found the parts %s; set data.train.split (--split) to one of them, or data.train.annotations to a file%s"
                .formatted(
                    wanted,
                    parts,
                    parts.contains(TRAIN) && asked.split().equals(VAL)
                        ? ", or let data.train.hold-out hold some images out of training"
                        : ""));
  }

  private static Optional<String> named(String split, Collection<String> names) {
    if (names.contains(split)) {
      return Optional.of(split);
    }
    Optional<String> longer = names.stream().filter(n -> n.startsWith(split)).sorted().findFirst();
    return longer.isEmpty() && split.equals(VAL) ? named("test", names) : longer;
  }

  private static Optional<String> only(Collection<String> names) {
    return names.size() == 1 ? Optional.of(names.iterator().next()) : Optional.empty();
  }

  private static Optional<String> undivided(Collection<String> names) {
    return List.of("", "default").stream().filter(names::contains).findFirst();
  }
}
