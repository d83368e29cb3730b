package org.maskwright.datasets.video;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.nio.file.Files;
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

/** YouTube-VIS and OVIS, as a data set of frames. */
public final class YoutubeVisLayout implements Layout {
  private static final String NAME = "youtube-vis";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "videos: SPLIT/instances.json and SPLIT/JPEGImages (YouTube-VIS); only with"
        + " data.train.type = youtube-vis";
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
    String split = or(settings.split(), "train");
    DataFolder images = root.in(or(settings.images(), split + "/JPEGImages"));
    if (!Files.isDirectory(images.root())) {
      throw DatasetException.ofFile(images.root(), "no folder of frames; set data.train.images");
    }
    return YoutubeVis.open(
        root.existing(or(settings.annotations(), split + "/instances.json")), images, problems);
  }
}
