package org.maskwright.datasets.layout;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.ade20k.Ade20k;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.Layout;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutKey;
import org.maskwright.datasets.catalog.LayoutQuery;

/** ADE20K as published for scene parsing. */
public final class Ade20kLayout implements Layout {
  /** What ADE20K holds beside its folders, whose names many copy. */
  private static final List<String> FILES =
      List.of(
          "objectInfo150.txt",
          "sceneCategories.txt",
          "categoryMapping.txt",
          "annotations_instance");

  @Override
  public String name() {
    return "ade20k";
  }

  @Override
  public String description() {
    return "images/training and annotations/training, with objectInfo150.txt";
  }

  @Override
  public List<String> types() {
    return PublishedTasks.types(name());
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return Set.of();
  }

  /**
   * Without a file that only ADE20K has, and with classes of one's own, these are plain folders.
   */
  @Override
  public Optional<Found> find(LayoutQuery query) {
    boolean published =
        !query.ownClasses() && FILES.stream().anyMatch(f -> Files.exists(query.root().resolve(f)));
    if (!published
        || !query.isDirectory("images/training")
        || !query.isDirectory("annotations/training")) {
      return Optional.empty();
    }
    Task richest = query.isDirectory("annotations_instance") ? Task.PANOPTIC : Task.SEMANTIC;
    Task served = query.task().filter(t -> richest == Task.PANOPTIC).orElse(richest);
    return Optional.of(
        new Found(
            query.divided("ade20k-" + served.key(), query.folders("images")),
            "images/training and annotations/training (ADE20K)",
            List.of()));
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    return Ade20k.open(
        settings.folder(), or(settings.split(), "training"), PublishedTasks.of(settings));
  }
}
