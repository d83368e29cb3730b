package org.maskwright.datasets.layout;

import static org.maskwright.datasets.catalog.DatasetSettings.or;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.Layout;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutKey;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.folder.ClassFile;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.folder.LabelReadings;
import org.maskwright.datasets.folder.LabelledDataset;
import org.maskwright.datasets.image.LabelImage;

/**
 * The data sets by which open vocabularies are compared, as they are prepared for detectron2: label
 * images of class indices from 0, of 16 bits where there are more than 255 classes. Names come from
 * a class file in the folder, or from the settings.
 */
public final class VocabularyLayout implements Layout {
  private static final String FILES = "annotations_detectron2";

  /**
   * One of them.
   *
   * @param classes K
   * @param voids labels of no class
   * @param places where it may lie; SPLIT stands for the part
   */
  private record Form(String type, int classes, Set<Integer> voids, List<Place> places) {}

  /**
   * Where photographs and label images are.
   *
   * @param parts names of the parts; the first is trained on
   */
  private record Place(String photos, String labels, List<String> parts) {
    String labels(String part) {
      return labels.replace("SPLIT", part);
    }

    String photos(String part) {
      return photos.replace("SPLIT", part);
    }
  }

  private static final List<String> PARTS = List.of("training", "validation");
  private static final List<String> VOC_PARTS = List.of("train", "val");

  private static final List<Form> FORMS =
      List.of(
          new Form(
              "ade20k-847",
              847,
              Set.of(65535),
              List.of(new Place("images_detectron2/SPLIT", FILES + "/SPLIT", PARTS))),
          new Form(
              "ade20k-150",
              150,
              Set.of(255),
              List.of(new Place("images/SPLIT", FILES + "/SPLIT", PARTS))),
          new Form(
              "pascal-context-59",
              59,
              Set.of(255),
              List.of(
                  new Place("images/SPLIT", "annotations_ctx59/SPLIT", PARTS),
                  new Place("JPEGImages", FILES + "/pc59_SPLIT", VOC_PARTS))),
          new Form(
              "pascal-context-459",
              459,
              Set.of(459, 65535),
              List.of(
                  new Place("images/SPLIT", "annotations_ctx459/SPLIT", PARTS),
                  new Place("JPEGImages", FILES + "/pc459_SPLIT", VOC_PARTS))));

  @Override
  public String name() {
    return "vocabulary";
  }

  @Override
  public String description() {
    return "ADE20K of 150 or 847 classes and PASCAL-Context of 59 or 459, prepared for detectron2:"
        + " annotations_detectron2, annotations_ctx59 or annotations_ctx459";
  }

  @Override
  public List<String> types() {
    return FORMS.stream().map(Form::type).toList();
  }

  @Override
  public Set<LayoutKey> reads(String type) {
    return Set.of(LayoutKey.CLASSES);
  }

  /** With a class file of another number of classes it is someone's own data. */
  @Override
  public Optional<Found> find(LayoutQuery query) {
    Optional<Integer> named = ClassFile.in(query.root()).map(file -> file.names().size());
    for (Form form : FORMS) {
      if (named.isPresent() && named.get() != form.classes) {
        continue;
      }
      for (Place place : form.places) {
        List<String> parts =
            place.parts.stream()
                .filter(p -> query.isDirectory(place.labels(p)))
                .filter(p -> query.isDirectory(place.photos(p)))
                .toList();
        if (!parts.isEmpty()) {
          return Optional.of(
              new Found(
                  query.named(query.divided(form.type, parts)),
                  place.labels + " (" + form.type + ")",
                  parts));
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public Dataset open(DatasetSettings settings, Consumer<DatasetException> problems) {
    Form form =
        FORMS.stream().filter(f -> f.type.equals(settings.type())).findFirst().orElseThrow();
    DataFolder root = settings.folder();
    Place place =
        form.places.stream()
            .filter(p -> Files.isDirectory(root.root().resolve(p.labels(part(settings, p)))))
            .findFirst()
            .orElseThrow(() -> missing(form, settings));
    String part = part(settings, place);
    DataFolder photos = root.in(place.photos(part).split("/", -1));
    DataFolder labels = root.in(place.labels(part).split("/", -1));
    Categories categories = categories(form, settings);
    return new LabelledDataset(
        form.type + " " + part,
        Set.of(Task.SEMANTIC),
        categories,
        photos,
        labels,
        items(photos, labels),
        LabelledDataset.Pixels.INDICES,
        LabelReadings.classes(categories, form.voids),
        settings.classes().isEmpty() && !ClassFile.isIn(root.root())
            ? List.of(
                "%s: no %s names its classes: they are called class 0 to class %d"
                    .formatted(root.root(), ClassFile.NAMES.get(0), form.classes - 1))
            : List.of());
  }

  private static String part(DatasetSettings settings, Place place) {
    return or(settings.split(), place.parts.get(0));
  }

  private static DatasetException missing(Form form, DatasetSettings settings) {
    List<String> expected =
        form.places.stream().map(p -> p.labels(part(settings, p))).distinct().toList();
    return DatasetException.ofFile(
        settings.root(),
        "%s: expected the folder %s, found none; its parts are %s"
            .formatted(
                form.type,
                String.join(" or ", expected),
                form.places.stream().map(p -> String.join(", ", p.parts)).distinct().toList()));
  }

  /** Those of the label images; photographs of other parts may lie beside. */
  private static List<LabelledDataset.Item> items(DataFolder photos, DataFolder labels) {
    Map<String, String> photoOf = new HashMap<>();
    photos.files().stream()
        .filter(Items::isPhotograph)
        .forEach(file -> photoOf.put(Items.stem(file), file));
    List<LabelledDataset.Item> items = new ArrayList<>();
    for (String label : labels.files().stream().filter(LabelImage::isNamed).sorted().toList()) {
      String stem = Items.stem(label);
      String photo = photoOf.get(stem);
      if (photo == null) {
        throw DatasetException.ofFile(
            labels.resolve(label), "expected the photograph " + stem + " in " + photos.root());
      }
      items.add(new LabelledDataset.Item(ImageId.of(stem), photo, List.of(label)));
    }
    if (items.isEmpty()) {
      throw DatasetException.ofFile(
          labels.root(), "expected label images, PNG or TIFF, found none");
    }
    return items;
  }

  private static Categories categories(Form form, DatasetSettings settings) {
    List<String> names =
        settings.classes().isEmpty()
            ? ClassFile.in(settings.root()).map(ClassFile::names).orElse(List.of())
            : settings.classes();
    if (!names.isEmpty() && names.size() != form.classes) {
      throw DatasetException.ofFile(
          settings.root(),
          "%s: expected the names of %d classes, got %d"
              .formatted(form.type, form.classes, names.size()));
    }
    List<Category> out = new ArrayList<>();
    for (int id = 0; id < form.classes; id++) {
      out.add(Category.of(id, names.isEmpty() ? "class " + id : names.get(id), false));
    }
    return Categories.of(out);
  }
}
