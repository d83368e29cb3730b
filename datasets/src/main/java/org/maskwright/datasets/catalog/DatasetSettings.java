package org.maskwright.datasets.catalog;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DataFolder;

/**
 * Which data set to open. An empty string means: as the layout says.
 *
 * @param type one of {@link DatasetOpener#types()}: {@code coco-instance}, {@code folder-semantic},
 *     ..., or {@code auto} to find out
 * @param root the folder of the data set
 * @param split {@code train2017}, {@code training}, {@code val}, ..., as the layout names it; for a
 *     data set with a hold-out {@code train}, or {@code val} or {@code test} for what is held out
 * @param images the folder of photographs below root
 * @param annotations the annotation file (COCO, LVIS) or the folder of label images below root
 * @param list a file of IMAGE LABEL lines below root; replaces images and annotations of a folder
 * @param classes the class names of a folder; empty: label values 0..max are found out
 * @param ignore label values of a folder that are void
 * @param maskSuffix what a folder's label image has after the photograph's name, such as {@code
 *     _mask}
 * @param holdOut which images, chosen by a hash of their names, are held out of training: below 1 a
 *     share, else a number; 0 = none. With {@code auto} not used where the data set has a part of
 *     its own to evaluate on
 * @param captions files below root with what is said of the pictures, a sentence each ({@link
 *     org.maskwright.datasets.captions.CaptionFile}); empty: nothing is read
 * @param links what to do with symbolic links out of the folders
 * @param channels of a picture, as {@link Channels} counts them
 */
public record DatasetSettings(
    String type,
    Path root,
    String split,
    String images,
    String annotations,
    String list,
    List<String> classes,
    List<Integer> ignore,
    String maskSuffix,
    double holdOut,
    List<String> captions,
    DataFolder.Links links,
    int channels) {
  private static final int MAX = Integer.MAX_VALUE;

  public DatasetSettings {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(root, "root");
    Objects.requireNonNull(links, "links");
    if (channels < 0 || channels > Channels.MOST) {
      throw new IllegalArgumentException(
          "channels: expected 1 to %d, got %d".formatted(Channels.MOST, channels));
    }
    classes = List.copyOf(classes);
    ignore = List.copyOf(ignore);
    captions = List.copyOf(captions);
    if (!(holdOut >= 0 && (holdOut < 1 || holdOut == Math.rint(holdOut) && holdOut <= MAX))) {
      throw new IllegalArgumentException(
          "hold-out: expected a share below 1 or a whole number of images, got " + holdOut);
    }
  }

  /** A type, a root and a split; all else as the layout says. */
  public static DatasetSettings of(String type, Path root, String split) {
    return new DatasetSettings(
        type,
        root,
        split,
        "",
        "",
        "",
        List.of(),
        List.of(),
        "",
        0,
        List.of(),
        DataFolder.Links.REFUSE,
        Channels.RGB.count());
  }

  /** These settings with other {@code images} and {@code annotations}. */
  public DatasetSettings withPlaces(String newImages, String newAnnotations) {
    return with(
        copy -> {
          copy.images = newImages;
          copy.annotations = newAnnotations;
        });
  }

  /** These settings with a list file. */
  public DatasetSettings withList(String newList) {
    return with(copy -> copy.list = newList);
  }

  /** These settings with other classes and void values. */
  public DatasetSettings withClasses(List<String> newClasses, List<Integer> newIgnore) {
    return with(
        copy -> {
          copy.classes = newClasses;
          copy.ignore = newIgnore;
        });
  }

  /** These settings with another suffix of label images. */
  public DatasetSettings withMaskSuffix(String suffix) {
    return with(copy -> copy.maskSuffix = suffix);
  }

  /** These settings with another hold-out. */
  public DatasetSettings withHoldOut(double amount) {
    return with(copy -> copy.holdOut = amount);
  }

  /** These settings with files of captions. */
  public DatasetSettings withCaptions(List<String> files) {
    return with(copy -> copy.captions = files);
  }

  /** These settings with another split. */
  public DatasetSettings withSplit(String newSplit) {
    return with(copy -> copy.split = newSplit);
  }

  /** These settings with another type. */
  public DatasetSettings withType(String newType) {
    return with(copy -> copy.type = newType);
  }

  /** These settings with another folder. */
  public DatasetSettings withRoot(Path newRoot) {
    return with(copy -> copy.root = newRoot);
  }

  /** These settings with another number of channels. */
  public DatasetSettings withChannels(Channels other) {
    return with(copy -> copy.channels = other.count());
  }

  private DatasetSettings with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.settings();
  }

  /** The components, to change some. */
  private static final class Copy {
    private String type;
    private Path root;
    private String split;
    private String images;
    private String annotations;
    private String list;
    private List<String> classes;
    private List<Integer> ignore;
    private String maskSuffix;
    private double holdOut;
    private List<String> captions;
    private DataFolder.Links links;
    private int channels;

    Copy(DatasetSettings of) {
      type = of.type;
      root = of.root;
      split = of.split;
      images = of.images;
      annotations = of.annotations;
      list = of.list;
      classes = of.classes;
      ignore = of.ignore;
      maskSuffix = of.maskSuffix;
      holdOut = of.holdOut;
      captions = of.captions;
      links = of.links;
      channels = of.channels;
    }

    DatasetSettings settings() {
      return new DatasetSettings(
          type,
          root,
          split,
          images,
          annotations,
          list,
          classes,
          ignore,
          maskSuffix,
          holdOut,
          captions,
          links,
          channels);
    }
  }

  /** The folder of the data set. */
  public DataFolder folder() {
    return new DataFolder(root, links, new Channels(channels));
  }

  /** {@code value}, or {@code otherwise} if it is empty. */
  public static String or(String value, String otherwise) {
    return value.isEmpty() ? otherwise : value;
  }
}
