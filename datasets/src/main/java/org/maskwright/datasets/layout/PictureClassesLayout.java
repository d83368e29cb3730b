package org.maskwright.datasets.layout;

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
import org.maskwright.datasets.pictureclass.PictureClasses;

/** Pictures with a class each, of which no mask was drawn. It is opened where it is asked for. */
public final class PictureClassesLayout implements Layout {
  private static final String TYPE = "picture-classes";

  @Override
  public String name() {
    return TYPE;
  }

  @Override
  public String description() {
    return "pictures with a class each: a folder for each class, below data.train.images and the split, or data.train.list with a line FILE,CLASS each (not found by itself)";
  }

  @Override
  public List<String> types() {
    return List.of(TYPE);
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return EnumSet.of(LayoutKey.IMAGES, LayoutKey.LIST, LayoutKey.CLASSES, LayoutKey.HOLD_OUT);
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    return Optional.empty();
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    DataFolder root = settings.folder();
    DataFolder folder =
        settings.images().isEmpty() ? root : root.in(settings.images().split("/", -1));
    if (!settings.list().isEmpty()) {
      return PictureClasses.ofList(
          folder, root.existing(settings.list()), settings.classes(), problems);
    }
    return PictureClasses.ofFolders(
        settings.split().isEmpty() ? folder : folder.in(settings.split()), settings.classes());
  }
}
