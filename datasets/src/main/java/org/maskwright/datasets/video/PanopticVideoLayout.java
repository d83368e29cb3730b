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

/** VIPSeg's panoptic videos, as a data set of frames. */
public final class PanopticVideoLayout implements Layout {
  private static final String NAME = "panoptic-video";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "videos: panoptic_gt_VIPSeg_SPLIT.json, panomasksRGB and images (VIPSeg); only with"
        + " data.train.type = panoptic-video";
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
    String byLayout = "panoptic_gt_VIPSeg_%s.json".formatted(or(settings.split(), "train"));
    return PanopticVideoFrames.open(
        root.existing(or(settings.annotations(), byLayout)),
        root.in("panomasksRGB"),
        root.in(or(settings.images(), "images")));
  }
}
