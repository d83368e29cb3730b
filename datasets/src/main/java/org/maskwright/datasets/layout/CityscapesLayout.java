package org.maskwright.datasets.layout;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.Layout;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutKey;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.cityscapes.Cityscapes;

/** Cityscapes as published. */
public final class CityscapesLayout implements Layout {
  @Override
  public String name() {
    return "cityscapes";
  }

  @Override
  public String description() {
    return "leftImg8bit/train and gtFine/train";
  }

  @Override
  public List<String> types() {
    return PublishedTasks.types(name());
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return Set.of();
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    if (!query.isDirectory("leftImg8bit") || !query.isDirectory("gtFine")) {
      return Optional.empty();
    }
    if (query.ownClasses()) {
      throw DatasetException.ofFile(
          query.root(),
          "leftImg8bit and gtFine are Cityscapes' folders, whose 19 classes are fixed, but classes of your own are named (classes.txt or data.train.classes); leave these out or set data.train.type = cityscapes-semantic to read it as Cityscapes, or use the folders images and masks");
    }
    return Optional.of(
        new Found(
            query.divided(
                "cityscapes-" + query.task().orElse(Task.PANOPTIC).key(),
                query.folders("leftImg8bit")),
            "leftImg8bit and gtFine (Cityscapes)",
            List.of()));
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    return Cityscapes.open(
        settings.folder(), or(settings.split(), "train"), PublishedTasks.of(settings));
  }
}
