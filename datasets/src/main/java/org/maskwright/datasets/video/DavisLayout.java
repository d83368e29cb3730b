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
import org.maskwright.datasets.catalog.LayoutKey;

/** DAVIS and folders of palette PNGs like it, as a data set of frames. */
public final class DavisLayout extends VideoLayout {
  private static final List<String> YEARS = List.of("2017", "2019", "2016");

  /** As the services file asks for it. */
  public DavisLayout() {
    super(
        "davis",
        "JPEGImages/480p/SEQUENCE and Annotations/480p/SEQUENCE (DAVIS)",
        Set.of(LayoutKey.IMAGES, LayoutKey.ANNOTATIONS, LayoutKey.LIST));
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
