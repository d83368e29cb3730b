package org.maskwright.datasets.catalog;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.folder.ClassFile;
import org.maskwright.settings.Registry;

/** Looks at a folder and says what data set it holds. */
public final class LayoutDetector {
  /** Texts that list a part, whatever stands in them. */
  public static final List<String> LIST_NAMES =
      List.of("train", "training", "trainval", "val", "valid", "validation", "test", "testing");

  /** The endings of such texts. */
  public static final List<String> LIST_ENDINGS = List.of(".txt", ".csv", ".lst");

  private LayoutDetector() {}

  /**
   * A layout that was recognised.
   *
   * @param settings the settings that open it
   * @param because what gave it away, for the user
   * @param parts what {@code split} may ask for, in data of one's own; empty where the layout's
   *     documentation says it
   * @param notes what was assumed, or left aside, for the user
   */
  public record Found(
      DatasetSettings settings, String because, List<String> parts, List<String> notes) {
    public Found {
      parts = List.copyOf(parts);
      notes = List.copyOf(notes);
    }

    /** With nothing to note. */
    public Found(DatasetSettings settings, String because, List<String> parts) {
      this(settings, because, parts, List.of());
    }

    /** With more to note. */
    public Found and(List<String> more) {
      return new Found(
          settings, because, parts, Stream.concat(notes.stream(), more.stream()).toList());
    }
  }

  /** All layouts that are known, in the order in which they are looked for. */
  public static List<Layout> layouts() {
    return Registry.of(Layout.class).variants();
  }

  /** As {@link #detect(DatasetSettings, Optional)}, for no task in particular. */
  public static Found detect(DatasetSettings settings) {
    return detect(settings, Optional.empty());
  }

  /**
   * Finds the layout of {@code settings.root()}; what the settings say already is kept. Class names
   * of the user's own, in the settings or in a class file, win over those of a published layout,
   * and so do their labels over its label rules.
   *
   * @param task what the data are for: of the annotations that there are, those that serve it
   * @throws DatasetException if no layout is recognised, or has no such part
   */
  public static Found detect(DatasetSettings settings, Optional<Task> task) {
    LayoutQuery query = new LayoutQuery(settings, task);
    for (Layout layout : layouts()) { // a later one may throw where an earlier fits
      Optional<Found> found = layout.find(query);
      if (found.isPresent()) {
        requireAlone(layout, found.get(), query);
        return checked(found.get(), query);
      }
    }
    throw DatasetException.ofFile(settings.root(), unknown(query));
  }

  /** Two tools' files in one folder may say different things of the same photographs. */
  private static void requireAlone(Layout layout, Found found, LayoutQuery query) {
    DatasetSettings asked = query.asked();
    if (!layout.isToolsOwn() || !asked.annotations().isEmpty() || !asked.list().isEmpty()) {
      return;
    }
    for (Layout other : layouts()) {
      if (other.isToolsOwn() && !other.name().equals(layout.name())) {
        found(other, query)
            .ifPresent(
                second -> {
                  throw DatasetException.ofFile(
                      query.root(),
                      "two layouts at once: %s, and %s; set data.train.type (--type) to %s or %s, or move the files of one away"
                          .formatted(
                              found.because(),
                              second.because(),
                              found.settings().type(),
                              second.settings().type()));
                });
      }
    }
  }

  private static Optional<Found> found(Layout layout, LayoutQuery query) {
    try {
      return layout.find(query);
    } catch (DatasetException notWhole) {
      return Optional.empty(); // it has not the part that the other has
    }
  }

  private static Found checked(Found found, LayoutQuery query) {
    String type = found.settings().type();
    Set<LayoutKey> reads = DatasetOpener.layout(type).reads(type);
    return new Found(
            LayoutKey.onlyRead(found.settings(), reads),
            found.because(),
            found.parts(),
            found.notes())
        .and(notRead(found.settings(), reads, query));
  }

  private static String unknown(LayoutQuery query) {
    return "no known layout: "
        + layouts().stream()
            .flatMap(layout -> layout.nearly(query).stream())
            .findFirst()
            .map(what -> "this looks like " + what + ". ")
            .orElse("")
        + "Known are"
        + layouts().stream()
            .map(layout -> "%n  %s: %s".formatted(layout.name(), layout.description()))
            .collect(Collectors.joining());
  }

  /** Files of the user's that say something which the layout does not read, and guesses. */
  private static List<String> notRead(
      DatasetSettings settings, Set<LayoutKey> reads, LayoutQuery query) {
    List<String> notes = new ArrayList<>();
    if (settings.list().isEmpty()) {
      List<String> lists =
          LIST_NAMES.stream()
              .flatMap(name -> LIST_ENDINGS.stream().map(ending -> name + ending))
              .filter(name -> Files.exists(query.root().resolve(name)))
              .toList();
      if (!lists.isEmpty()) {
        notes.add(
            "%s: not read, the layout is %s".formatted(String.join(", ", lists), settings.type()));
      }
    }
    // A void value is common to a user's configurations, and each layout knows its own.
    LayoutKey.unread(settings, reads).stream()
        .filter(key -> key != LayoutKey.IGNORE && key != LayoutKey.HOLD_OUT)
        .forEach(
            key ->
                notes.add(
                    "data.train.%s: not read, the layout is %s"
                        .formatted(key.key(), settings.type())));
    if (reads.contains(LayoutKey.CLASSES)) {
      query.classFile().flatMap(ClassFile::notice).ifPresent(notes::add);
    } else if (ClassFile.isIn(query.root())) {
      notes.add(
          "%s: the class file is not read, the layout %s names the classes itself"
              .formatted(query.root(), settings.type()));
    }
    return notes;
  }
}
