package org.maskwright.datasets.catalog;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.ade20k.Ade20k;
import org.maskwright.datasets.cityscapes.Cityscapes;
import org.maskwright.datasets.coco.CocoInstanceDataset;
import org.maskwright.datasets.coco.CocoPanopticDataset;
import org.maskwright.datasets.folder.FolderDataset;
import org.maskwright.datasets.json.CocoImage;
import org.maskwright.datasets.lvis.LvisDataset;
import org.maskwright.datasets.voc.Voc;

/** Opens any supported data set. */
public final class DatasetOpener {
  /** The values of {@link DatasetSettings#type()}. */
  public static final List<String> TYPES =
      List.of(
          "auto",
          "coco-instance",
          "coco-panoptic",
          "ade20k-semantic",
          "ade20k-instance",
          "ade20k-panoptic",
          "cityscapes-semantic",
          "cityscapes-instance",
          "cityscapes-panoptic",
          "voc-semantic",
          "voc-instance",
          "lvis",
          "folder-semantic",
          "folder-instance");

  private DatasetOpener() {}

  /**
   * Opens a data set for whatever its annotation serves.
   *
   * @throws DatasetException if it is not there, not of that layout, or broken, or if the settings
   *     hold something that the layout does not read
   */
  public static Dataset open(DatasetSettings settings) {
    return open(settings, Optional.empty());
  }

  /**
   * Opens a data set for a task. With the type {@code auto} the annotation that serves it is
   * preferred; objects serve semantic segmentation too, see {@code MergedThings}.
   *
   * @throws DatasetException as {@link #open(DatasetSettings)}
   */
  public static Dataset open(DatasetSettings settings, Task task) {
    return open(settings, Optional.of(task));
  }

  /**
   * As {@link #open(DatasetSettings)} or, with a task, {@link #open(DatasetSettings, Task)}.
   *
   * @throws DatasetException as they do
   */
  public static Dataset open(DatasetSettings settings, Optional<Task> task) {
    return open(
        settings,
        task,
        problem -> {
          throw problem;
        });
  }

  /**
   * As {@link #open(DatasetSettings, Optional)}; images and annotations that do not fit together
   * are left out and reported, where the data set can do without.
   */
  public static Dataset open(
      DatasetSettings settings, Optional<Task> task, Consumer<DatasetException> problems) {
    if (!Files.isDirectory(settings.root())) {
      throw DatasetException.ofFile(
          settings.root(), "the data set's folder does not exist; set data.root");
    }
    if (settings.type().equals("auto")) {
      LayoutDetector.Found found = LayoutDetector.detect(settings, task);
      return DatasetView.noted(opened(found.settings(), task, problems), found.notes());
    }
    return opened(settings, task, problems);
  }

  private static Dataset opened(
      DatasetSettings settings, Optional<Task> task, Consumer<DatasetException> problems) {
    if (TYPES.contains(settings.type())) {
      refuseUnread(settings);
    }
    Dataset dataset =
        settings.holdOut() > 0
            ? HoldOut.part(
                whole(settings.withSplit(""), problems), settings.holdOut(), settings.split())
            : whole(settings, problems);
    boolean merge =
        task.equals(Optional.of(Task.SEMANTIC))
            && !dataset.tasks().contains(Task.SEMANTIC)
            && dataset.tasks().contains(Task.INSTANCE);
    return merge ? MergedThings.of(dataset) : dataset;
  }

  private static Dataset whole(DatasetSettings settings, Consumer<DatasetException> problems) {
    DataFolder root = new DataFolder(settings.root(), settings.links());
    return switch (settings.type()) {
      case "coco-instance" -> cocoInstance(root, settings, problems);
      case "coco-panoptic" -> cocoPanoptic(root, settings);
      case "lvis" ->
          LvisDataset.open(annotations(root, settings, "lvis_v1_%s.json"), root, problems);
      case "ade20k-semantic", "ade20k-instance", "ade20k-panoptic" ->
          Ade20k.open(root, or(settings.split(), "training"), task(settings));
      case "cityscapes-semantic", "cityscapes-instance", "cityscapes-panoptic" ->
          Cityscapes.open(root, or(settings.split(), "train"), task(settings));
      case "voc-semantic", "voc-instance" ->
          Voc.open(root, or(settings.split(), "train"), task(settings), settings.classes());
      case "folder-semantic", "folder-instance" -> folder(root, settings, problems);
      default ->
          throw new DatasetException(
              "data.type: expected one of " + TYPES + ", got \"" + settings.type() + "\"");
    };
  }

  private static void refuseUnread(DatasetSettings settings) {
    List<String> unread = LayoutKeys.unread(settings);
    if (!unread.isEmpty()) {
      throw DatasetException.ofFile(
          settings.root(),
          "the layout %s does not read data.%s; leave it out, or check data.type"
              .formatted(settings.type(), String.join(", data.", unread)));
    }
  }

  private static Task task(DatasetSettings settings) {
    return Task.ofKey(settings.type().substring(settings.type().indexOf('-') + 1));
  }

  private static Dataset cocoInstance(
      DataFolder root, DatasetSettings settings, Consumer<DatasetException> problems) {
    String split = or(settings.split(), "train2017");
    return CocoInstanceDataset.open(
        annotations(root, settings, "annotations/instances_%s.json"),
        photos(root, settings.images(), split),
        CocoImage::fileName,
        problems);
  }

  /**
   * The PNG folder has the name of the JSON file without its ending; mmdet puts it beside it too.
   */
  private static Dataset cocoPanoptic(DataFolder root, DatasetSettings settings) {
    String split = or(settings.split(), "train2017");
    Path json = annotations(root, settings, "annotations/panoptic_%s.json");
    String stem = json.getFileName().toString().replaceFirst("\\.json$", "");
    DataFolder beside = new DataFolder(json.resolveSibling(stem), root.links());
    DataFolder atRoot = root.in(stem);
    return CocoPanopticDataset.open(
        json,
        Files.isDirectory(beside.root()) ? beside : atRoot,
        photos(root, settings.images(), split));
  }

  /** COCO's photographs are in SPLIT; many tools put them into images/SPLIT. */
  private static DataFolder photos(DataFolder root, String images, String split) {
    DataFolder official = root.in(or(images, split));
    DataFolder other = root.in("images", split);
    return Files.isDirectory(official.root()) || !Files.isDirectory(other.root())
        ? official
        : other;
  }

  private static Path annotations(DataFolder root, DatasetSettings settings, String byLayout) {
    String split = or(settings.split(), settings.type().equals("lvis") ? "train" : "train2017");
    return root.existing(or(settings.annotations(), byLayout.formatted(split)));
  }

  private static Dataset folder(
      DataFolder root, DatasetSettings settings, Consumer<DatasetException> problems) {
    FolderDataset.Layout layout =
        new FolderDataset.Layout(
            or(settings.images(), "images"),
            or(settings.annotations(), "masks"),
            settings.list(),
            settings.maskSuffix(),
            settings.split());
    return settings.type().equals("folder-semantic")
        ? FolderDataset.semantic(root, layout, settings.classes(), settings.ignore(), problems)
        : FolderDataset.instance(root, layout, settings.classes(), problems);
  }
}
