package org.maskwright.datasets.labelling;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.SwappedSides;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutQuery;
import org.maskwright.datasets.catalog.Parts;
import org.maskwright.datasets.folder.ClassFile;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.image.ImageDecoder;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.image.PhotographSize;

/**
 * Photographs whose objects a tool's files tell by shapes.
 *
 * <p><b>Memory</b> the file names, and what the items' {@link Shaped} keep.
 */
final class ShapeDataset implements Dataset {
  private final String name;
  private final DataFolder root;
  private final Categories categories;
  private final List<Item> items;
  private final List<String> notes;
  private final Masks masks;

  /** Whether every object is drawn. */
  private enum Masks {
    ALL,
    SOME
  }

  private ShapeDataset(
      String name,
      DataFolder root,
      Categories categories,
      List<Item> items,
      List<String> notes,
      Masks masks) {
    this.name = name;
    this.root = root;
    this.categories = categories;
    this.items = List.copyOf(items);
    this.notes = List.copyOf(notes);
    this.masks = masks;
  }

  /** The same, some of whose objects have points or boxes in place of masks. */
  ShapeDataset withSomeMasks() {
    return new ShapeDataset(name, root, categories, items, notes, Masks.SOME);
  }

  /** What tells the objects of one photograph. */
  @FunctionalInterface
  interface Shaped {
    /**
     * The objects.
     *
     * @param size of the photograph
     * @throws DatasetException if the tool's file does not say
     */
    List<Segment> segments(Size size);
  }

  /**
   * A photograph.
   *
   * @param photo its name below the data set's folder
   * @param file the tool's file that tells its objects, for errors
   * @param part of the data set, "" where it is not divided
   * @param width as the tool's file says, 0 if it does not
   * @param height likewise
   */
  record Item(String photo, String file, String part, int width, int height, Shaped shapes) {
    /**
     * Checks the size.
     *
     * @throws DatasetException if no photograph has it
     */
    Item {
      if (width < 0 || height < 0 || (long) width * height > ImageDecoder.MAX_PIXELS) {
        throw new DatasetException(
            "the photograph's size: expected at most %d pixels, got %d x %d"
                .formatted(ImageDecoder.MAX_PIXELS, width, height));
      }
    }
  }

  /**
   * The part that a file is of: the first of its folders with a name such as train or val; "" if
   * none has.
   */
  static String partOf(String file) {
    String[] folders = file.split("/", -1);
    for (int i = 0; i + 1 < folders.length; i++) {
      if (LayoutDetector.LIST_NAMES.contains(folders[i].toLowerCase(Locale.ROOT))) {
        return folders[i];
      }
    }
    return "";
  }

  /** A layout that was found, with the part that was asked for. */
  static Optional<Found> found(
      LayoutQuery query, String type, Collection<String> files, String because) {
    Set<String> parts = new TreeSet<>();
    files.forEach(file -> parts.add(partOf(file)));
    DatasetSettings settings = Parts.choose(query.asked(), parts).of(query.asked()).withType(type);
    return Optional.of(
        new Found(
            query.named(settings),
            because,
            parts.stream().filter(part -> !part.isEmpty()).toList()));
  }

  /** The classes that the user names, in the settings or a class file; else none. */
  static List<String> ownClasses(DatasetSettings settings) {
    return settings.classes().isEmpty()
        ? ClassFile.in(settings.root()).map(ClassFile::names).orElse(List.of())
        : settings.classes();
  }

  /** Things of these names, with the ids 1 to K. */
  static Categories things(Collection<String> names) {
    List<Category> things = new ArrayList<>();
    new LinkedHashSet<>(names)
        .forEach(name -> things.add(Category.of(things.size() + 1, name, true)));
    return Categories.of(things);
  }

  /**
   * The part that the settings ask for.
   *
   * @param all the photographs of all parts
   * @param problems is given a photograph that occurs twice, which is left out
   * @throws DatasetException if there is no photograph, no class, or no such part
   */
  static ShapeDataset of(
      DatasetSettings settings,
      Categories categories,
      List<Item> all,
      List<String> notes,
      Consumer<DatasetException> problems) {
    if (all.isEmpty()) {
      throw DatasetException.ofFile(
          settings.root(), "expected photographs with annotations, found none");
    }
    if (categories.size() == 0) {
      throw DatasetException.ofFile(
          settings.root(), "no object of any class in %d images".formatted(all.size()));
    }
    String part = part(settings, all);
    return new ShapeDataset(
        settings.type() + " " + settings.root().getFileName() + (part.isEmpty() ? "" : " " + part),
        settings.folder(),
        categories,
        distinct(
            settings,
            all.stream().filter(i -> settings.split().isEmpty() || i.part.equals(part)).toList(),
            problems),
        notes,
        Masks.ALL);
  }

  private static String part(DatasetSettings settings, List<Item> all) {
    Set<String> parts = new TreeSet<>();
    all.forEach(item -> parts.add(item.part));
    return settings.split().isEmpty() ? "" : Parts.choose(settings.withHoldOut(0), parts).name();
  }

  /** Each photograph once. */
  private static List<Item> distinct(
      DatasetSettings settings, List<Item> all, Consumer<DatasetException> problems) {
    Map<String, Item> byPhoto = new LinkedHashMap<>();
    for (Item item : all) {
      Item before = byPhoto.putIfAbsent(item.photo, item);
      if (before != null) {
        problems.accept(
            DatasetException.ofFile(
                settings.root().resolve(item.file),
                "the photograph %s is that of %s too".formatted(item.photo, before.file)));
      }
    }
    return List.copyOf(byPhoto.values());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public Categories categories() {
    return categories;
  }

  @Override
  public Set<Task> tasks() {
    return Set.of(Task.INSTANCE);
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  private static ImageId id(Item item) {
    return ImageId.of(Items.stem(item.photo));
  }

  @Override
  public SampleInfo info(int index) {
    Item item = items.get(index);
    return new SampleInfo(id(item), root.resolve(item.photo), item.width, item.height);
  }

  @Override
  public List<Segment> segments(int index) {
    Item item = items.get(index);
    Size size =
        item.width > 0 && item.height > 0
            ? new Size(item.width, item.height)
            : PhotographSize.of(root.existing(item.photo));
    return segments(item, size);
  }

  @Override
  public Optional<DatasetException> maskless(int index) {
    if (masks == Masks.ALL) {
      return Optional.empty();
    }
    Item item = items.get(index);
    return Segment.maskless(segments(index))
        .map(e -> e.inFile(root.root().resolve(item.file)).forImage(id(item)));
  }

  private List<Segment> segments(Item item, Size size) {
    try {
      return item.shapes.segments(size);
    } catch (DatasetException e) {
      throw e.inFile(root.root().resolve(item.file)).forImage(id(item));
    } catch (IllegalArgumentException e) {
      throw new DatasetException(e.getMessage(), e)
          .inFile(root.root().resolve(item.file))
          .forImage(id(item));
    }
  }

  @Override
  public Photograph image(int index) {
    Item item = items.get(index);
    try {
      Photograph image = PhotographFile.read(root.existing(item.photo), root.channels());
      if (item.width > 0 && (image.width() != item.width || image.height() != item.height)) {
        throw new DatasetException(
                "image: expected %d x %d as the annotation says, got %d x %d; masks would not fit%s"
                    .formatted(
                        item.width,
                        item.height,
                        image.width(),
                        image.height(),
                        SwappedSides.hint(item.width, item.height, image.width(), image.height())))
            .inFile(root.resolve(item.photo));
      }
      return image;
    } catch (DatasetException e) {
      throw e.forImage(id(item));
    }
  }

  @Override
  public Channels channels() {
    return root.channels();
  }

  @Override
  public Sample load(int index) {
    Photograph image = image(index);
    Size size = new Size(image.width(), image.height());
    return new Sample(info(index), image, segments(items.get(index), size));
  }
}
