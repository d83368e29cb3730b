package org.maskwright.datasets.video;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.util.Set;
import java.util.function.Consumer;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutKey;

/** MOTS' texts or PNGs, as a data set of frames. */
public final class MotsLayout extends VideoLayout {
  /** As the services file asks for it. */
  public MotsLayout() {
    super(
        "mots",
        "training/image_02/SEQUENCE and instances/SEQUENCE or instances_txt (KITTI MOTS)",
        Set.of(LayoutKey.IMAGES, LayoutKey.ANNOTATIONS));
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    DataFolder root = settings.folder();
    return Mots.open(
        root.in(or(settings.images(), or(settings.split(), "training") + "/image_02")),
        root.in(or(settings.annotations(), "instances")));
  }
}
