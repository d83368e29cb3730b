package org.maskwright.datasets.video;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.nio.file.Files;
import java.nio.file.Path;
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

/** DAVIS and folders of palette PNGs like it, as a data set of frames. */
public final class DavisLayout implements Layout {
  private static final String NAME = "davis";
  private static final List<String> YEARS = List.of("2017", "2019", "2016");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "videos: JPEGImages/480p/SEQUENCE and Annotations/480p/SEQUENCE (DAVIS); only with"
        + " data.train.type = davis";
  }

  @Override
  public List<String> types() {
    return List.of(NAME);
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return Set.of(LayoutKey.IMAGES, LayoutKey.ANNOTATIONS, LayoutKey.LIST);
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    return Optional.empty();
  }

  /** The list of the split is DAVIS' own, where it has one; else all sequences are read. */
  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    DataFolder root = settings.folder();
    Optional<Path> list =
        settings.list().isEmpty()
            ? YEARS.stream()
                .map(
                    year ->
                        root.root()
                            .resolve("ImageSets")
                            .resolve(year)
                            .resolve(or(settings.split(), "train") + ".txt"))
                .filter(Files::isRegularFile)
                .findFirst()
            : Optional.of(root.existing(settings.list()));
    if (list.isEmpty() && !settings.split().isEmpty()) {
      throw DatasetException.ofFile(
          root.root(),
          "no list of the split %s: expected ImageSets/2017/%s.txt, or data.train.list"
              .formatted(settings.split(), settings.split()));
    }
    return Davis.open(
        root.in(or(settings.images(), "JPEGImages/480p")),
        root.in(or(settings.annotations(), "Annotations/480p")),
        list.map(Davis::sequences).orElse(List.of()));
  }
}
