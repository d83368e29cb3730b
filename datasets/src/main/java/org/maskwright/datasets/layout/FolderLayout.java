package org.maskwright.datasets.layout;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.Layout;
import org.maskwright.datasets.catalog.LayoutDetector;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutKey;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.catalog.Parts;
import org.maskwright.datasets.folder.FolderDataset;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.image.LabelImage;

/** A folder of photographs beside a folder of label images, or a list of both. */
public final class FolderLayout implements Layout {
  /** How many photographs decide what the names of label images end in. */
  private static final int LOOKED_AT = 50;

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
    return ImageLists.find(query)
        .or(() -> folders(query).map(found -> numbered(query, suffixed(query, found))));
  }

  /** Below the data set's folder, or in the folder of each part (LightlyTrain). */
  private static Optional<Found> folders(LayoutQuery query) {
    Optional<Places> places = Places.in(query, "");
    if (places.isPresent()) {
      return Optional.of(paired(query, places.get().photos, places.get().labels));
    }
    List<String> parts =
        query.folders("").stream()
            .filter(part -> LayoutDetector.LIST_NAMES.contains(part.toLowerCase(Locale.ROOT)))
            .filter(part -> Places.in(query, part + "/").isPresent())
            .toList();
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    Parts.Choice choice = Parts.choose(query.asked(), parts);
    Places chosen = Places.in(query, choice.name() + "/").orElseThrow();
    DatasetSettings settings = choice.of(query.asked()).withType(SEMANTIC);
    settings = choice.heldOut() ? settings : settings.withSplit("");
    return Optional.of(
        new Found(
            query.named(settings.withPlaces(chosen.photos, chosen.labels)),
            chosen.photos + " and " + chosen.labels,
            parts));
  }

  /** Folders of photographs and of label images, by their names below the data set's. */
  private record Places(String photos, String labels) {
    static Optional<Places> in(LayoutQuery query, String place) {
      DatasetSettings asked = query.asked();
      for (String photoName : LayoutQuery.withAsked(asked.images(), LayoutQuery.PHOTO_FOLDERS)) {
        for (String labelName :
            LayoutQuery.withAsked(asked.annotations(), LayoutQuery.LABEL_FOLDERS)) {
          Optional<String> photos = query.spelt(place + photoName);
          Optional<String> labels = query.spelt(place + labelName);
          if (photos.isPresent() && labels.isPresent() && !photos.equals(labels)) {
            return Optional.of(new Places(photos.get(), labels.get()));
          }
        }
      }
      return Optional.empty();
    }
  }

  private static Found paired(LayoutQuery query, String photos, String labels) {
    List<String> parts =
        query.folders(photos).stream()
            .filter(part -> query.isDirectory(labels + "/" + part))
            .toList();
    boolean divided =
        parts.contains(query.asked().split())
            || parts.stream()
                .anyMatch(
                    part ->
                        LayoutDetector.LIST_NAMES.contains(
                            part.toLowerCase(Locale.ROOT).replaceFirst("\\d+$", "")));
    parts = divided ? parts : List.of();
    Parts.Choice choice = Parts.choose(query.asked(), parts.isEmpty() ? List.of("") : parts);
    String below = choice.heldOut() && !choice.name().isEmpty() ? "/" + choice.name() : "";
    boolean objects = labels.equals("PedMasks");
    DatasetSettings settings =
        query.named(
            choice
                .of(query.asked())
                .withType(objects ? INSTANCE : SEMANTIC)
                .withPlaces(photos + below, labels + below));
    if (parts.isEmpty() && !settings.split().isEmpty() && settings.holdOut() == 0) {
      settings = settings.withSplit(""); // not divided: all of it
    }
    return new Found(
        objects ? settings.withMaskSuffix(or(settings.maskSuffix(), "_mask")) : settings,
        photos + " and " + labels + (objects ? " (Penn-Fudan)" : ""),
        parts);
  }

  /** With the type that label images which number the objects have. */
  private static Found numbered(LayoutQuery query, Found found) {
    DatasetSettings settings = found.settings();
    return settings.type().equals(SEMANTIC)
            && NumberedObjects.in(query, settings.annotations() + "/" + part(settings))
        ? new Found(
            settings.withType(INSTANCE),
            found.because() + ", whose values number the objects",
            found.parts(),
            found.notes())
        : found;
  }

  /** The folder below those of the settings; "" for themselves. */
  private static String part(DatasetSettings settings) {
    return settings.holdOut() > 0 ? "" : settings.split();
  }

  /** With what label images have behind the photographs' names, where all have the same. */
  private static Found suffixed(LayoutQuery query, Found found) {
    DatasetSettings settings = found.settings();
    if (!settings.maskSuffix().isEmpty()) {
      return found;
    }
    String part = part(settings);
    List<String> photos =
        query.files(settings.images() + "/" + part, "").stream()
            .filter(Items::isPhotograph)
            .map(Items::stem)
            .limit(LOOKED_AT)
            .toList();
    Map<String, String> labels = new TreeMap<>(); // by their names without the ending
    query.files(settings.annotations() + "/" + part, "").stream()
        .filter(LabelImage::isNamed)
        .forEach(file -> labels.putIfAbsent(Items.stem(file), file));
    if (photos.isEmpty() || photos.stream().anyMatch(labels::containsKey)) {
      return found;
    }
    List<String> suffixes =
        labels.keySet().stream()
            .filter(label -> label.startsWith(photos.get(0)))
            .map(label -> label.substring(photos.get(0).length()))
            .filter(suffix -> !suffix.matches("[_-]?\\d+.*"))
            .filter(suffix -> photos.stream().allMatch(photo -> labels.containsKey(photo + suffix)))
            .toList();
    if (suffixes.size() > 1) {
      Path folder = query.root().resolve(settings.annotations()).resolve(part);
      suffixes = withoutColours(suffixes, s -> folder.resolve(labels.get(photos.get(0) + s)));
    }
    return suffixes.size() != 1
        ? found
        : new Found(
            settings.withMaskSuffix(suffixes.get(0)),
            "%s, names that end in %s".formatted(found.because(), suffixes.get(0)),
            found.parts(),
            found.notes());
  }

  /** Masks in colours are for people to look at, where there are others. */
  private static List<String> withoutColours(List<String> suffixes, Function<String, Path> file) {
    return suffixes.stream().filter(s -> !LabelImage.isColoured(file.apply(s))).toList();
  }

  @Override
  public Optional<String> nearly(LayoutQuery query) {
    return OtherTools.any(query);
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    DataFolder root = settings.folder();
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
