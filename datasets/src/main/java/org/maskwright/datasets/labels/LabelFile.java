package org.maskwright.datasets.labels;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.image.PhotographSize;
import org.maskwright.datasets.json.CocoAnnotation;
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.CocoImage;
import org.maskwright.datasets.json.CocoInstances;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.json.Segmentation;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.files.OutputFile;

/**
 * The labels of a folder of pictures: a COCO file that is on the disk as a whole after each {@link
 * #save}. A kill or a full disk at any time leaves the labels of before the save or those of after
 * it.
 *
 * <p>A picture stands in the file when it has objects or is done, which its field {@code "done"}
 * says. Of a file of another tool, which has no such fields, pictures with objects are done.
 * Whatever else stands in a file stays as it is: licences, attributes, pictures of other folders,
 * annotations that nobody edits.
 *
 * <p><b>Memory</b> the file as text. <b>Cost</b> a save writes the whole file (docs/annotate.md
 * says what that takes).
 *
 * <p><b>Threads</b> any. <b>Lifecycle</b> no other process can open the file until it is closed.
 */
public final class LabelFile implements AutoCloseable {
  private static final String DONE = "done";

  /** An annotation with its text in the file. */
  private record Stored(DrawnObject object, String text) {}

  /**
   * A picture's part of the file.
   *
   * @param image text of its entry; empty: it has none
   */
  private record Part(Optional<String> image, Labels labels, List<Stored> objects) {}

  /** A picture of the folder. */
  private static final class Picture {
    final String name;
    final Map<Long, Stored> known = new HashMap<>(); // objects that it has or had
    Size size; // null until somebody asks
    Size claimed; // by the file; null: it does not say
    String imageId; // as text of JSON; null: none yet
    boolean foreign; // stands in the file whatever its state
    Part part;

    Picture(String name) {
      this.name = name;
    }
  }

  private final Path file;
  private final DataFolder folder;
  private final FileHold hold;
  private final List<Picture> pictures = new ArrayList<>();
  private final Map<Integer, String> classTexts = new LinkedHashMap<>(); // by id
  private final Map<String, String> others = new LinkedHashMap<>();
  private final List<String> otherImages = new ArrayList<>();
  private final List<String> otherAnnotations = new ArrayList<>();
  private Categories classes = Categories.of(List.of());
  private long nextAnnotation = 1;
  private long nextImage = 1;

  /**
   * Begins anywhere, so that what was read from an earlier process is stale in any other; below
   * 2^53, which JavaScript counts to.
   */
  private long nextVersion = ThreadLocalRandom.current().nextLong(1L << 52);

  private LabelFile(Path file, DataFolder folder, List<String> names, FileHold hold) {
    this.file = file;
    this.folder = folder;
    this.hold = hold;
    for (String name : names) {
      pictures.add(new Picture(name));
    }
  }

  /**
   * Opens a file, or begins one, which is then written by the first save.
   *
   * @param folder of the pictures
   * @param names of the pictures in the folder, with slashes
   * @param classNames classes that are added where the file has none of the name
   * @throws DatasetException if the file is none of COCO's instances, or has pictures and all of
   *     them are in other folders
   * @throws LabelConflictException if another process labels with it
   */
  public static LabelFile open(
      Path file, DataFolder folder, List<String> names, List<String> classNames) {
    FileHold hold = FileHold.of(file);
    try {
      LabelFile labels = new LabelFile(file, folder, names, hold);
      if (Files.exists(file)) {
        labels.read();
      }
      labels.pictures.stream()
          .filter(p -> p.part == null)
          .forEach(p -> p.part = labels.part(Optional.empty(), List.of(), false));
      for (String name : classNames) {
        if (!labels.classes.names().contains(requireName(name))) {
          labels.putClass(labels.nextClass(), name);
        }
      }
      return labels;
    } catch (RuntimeException e) {
      hold.close();
      throw e;
    }
  }

  private Part part(Optional<String> image, List<Stored> objects, boolean done) {
    return new Part(
        image,
        new Labels(nextVersion++, done, objects.stream().map(Stored::object).toList()),
        List.copyOf(objects));
  }

  private void read() {
    CocoInstances coco = CocoJson.readInstances(file);
    RawCoco raw = RawCoco.read(file);
    others.putAll(raw.others());
    List<Category> read = new ArrayList<>();
    for (int i = 0; i < coco.categories().size(); i++) {
      CocoCategory c = coco.categories().get(i);
      read.add(new Category(c.id(), c.name(), c.thing(), c.rgb()));
      classTexts.put(c.id(), raw.categories().get(i));
    }
    classes = Categories.of(read);
    Map<ImageId, List<Stored>> objects = new HashMap<>();
    Set<ImageId> images = new HashSet<>();
    coco.images().forEach(image -> images.add(image.id()));
    for (int i = 0; i < coco.annotations().size(); i++) {
      CocoAnnotation a = coco.annotations().get(i);
      nextAnnotation = Math.max(nextAnnotation, a.id() + 1);
      if (classes.indexOf(a.categoryId()) < 0) {
        throw a.error(
                "category_id %d: expected one of the file's categories".formatted(a.categoryId()))
            .inFile(file);
      }
      if (!images.contains(a.imageId())) {
        otherAnnotations.add(raw.annotations().get(i));
      } else {
        objects
            .computeIfAbsent(a.imageId(), id -> new ArrayList<>())
            .add(new Stored(DrawnObject.of(a), raw.annotations().get(i)));
      }
    }
    readImages(coco.images(), raw.images(), objects);
  }

  private void readImages(
      List<CocoImage> images, List<String> texts, Map<ImageId, List<Stored>> objects) {
    Map<String, Picture> byName = new HashMap<>();
    pictures.forEach(p -> byName.put(p.name, p));
    for (int i = 0; i < images.size(); i++) {
      CocoImage image = images.get(i);
      nextImage = Math.max(nextImage, image.id().number() + 1);
      List<Stored> drawn = objects.getOrDefault(image.id(), List.of());
      Picture picture = byName.remove(image.fileName().replace('\\', '/'));
      if (picture == null) {
        otherImages.add(texts.get(i));
        drawn.forEach(object -> otherAnnotations.add(object.text()));
        continue;
      }
      Map<String, String> fields = JsonFields.of(texts.get(i));
      picture.imageId = fields.get("id");
      picture.foreign = !fields.containsKey(DONE);
      if (image.width() > 0 && image.height() > 0) {
        picture.claimed = new Size(image.width(), image.height());
      }
      boolean done = picture.foreign ? !drawn.isEmpty() : "true".equals(fields.get(DONE));
      picture.part = part(Optional.of(texts.get(i)), drawn, done);
      drawn.forEach(object -> picture.known.put(object.object().id(), object));
    }
    if (!images.isEmpty() && byName.size() == pictures.size()) {
      throw DatasetException.ofFile(
          file,
          "none of its %d pictures is in %s, such as \"%s\"; name the folder that its names begin in"
              .formatted(images.size(), folder.root(), images.get(0).fileName()));
    }
  }

  /** Where the labels are. */
  public Path file() {
    return file;
  }

  /** How many pictures the folder has. */
  public int size() {
    return pictures.size();
  }

  /** The name of a picture in the folder, with slashes. */
  public String name(int picture) {
    return pictures.get(picture).name;
  }

  /**
   * Where a picture is.
   *
   * @throws DatasetException if it is not there, or a link leads out of the folder
   */
  public Path picture(int picture) {
    return folder.existing(name(picture));
  }

  /** Pictures in the file of labels that the folder lacks; they stay in the file. */
  public int elsewhere() {
    return otherImages.size();
  }

  /**
   * The size of a picture, from its file.
   *
   * @throws DatasetException if it cannot be read, or the labels are of another size
   */
  public Size pictureSize(int picture) {
    Picture of = pictures.get(picture);
    synchronized (this) {
      if (of.size != null) {
        return of.size;
      }
    }
    Size found = PhotographSize.of(picture(picture));
    if (of.claimed != null && !of.claimed.equals(found)) {
      throw DatasetException.ofFile(
          folder.resolve(of.name),
          "expected %s pixels as the labels say, got %s; put the picture that was labelled back, or remove it from %s"
              .formatted(of.claimed, found, file));
    }
    synchronized (this) {
      of.size = found;
    }
    return found;
  }

  /** The labels of a picture. */
  public synchronized Labels labels(int picture) {
    return pictures.get(picture).part.labels();
  }

  /** The classes, in the file's order. */
  public synchronized Categories classes() {
    return classes;
  }

  /**
   * Adds a class, and writes the file.
   *
   * @return its id
   * @throws IllegalArgumentException if the name is blank or taken
   * @throws org.maskwright.files.OutputException if it cannot be written; nothing is changed then
   */
  public synchronized int addClass(String name) {
    requireFree(name);
    int id = nextClass();
    change(() -> putClass(id, name));
    return id;
  }

  /**
   * Gives a class another name, as {@link #addClass}.
   *
   * @throws IllegalArgumentException if there is no class of the id, or the name is blank or taken
   */
  public synchronized void renameClass(int id, String name) {
    int index = requireClass(id);
    if (!classes.get(index).name().equals(name)) {
      requireFree(name);
      change(() -> putClass(id, name));
    }
  }

  private void change(Runnable classChange) {
    Categories before = classes;
    Map<Integer, String> texts = new LinkedHashMap<>(classTexts);
    classChange.run();
    try {
      write(-1, null);
    } catch (RuntimeException e) {
      classes = before;
      classTexts.clear();
      classTexts.putAll(texts);
      throw e;
    }
  }

  private void requireFree(String name) {
    if (classes.names().contains(requireName(name))) {
      throw new IllegalArgumentException("class: there is one called \"%s\"".formatted(name));
    }
  }

  private static String requireName(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("class: expected a name, got \"\"");
    }
    return name;
  }

  private int requireClass(int id) {
    int index = classes.indexOf(id);
    if (index < 0) {
      throw new IllegalArgumentException(
          "category: expected the id of a class, one of %s, got %d"
              .formatted(classes.asList().stream().map(Category::id).toList(), id));
    }
    return index;
  }

  private int nextClass() {
    return classes.asList().stream().mapToInt(Category::id).max().orElse(0) + 1;
  }

  /** Adds a class, or changes the name of one. */
  private void putClass(int id, String name) {
    List<Category> list = new ArrayList<>(classes.asList());
    int index = classes.indexOf(id);
    Map<String, String> fields =
        index < 0
            ? JsonFields.written(
                json -> {
                  json.writeNumberField("id", id);
                  json.writeStringField("name", name);
                  json.writeStringField("supercategory", "");
                  json.writeNumberField("isthing", 1);
                })
            : JsonFields.of(classTexts.get(id));
    fields.putAll(JsonFields.written(json -> json.writeStringField("name", name)));
    classTexts.put(id, JsonFields.object(fields));
    if (index < 0) {
      list.add(new Category(id, name, true, OptionalInt.empty()));
    } else {
      Category old = list.get(index);
      list.set(index, new Category(id, name, old.thing(), old.rgb()));
    }
    classes = Categories.of(list);
  }

  /**
   * Puts the labels of a picture in place of what it has. They are on the disk when this returns.
   *
   * @param version of the labels that these were made from
   * @param done whether all objects of the picture are drawn
   * @return the labels with ids of the new objects, in the order of {@code edits}
   * @throws LabelConflictException if the labels are of a later version, or another program has
   *     changed the file
   * @throws IllegalArgumentException if an edit is of an unknown class or object, names an object
   *     twice, or has no mask of the picture's size with at least a pixel
   * @throws DatasetException if the picture cannot be read
   * @throws org.maskwright.files.OutputException if the file cannot be written; the labels are as
   *     before then, here and on the disk
   */
  public Labels save(int picture, long version, List<LabelEdit> edits, boolean done) {
    Size size = pictureSize(picture);
    synchronized (this) {
      Picture of = pictures.get(picture);
      if (of.part.labels().version() != version) {
        throw new LabelConflictException(
            "the labels of %s were saved from somewhere else in the meantime; open the picture again to go on from those"
                .formatted(of.name));
      }
      if (of.imageId == null) {
        of.imageId = Long.toString(nextImage++);
      }
      List<Stored> stored = new ArrayList<>();
      Set<Long> ids = new HashSet<>();
      for (LabelEdit edit : edits) {
        try {
          Stored object = stored(of, size, edit);
          if (!ids.add(object.object().id())) {
            throw new IllegalArgumentException(
                "id %d: occurs twice".formatted(object.object().id()));
          }
          stored.add(object);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "object %d of %s: %s".formatted(stored.size() + 1, of.name, e.getMessage()), e);
        }
      }
      boolean listed = done || of.foreign || !stored.isEmpty();
      Part changed =
          part(listed ? Optional.of(image(of, size, done)) : Optional.empty(), stored, done);
      write(picture, changed);
      of.part = changed;
      stored.forEach(object -> of.known.put(object.object().id(), object));
      return changed.labels();
    }
  }

  /** The entry of a picture: what it had, and what is known of it now. */
  private static String image(Picture of, Size size, boolean done) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("id", of.imageId);
    of.part.image().ifPresent(text -> fields.putAll(JsonFields.of(text)));
    fields.putAll(
        JsonFields.written(
            json -> {
              if (!fields.containsKey("file_name")) {
                json.writeStringField("file_name", of.name);
              }
              json.writeNumberField("width", size.width());
              json.writeNumberField("height", size.height());
              json.writeBooleanField(DONE, done);
            }));
    return JsonFields.object(fields);
  }

  private Stored stored(Picture of, Size size, LabelEdit edit) {
    requireClass(edit.categoryId());
    Stored before = null;
    if (edit.id().isPresent()) {
      before = of.known.get(edit.id().getAsLong());
      if (before == null) {
        throw new IllegalArgumentException(
            "id %d: expected that of an object of the picture, or none for a new one"
                .formatted(edit.id().getAsLong()));
      }
    } else if (edit.segmentation().isEmpty()) {
      throw new IllegalArgumentException("segmentation: expected one for a new object, found none");
    }
    boolean same =
        before != null
            && before.object().categoryId() == edit.categoryId()
            && (edit.segmentation().isEmpty()
                || edit.segmentation().equals(before.object().segmentation()));
    return same ? before : changed(of, size, edit, before);
  }

  private Stored changed(Picture of, Size size, LabelEdit edit, Stored before) {
    Map<String, String> fields = new LinkedHashMap<>();
    long id = before == null ? nextAnnotation++ : before.object().id();
    fields.put("id", Long.toString(id));
    fields.put("image_id", of.imageId);
    fields.put("category_id", Integer.toString(edit.categoryId()));
    if (before == null) {
      fields.put("iscrowd", "0");
    } else {
      Map<String, String> old = JsonFields.of(before.text());
      old.keySet().removeAll(List.of("id", "image_id", "category_id"));
      fields.putAll(old);
    }
    Optional<Segmentation> drawn = edit.segmentation();
    Optional<Box> box = before == null ? Optional.empty() : before.object().box();
    if (drawn.isPresent()) {
      Rle mask = mask(drawn.get(), size);
      box = Optional.of(mask.box());
      fields.putAll(
          JsonFields.written(
              json -> {
                json.writeNumberField("area", mask.area());
                JsonNumbers.box(json, mask.box());
                JsonNumbers.segmentation(json, drawn.get());
              }));
    }
    DrawnObject object =
        new DrawnObject(
            id,
            edit.categoryId(),
            before != null && before.object().crowd(),
            drawn.or(() -> before.object().segmentation()),
            box);
    return new Stored(object, JsonFields.object(fields));
  }

  /** The mask, checked. */
  private static Rle mask(Segmentation drawn, Size size) {
    if (drawn.isPolygons()) {
      for (double[] ring : drawn.polygons()) {
        requirePolygon(ring);
      }
    } else if (drawn.width() != size.width() || drawn.height() != size.height()) {
      throw new IllegalArgumentException(
          "run lengths: expected the picture's size [%d, %d] (height, width), got [%d, %d]"
              .formatted(size.height(), size.width(), drawn.height(), drawn.width()));
    }
    Rle mask = drawn.toRle(size.height(), size.width());
    if (mask.area() == 0) {
      throw new IllegalArgumentException(
          "segmentation: expected at least a pixel of the picture, got none");
    }
    return mask;
  }

  private static void requirePolygon(double[] ring) {
    if (ring.length < 6 || ring.length % 2 != 0) {
      throw new IllegalArgumentException(
          "polygon: expected x and y of at least 3 points, got %d numbers".formatted(ring.length));
    }
    for (double coordinate : ring) {
      if (!(Math.abs(coordinate) <= Polygons.MAX_COORDINATE)) {
        throw new IllegalArgumentException(
            "polygon: expected coordinates within +-%s, got %s"
                .formatted(Polygons.MAX_COORDINATE, coordinate));
      }
    }
  }

  private void write(int changed, Part instead) {
    hold.requireUnchanged();
    List<String> images = new ArrayList<>(otherImages);
    List<String> annotations = new ArrayList<>(otherAnnotations);
    for (int i = 0; i < pictures.size(); i++) {
      Part part = i == changed ? instead : pictures.get(i).part;
      part.image().ifPresent(images::add);
      part.objects().forEach(object -> annotations.add(object.text()));
    }
    write(file, images, annotations);
    hold.look();
  }

  private void write(Path to, List<String> images, List<String> annotations) {
    StringBuilder text = new StringBuilder("{\"images\": [");
    lines(text, images).append("],\n\"categories\": [");
    lines(text, List.copyOf(classTexts.values())).append("],\n\"annotations\": [");
    lines(text, annotations).append(']');
    others.forEach(
        (name, value) ->
            text.append(",\n")
                .append(((JsonContent) json -> json.writeString(name)).text())
                .append(": ")
                .append(value));
    byte[] bytes = text.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
    OutputFile.writeDurably(to, channel -> OutputFile.writeFully(channel, ByteBuffer.wrap(bytes)));
  }

  /** An entry a line, for people and for tools that compare lines. */
  private static StringBuilder lines(StringBuilder text, List<String> entries) {
    String between = "\n";
    for (String entry : entries) {
      text.append(between).append(entry);
      between = ",\n";
    }
    return text.append(entries.isEmpty() ? "" : "\n");
  }

  /**
   * Writes a file of some pictures of the folder with their labels.
   *
   * @return how many
   * @throws org.maskwright.files.OutputException if it cannot be written
   */
  public synchronized int copy(Path to, IntPredicate which) {
    List<String> images = new ArrayList<>();
    List<String> annotations = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      Part part = pictures.get(i).part;
      if (part.image().isPresent() && which.test(i)) {
        images.add(part.image().get());
        part.objects().forEach(object -> annotations.add(object.text()));
      }
    }
    write(to, images, annotations);
    return images.size();
  }

  @Override
  public void close() {
    hold.close();
  }
}
