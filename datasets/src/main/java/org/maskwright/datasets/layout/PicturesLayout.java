package org.maskwright.datasets.layout;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.Layout;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutKey;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.folder.Pictures;

/** A folder of photographs of which no mask was drawn. It is opened where it is asked for. */
public final class PicturesLayout implements Layout {
  private static final String TYPE = "pictures";

  @Override
  public String name() {
    return TYPE;
  }

  @Override
  public String description() {
    return "photographs without masks, for pretraining or with captions: data.train.images and the folders below (not found by itself)";
  }

  @Override
  public List<String> types() {
    return List.of(TYPE);
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return EnumSet.of(LayoutKey.IMAGES, LayoutKey.CLASSES, LayoutKey.HOLD_OUT);
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    return Optional.empty();
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    DataFolder folder = settings.folder().in(or(settings.images(), "images"));
    if (!settings.split().isEmpty()) {
      folder = folder.in(settings.split());
    }
    return Pictures.of(folder, settings.classes());
  }
}
