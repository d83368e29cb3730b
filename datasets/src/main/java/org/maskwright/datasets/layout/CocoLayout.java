package org.maskwright.datasets.layout;

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
import org.maskwright.datasets.coco.CocoInstanceDataset;
import org.maskwright.datasets.coco.CocoPanopticDataset;
import org.maskwright.datasets.json.CocoImage;

/**
 * COCO as it is published and as labelling tools export it: files in {@code annotations} (COCO,
 * CVAT), beside the photographs of each part ({@code train/_annotations.coco.json}, Roboflow), or
 * in the data set's folder (Label Studio, FiftyOne).
 */
public final class CocoLayout implements Layout {
  @Override
  public String name() {
    return "coco";
  }

  @Override
  public String description() {
    return "annotations/*.json, train/_annotations.coco.json beside photographs (Roboflow,"
        + " RF-DETR), or a JSON file of COCO in the folder";
  }

  @Override
  public List<String> types() {
    return List.of("coco-instance", "coco-panoptic");
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return Set.of(LayoutKey.IMAGES, LayoutKey.ANNOTATIONS, LayoutKey.HOLD_OUT);
  }

  @Override
  public boolean isToolsOwn() {
    return true;
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    return new CocoSearch(query).find();
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    DataFolder root = settings.folder();
    String split = or(settings.split(), "train2017");
    DataFolder photos = photos(root, settings.images(), split);
    if (settings.type().equals("coco-panoptic")) {
      Path json = annotations(root, settings, "annotations/panoptic_%s.json".formatted(split));
      return CocoPanopticDataset.open(json, pngs(root, json), photos);
    }
    return CocoInstanceDataset.open(
        annotations(root, settings, "annotations/instances_%s.json".formatted(split)),
        photos,
        CocoImage::fileName,
        problems);
  }

  private static Path annotations(DataFolder root, DatasetSettings settings, String byLayout) {
    return root.existing(or(settings.annotations(), byLayout));
  }

  /**
   * The PNG folder has the name of the JSON file without its ending; mmdet puts it beside it too.
   */
  private static DataFolder pngs(DataFolder root, Path json) {
    String stem = json.getFileName().toString().replaceFirst("\\.json$", "");
    DataFolder beside = new DataFolder(json.resolveSibling(stem), root.links());
    return Files.isDirectory(beside.root()) ? beside : root.in(stem);
  }

  /** COCO's photographs are in SPLIT; many tools put them into images/SPLIT. */
  private static DataFolder photos(DataFolder root, String images, String split) {
    DataFolder official = root.in(or(images, split));
    DataFolder other = root.in("images", split);
    return Files.isDirectory(official.root()) || !Files.isDirectory(other.root())
        ? official
        : other;
  }
}
