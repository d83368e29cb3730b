package org.maskwright.datasets.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.annotation.Annotated;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.image.PhotographSize;
import org.maskwright.files.OutputFile;

/** A part of a data set to convert, such as train; its classes are those of all parts. */
public final class ConversionPart {
  private final String name;
  private final Dataset dataset;
  private final Categories categories;
  private final int[] common; // of each class of the part its index among those of all
  private final List<String> fileNames = new ArrayList<>();

  ConversionPart(String name, Dataset dataset, Categories categories) {
    this.name = name;
    this.dataset = dataset;
    this.categories = categories;
    List<String> names = categories.names();
    this.common = dataset.categories().names().stream().mapToInt(names::indexOf).toArray();
    Set<String> taken = new HashSet<>();
    for (int i = 0; i < dataset.size(); i++) {
      fileNames.add(free(dataset.info(i).file(), taken));
    }
  }

  /** The photograph's own name; one that another has too gets a number. */
  private static String free(Path photo, Set<String> taken) {
    String own = photo.getFileName().toString();
    String ending = own.substring(Items.stem(own).length());
    String stem = Items.stem(own);
    // Files beside it are told apart by the name without its ending, on some systems in any case.
    for (int n = 2; !taken.add(stem.toLowerCase(Locale.ROOT)); n++) {
      stem = Items.stem(own) + "_" + n;
    }
    return stem + ending;
  }

  /** Such as train; "" for data that are not divided. */
  public String name() {
    return name;
  }

  /** The classes of all parts. */
  public Categories categories() {
    return categories;
  }

  /** The number of images. */
  public int size() {
    return dataset.size();
  }

  /** The name that a photograph has in the target, that of no other of the part. */
  public String fileName(int index) {
    return fileNames.get(index);
  }

  /** As {@link #fileName} without the ending. */
  public String stem(int index) {
    return Items.stem(fileName(index));
  }

  /** The annotation of an image; classes are those of {@link #categories()}. */
  public List<Segment> segments(int index) {
    return dataset.segments(index).stream()
        .map(s -> new Segment(common[s.category()], s.crowd(), s.id(), s.mask()))
        .toList();
  }

  /** The annotation of an image as files of annotations hold it. */
  public List<Annotated> objects(int index) {
    return segments(index).stream().map(Annotated::drawn).toList();
  }

  /** The size of a photograph. */
  public Size imageSize(int index) {
    try {
      return PhotographSize.of(dataset.info(index).file());
    } catch (DatasetException e) {
      throw e.forImage(dataset.info(index).imageId());
    }
  }

  /** Copies a photograph, byte for byte. */
  public void copyPhoto(int index, Path to) {
    Path from = dataset.info(index).file();
    try {
      OutputFile.createFolder(to.toAbsolutePath().getParent());
      Files.copy(from, to);
    } catch (IOException e) {
      if (!Files.isReadable(from)) {
        throw DatasetException.ofFile(from, "cannot be read: " + e, e);
      }
      throw OutputFile.failure(to, e);
    }
  }
}
