package org.maskwright.datasets.layout;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.Layout;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutKey;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.catalog.Parts;
import org.maskwright.datasets.folder.ColourMap;
import org.maskwright.datasets.voc.Voc;

/** PASCAL VOC as published and as tools copy it. */
public final class VocLayout implements Layout {
  private static final String BECAUSE = "JPEGImages and SegmentationClass (VOC)";

  @Override
  public String name() {
    return "voc";
  }

  @Override
  public String description() {
    return "JPEGImages and SegmentationClass, perhaps SegmentationObject, ImageSets/Segmentation"
        + " and labelmap.txt (CVAT)";
  }

  @Override
  public List<String> types() {
    return List.of("voc-semantic", "voc-instance");
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return Set.of(LayoutKey.CLASSES, LayoutKey.HOLD_OUT);
  }

  /** Without lists and for classes, these are plain folders; tools that copy VOC write none. */
  @Override
  public Optional<Found> find(LayoutQuery query) {
    if (!query.isDirectory("JPEGImages") || !query.isDirectory("SegmentationClass")) {
      return Optional.empty();
    }
    boolean objects =
        query.isDirectory("SegmentationObject")
            && query.task().map(t -> t != Task.SEMANTIC).orElse(true);
    List<String> lists =
        query.files("ImageSets/Segmentation", ".txt").stream()
            .map(list -> list.substring(0, list.lastIndexOf('.')))
            .toList();
    Optional<ColourMap> colours = ColourMap.in(query.root());
    DatasetSettings asked = query.asked();
    if (lists.isEmpty() && !objects) {
      return Optional.of(
          new Found(
              query.named(
                  Parts.choose(asked, List.of(""))
                      .of(asked)
                      .withType("folder-semantic")
                      .withPlaces("JPEGImages", "SegmentationClass")
                      .withClasses(asked.classes(), voids(asked))),
              BECAUSE + ", without ImageSets",
              List.of()));
    }
    DatasetSettings settings =
        lists.isEmpty()
            ? Parts.choose(asked, List.of("")).of(asked).withType("voc-instance")
            : query.divided(objects ? "voc-instance" : "voc-semantic", lists);
    Found found = new Found(query.named(settings), BECAUSE, List.of());
    return Optional.of(
        query.ownClasses() || colours.isPresent()
            ? found
            : found.and(
                List.of(
                    query.root()
                        + ": the classes are taken for VOC's 20, as no class_names.txt says"
                        + " otherwise")));
  }

  private static List<Integer> voids(DatasetSettings asked) {
    return asked.ignore().isEmpty() ? List.of(Voc.VOID) : asked.ignore();
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    return Voc.open(
        settings.folder(),
        or(settings.split(), "train"),
        PublishedTasks.of(settings),
        settings.classes());
  }
}
