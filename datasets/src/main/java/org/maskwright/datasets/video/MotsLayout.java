package org.maskwright.datasets.video;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

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

/** MOTS' texts or PNGs, as a data set of frames. */
public final class MotsLayout implements Layout {
  private static final String NAME = "mots";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "videos: training/image_02/SEQUENCE and instances/SEQUENCE or instances_txt (KITTI MOTS);"
        + " only with data.train.type = mots";
  }

  @Override
  public List<String> types() {
    return List.of(NAME);
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return Set.of(LayoutKey.IMAGES, LayoutKey.ANNOTATIONS);
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    return Optional.empty();
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    DataFolder root = settings.folder();
    return Mots.open(
        root.in(or(settings.images(), or(settings.split(), "training") + "/image_02")),
        root.in(or(settings.annotations(), "instances")));
  }
}
