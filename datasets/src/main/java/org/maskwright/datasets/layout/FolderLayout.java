package org.maskwright.datasets.layout;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.util.EnumSet;
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
import org.maskwright.datasets.catalog.Parts;
import org.maskwright.datasets.folder.FolderDataset;

/** A folder of photographs beside a folder of label images, or a list of both. */
public final class FolderLayout implements Layout {
  private static final String SEMANTIC = "folder-semantic";
  private static final String INSTANCE = "folder-instance";

  @Override
  public String name() {
    return "folder";
  }

  @Override
  public String description() {
    return "photographs in %s, label images of the same names in %s; or lists such as train.txt"
        .formatted(
            String.join(" or ", LayoutQuery.PHOTO_FOLDERS),
            String.join(" or ", LayoutQuery.LABEL_FOLDERS));
  }

  @Override
  public List<String> types() {
    return List.of(SEMANTIC, INSTANCE);
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return type.equals(SEMANTIC)
        ? EnumSet.allOf(LayoutKey.class)
        : EnumSet.complementOf(EnumSet.of(LayoutKey.IGNORE));
  }

  @Override
  public Optional<Found> find(LayoutQuery query) {
    OtherTools.likeFolders(query)
        .ifPresent(
            what -> {
              throw DatasetException.ofFile(query.root(), "this is " + what);
            });
    return ImageLists.find(query).or(() -> folders(query));
  }

  private static Optional<Found> folders(LayoutQuery query) {
    DatasetSettings asked = query.asked();
    for (String photoName : LayoutQuery.withAsked(asked.images(), LayoutQuery.PHOTO_FOLDERS)) {
      for (String labelName :
          LayoutQuery.withAsked(asked.annotations(), LayoutQuery.LABEL_FOLDERS)) {
        Optional<String> photos = query.spelt(photoName);
        Optional<String> labels = query.spelt(labelName);
        if (photos.isPresent() && labels.isPresent() && !photos.equals(labels)) {
          return Optional.of(paired(query, photos.get(), labels.get()));
        }
      }
    }
    return Optional.empty();
  }

  private static Found paired(LayoutQuery query, String photos, String labels) {
    List<String> parts =
        query.folders(photos).stream()
            .filter(part -> query.isDirectory(labels + "/" + part))
            .toList();
    Parts.Choice choice = Parts.choose(query.asked(), parts.isEmpty() ? List.of("") : parts);
    String below = choice.heldOut() && !choice.name().isEmpty() ? "/" + choice.name() : "";
    boolean objects = labels.equals("PedMasks");
    DatasetSettings settings =
        query.named(
            choice
                .of(query.asked())
                .withType(objects ? INSTANCE : SEMANTIC)
                .withPlaces(photos + below, labels + below));
    return new Found(
        objects ? settings.withMaskSuffix(or(settings.maskSuffix(), "_mask")) : settings,
        photos + " and " + labels + (objects ? " (Penn-Fudan)" : ""),
        parts);
  }

  @Override
  public Optional<String> nearly(LayoutQuery query) {
    return OtherTools.any(query);
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    DataFolder root = new DataFolder(settings.root(), settings.links());
    FolderDataset.Layout layout =
        new FolderDataset.Layout(
            or(settings.images(), "images"),
            or(settings.annotations(), "masks"),
            settings.list(),
            settings.maskSuffix(),
            settings.split());
    return settings.type().equals(SEMANTIC)
        ? FolderDataset.semantic(root, layout, settings.classes(), settings.ignore(), problems)
        : FolderDataset.instance(root, layout, settings.classes(), problems);
  }
}
