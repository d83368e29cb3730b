package org.maskwright.datasets.video;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.nio.file.Files;
import java.util.Set;
import java.util.function.Consumer;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutKey;

/** YouTube-VIS and OVIS, as a data set of frames. */
public final class YoutubeVisLayout extends VideoLayout {
  /** As the services file asks for it. */
  public YoutubeVisLayout() {
    super(
        "youtube-vis",
        "SPLIT/instances.json and SPLIT/JPEGImages (YouTube-VIS)",
        Set.of(LayoutKey.IMAGES, LayoutKey.ANNOTATIONS));
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    DataFolder root = settings.folder();
    String split = or(settings.split(), "train");
    DataFolder images = root.in(or(settings.images(), split + "/JPEGImages"));
    if (!Files.isDirectory(images.root())) {
      throw DatasetException.ofFile(images.root(), "no folder of frames; set data.train.images");
    }
    return YoutubeVis.open(
        root.existing(or(settings.annotations(), split + "/instances.json")), images, problems);
  }
}
