package org.maskwright.datasets.video;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.util.Set;
import java.util.function.Consumer;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutKey;

/** VIPSeg's panoptic videos, as a data set of frames. */
public final class PanopticVideoLayout extends VideoLayout {
  /** As the services file asks for it. */
  public PanopticVideoLayout() {
    super(
        "panoptic-video",
        "panoptic_gt_VIPSeg_SPLIT.json, panomasksRGB and images (VIPSeg)",
        Set.of(LayoutKey.IMAGES, LayoutKey.ANNOTATIONS));
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    DataFolder root = settings.folder();
    String byLayout = "panoptic_gt_VIPSeg_%s.json".formatted(or(settings.split(), "train"));
    return PanopticVideoFrames.open(
        root.existing(or(settings.annotations(), byLayout)),
        root.in("panomasksRGB"),
        root.in(or(settings.images(), "images")));
  }
}
