package org.maskwright.datasets.layout;

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
import org.maskwright.datasets.lvis.LvisDataset;

/** LVIS; asked for by its type, as its folder is COCO's. */
public final class LvisLayout implements Layout {
  @Override
  public String name() {
    return "lvis";
  }

  @Override
  public String description() {
    return "lvis_v1_train.json, photographs as in COCO; only with data.train.type = lvis";
  }

  @Override
  public List<String> types() {
    return List.of("lvis");
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return Set.of(LayoutKey.ANNOTATIONS);
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    return Optional.empty();
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    DataFolder root = settings.folder();
    String byLayout = "lvis_v1_%s.json".formatted(or(settings.split(), "train"));
    return LvisDataset.open(root.existing(or(settings.annotations(), byLayout)), root, problems);
  }
}
