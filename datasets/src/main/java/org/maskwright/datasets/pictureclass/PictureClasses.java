package org.maskwright.datasets.pictureclass;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.ForwardingDataset;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.captions.CaptionFile;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.folder.Pictures;
import org.maskwright.datasets.image.PhotographSize;
import org.maskwright.datasets.mask.Rle;

/**
 * Pictures of which each has one class: the folder that it is in, or what a list says. The class is
 * a segment that covers the picture, so that whatever knows classes knows these.
 *
 * <p><b>Memory</b> that of {@link Pictures} and 4 bytes a picture.
 */
public final class PictureClasses extends ForwardingDataset {
  private static final int UNKNOWN = -1;
  private static final int MOST_NAMED = 10;

  private final String name;
  private final Categories categories;
  private final int[] classOf;

  private PictureClasses(String name, Dataset pictures, List<String> classes, int[] classOf) {
    super(pictures);
    this.name = name;
    this.categories = Categories.things(classes.toArray(String[]::new));
    this.classOf = classOf;
  }

  /**
   * A folder for each class, its pictures in it and below.
   *
   * @param classes in order; none: the folders' names, sorted
   * @throws DatasetException if there is no picture, one beside the folders, or a folder of another
   *     class
   */
  public static PictureClasses ofFolders(DataFolder folder, List<String> classes) {
    Pictures pictures = Pictures.of(folder, List.of());
    List<String> named = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      String id = pictures.info(i).imageId().toString();
      int slash = id.indexOf('/');
      if (slash < 0) {
        throw DatasetException.ofFile(
            pictures.info(i).file(),
            "expected a folder for each class, CLASS/PICTURE, or a list of FILE,CLASS lines (data.train.list); this picture is in no folder");
      }
      named.add(id.substring(0, slash));
    }
    return of("picture-classes " + folder.root(), folder.root(), pictures, named, classes);
  }

  /**
   * A list of pictures and their classes: CSV or TSV, FILE,CLASS, with or without a first line that
   * names the columns.
   *
   * @param folder of the pictures; those that are not listed are left out
   * @param classes in order; none: those of the list, sorted
   * @param problems is given the lines that name no picture, or one that has another class already
   * @throws DatasetException if no picture is listed, or with a class that is not among them
   */
  public static PictureClasses ofList(
      DataFolder folder, Path list, List<String> classes, Consumer<DatasetException> problems) {
    Pictures all = Pictures.of(folder, List.of());
    Map<String, Integer> index = index(all);
    String[] told = new String[all.size()];
    new CaptionFile(list)
        .read(
            (file, text) -> {
              int picture = index.getOrDefault(stem(file), UNKNOWN);
              String label = text.strip();
              if (picture == UNKNOWN) {
                problems.accept(
                    DatasetException.ofFile(
                        list,
                        "\"%s\": no picture of %s, or of several".formatted(file, folder.root())));
              } else if (label.isEmpty()) {
                problems.accept(DatasetException.ofFile(list, "\"%s\": no class".formatted(file)));
              } else if (told[picture] != null && !told[picture].equals(label)) {
                problems.accept(
                    DatasetException.ofFile(
                        list,
                        "\"%s\": expected one class, got \"%s\" and \"%s\""
                            .formatted(file, told[picture], label)));
              } else {
                told[picture] = label;
              }
            });
    Dataset listed = DatasetView.where(all, i -> told[i] != null);
    if (listed.size() == 0) {
      throw DatasetException.ofFile(
          list, "expected lines FILE,CLASS of pictures in %s, found none".formatted(folder.root()));
    }
    List<String> named = Arrays.stream(told).filter(label -> label != null).toList();
    return of("picture-classes " + list, list, listed, named, classes);
  }

  private static PictureClasses of(
      String name, Path source, Dataset pictures, List<String> named, List<String> asked) {
    List<String> classes = asked.isEmpty() ? List.copyOf(new TreeSet<>(named)) : asked;
    Map<String, Integer> numbers = new HashMap<>();
    classes.forEach(c -> numbers.putIfAbsent(c, numbers.size()));
    int[] classOf = new int[named.size()];
    for (int i = 0; i < classOf.length; i++) {
      Integer number = numbers.get(named.get(i));
      if (number == null) {
        throw DatasetException.ofFile(
            source,
            "expected the classes %s%s, got \"%s\""
                .formatted(
                    classes.subList(0, Math.min(MOST_NAMED, classes.size())),
                    classes.size() > MOST_NAMED ? " and more" : "",
                    named.get(i)));
      }
      classOf[i] = number;
    }
    return new PictureClasses(name, pictures, classes, classOf);
  }

  /** By the path below the folder without ending, and by the name where it is of one picture. */
  private static Map<String, Integer> index(Dataset pictures) {
    Map<String, Integer> out = new HashMap<>();
    for (int i = 0; i < pictures.size(); i++) {
      String id = pictures.info(i).imageId().toString();
      String last = id.substring(id.lastIndexOf('/') + 1);
      if (!last.equals(id)) {
        out.merge(last, i, (a, b) -> UNKNOWN);
      }
    }
    for (int i = 0; i < pictures.size(); i++) {
      out.put(pictures.info(i).imageId().toString(), i);
    }
    return out;
  }

  private static String stem(String file) {
    String slashed = file.strip().replace('\\', '/');
    String relative = slashed.startsWith("./") ? slashed.substring(2) : slashed;
    return Items.isPhotograph(relative) ? Items.stem(relative) : relative;
  }

  /** Whether a folder has a folder for each of at least two classes, and no picture beside them. */
  public static boolean inFolders(DataFolder folder) {
    return folder.folders().stream()
                .filter(name -> holdsPictures(folder.root().resolve(name)))
                .count()
            > 1
        && folder.files().stream().noneMatch(Items::isPhotograph);
  }

  private static boolean holdsPictures(Path folder) {
    return Files.isDirectory(folder)
        && DataFolder.of(folder).filesBelow().stream().anyMatch(Items::isPhotograph);
  }

  /**
   * The class of a picture by its segments: that of all of them.
   *
   * @throws DatasetException if they are of no class or of several
   */
  public static int only(SampleInfo info, int[] classes) {
    int[] distinct = Arrays.stream(classes).distinct().toArray();
    if (distinct.length != 1) {
      throw new DatasetException(
              "expected one class of the picture, got %s; a data set of pictures with a class each is a folder for each class, or a list (data.train.type = picture-classes)"
                  .formatted(distinct.length == 0 ? "none" : String.valueOf(distinct.length)))
          .inFile(info.file())
          .forImage(info.imageId());
    }
    return distinct[0];
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Categories categories() {
    return categories;
  }

  @Override
  public List<Segment> segments(int index) {
    return List.of(segment(index, PhotographSize.of(info(index).file())));
  }

  private Segment segment(int index, Size size) {
    Rle all =
        Rle.ofCounts(
            size.height(),
            size.width(),
            new int[] {0, Math.multiplyExact(size.height(), size.width())});
    return new Segment(classOf[index], false, 1, new SegmentMask.Runs(all));
  }

  @Override
  public Sample load(int index) {
    Photograph image = image(index);
    Size size = new Size(image.width(), image.height());
    return new Sample(info(index), image, List.of(segment(index, size)));
  }

  @Override
  public List<Label> labels(int index) {
    return List.of(new Label(classOf[index], false));
  }

  @Override
  public boolean hasTargets(int index) {
    return true;
  }
}
