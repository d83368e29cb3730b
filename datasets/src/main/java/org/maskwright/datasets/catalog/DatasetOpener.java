package org.maskwright.datasets.catalog;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.captions.CaptionFile;
import org.maskwright.datasets.captions.ToldDataset;
import org.maskwright.settings.Names;

/** Opens any supported data set. */
public final class DatasetOpener {
  /** The value of {@link DatasetSettings#type()} that finds the layout out. */
  public static final String AUTO = "auto";

  private DatasetOpener() {}

  /** The values of {@link DatasetSettings#type()}. */
  public static List<String> types() {
    return Stream.concat(
            Stream.of(AUTO), LayoutDetector.layouts().stream().flatMap(l -> l.types().stream()))
        .toList();
  }

  /**
   * Opens a data set for whatever its annotation serves.
   *
   * @throws DatasetException if it is not there, not of that layout, or broken, or if the settings
   *     hold something that the layout does not read
   */
  public static Dataset open(DatasetSettings settings) {
    return open(settings, Optional.empty());
  }

  /**
   * Opens a data set for a task. With the type {@code auto} the annotation that serves it is
   * preferred; objects serve semantic segmentation too, see {@code MergedThings}.
   *
   * @throws DatasetException as {@link #open(DatasetSettings)}
   */
  public static Dataset open(DatasetSettings settings, Task task) {
    return open(settings, Optional.of(task));
  }

  /**
   * As {@link #open(DatasetSettings)} or, with a task, {@link #open(DatasetSettings, Task)}.
   *
   * @throws DatasetException as they do; of images and annotations that do not fit together it
   *     names all
   */
  public static Dataset open(DatasetSettings settings, Optional<Task> task) {
    List<DatasetException> problems = new ArrayList<>();
    Dataset opened;
    try {
      opened = open(settings, task, problems::add);
    } catch (DatasetException e) {
      problems.add(e);
      throw DatasetException.all(problems);
    }
    if (!problems.isEmpty()) {
      throw DatasetException.all(problems);
    }
    return opened;
  }

  /**
   * As {@link #open(DatasetSettings, Optional)}; images and annotations that do not fit together
   * are left out and reported, where the data set can do without.
   */
  public static Dataset open(
      DatasetSettings settings, Optional<Task> task, Consumer<DatasetException> problems) {
    if (!Files.isDirectory(settings.root())) {
      throw DatasetException.ofFile(
          settings.root(), "the data set's folder does not exist; set data.root");
    }
    if (settings.type().equals(AUTO)) {
      LayoutDetector.Found found = LayoutDetector.detect(settings, task);
      return DatasetView.noted(opened(found.settings(), task, problems), found.notes());
    }
    return opened(settings, task, problems);
  }

  private static Dataset opened(
      DatasetSettings settings, Optional<Task> task, Consumer<DatasetException> problems) {
    Layout layout = layout(settings.type());
    refuseUnread(layout, settings);
    Dataset dataset =
        settings.holdOut() > 0
            ? HoldOut.part(
                told(layout.open(settings.withSplit(""), problems), settings),
                settings.holdOut(),
                settings.split())
            : told(layout.open(settings, problems), settings);
    boolean merge =
        task.equals(Optional.of(Task.SEMANTIC))
            && !dataset.tasks().contains(Task.SEMANTIC)
            && dataset.tasks().contains(Task.INSTANCE);
    return merge ? MergedThings.of(dataset) : dataset;
  }

  /** With the captions of its pictures, where some are to be read. */
  private static Dataset told(Dataset pictures, DatasetSettings settings) {
    return settings.captions().isEmpty()
        ? pictures
        : ToldDataset.of(
            pictures,
            settings.captions().stream()
                .map(file -> new CaptionFile(settings.root().resolve(file)))
                .toList());
  }

  /** The layout that opens a type. */
  static Layout layout(String type) {
    return LayoutDetector.layouts().stream()
        .filter(layout -> layout.types().contains(type))
        .findFirst()
        .orElseThrow(
            () ->
                new DatasetException(
                    "data.train.type: expected one of %s, got \"%s\"%s"
                        .formatted(types(), type, Names.meant(type, types()))));
  }

  private static void refuseUnread(Layout layout, DatasetSettings settings) {
    List<String> unread =
        LayoutKey.unread(settings, layout.reads(settings.type())).stream()
            .map(LayoutKey::key)
            .toList();
    if (!unread.isEmpty()) {
      throw DatasetException.ofFile(
          settings.root(),
          "the layout %s does not read data.train.%s; leave it out, or check data.train.type"
              .formatted(settings.type(), String.join(", data.train.", unread)));
    }
  }
}
