package org.maskwright.trainer.plan;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.pictureclass.PictureClasses;

/**
 * A folder of pictures to learn from without masks: what to train on and what to evaluate on. It is
 * divided as its folders {@code train} and {@code val} say, else a tenth is held out.
 *
 * @param train to train on
 * @param val to evaluate on
 */
public record PictureFolder(DatasetSettings train, DatasetSettings val) {
  private static final double HELD_OUT = 0.1;
  private static final List<String> LISTS =
      List.of("classes.csv", "labels.csv", "classes.tsv", "labels.tsv");
  private static final List<String> CAPTIONS =
      List.of(
          "captions.csv",
          "captions.tsv",
          "captions.txt",
          "captions.json",
          "captions.jsonl",
          "annotations/captions_train2017.json",
          "captions");

  /**
   * Pictures in a folder and below, whatever is said of them.
   *
   * @throws DatasetException if the folder is not there
   */
  public static PictureFolder bare(Path folder) {
    Path whole = existing(folder);
    boolean divided = divided(whole);
    Path parent = whole.getParent() == null ? whole : whole.getParent();
    DatasetSettings all = DatasetSettings.of("pictures", parent, "");
    String name = parent.relativize(whole).toString();
    return divided
        ? new PictureFolder(all.withPlaces(name + "/train", ""), all.withPlaces(name + "/val", ""))
        : heldOut(all.withPlaces(name, ""));
  }

  /**
   * Pictures with a class each: a folder for each, or a list {@code classes.csv}.
   *
   * @throws DatasetException if there are none
   */
  public static PictureFolder withClasses(Path folder) {
    return findClasses(folder)
        .orElseThrow(
            () ->
                DatasetException.ofFile(
                    folder,
                    "expected pictures with a class each: a folder for each class, in train and val or not, or a file %s with lines FILE,CLASS"
                        .formatted(String.join(", ", LISTS))));
  }

  /** As {@link #withClasses}; empty if there are none. */
  public static Optional<PictureFolder> findClasses(Path folder) {
    Path whole = existing(folder);
    DatasetSettings all = DatasetSettings.of("picture-classes", whole, "");
    Optional<String> list =
        LISTS.stream().filter(name -> Files.isRegularFile(whole.resolve(name))).findFirst();
    if (list.isPresent()) {
      return Optional.of(heldOut(all.withList(list.get())));
    }
    if (divided(whole) && PictureClasses.inFolders(DataFolder.of(whole.resolve("train")))) {
      return Optional.of(new PictureFolder(all.withSplit("train"), all.withSplit("val")));
    }
    return PictureClasses.inFolders(DataFolder.of(whole))
        ? Optional.of(heldOut(all))
        : Optional.empty();
  }

  /**
   * Pictures with captions.
   *
   * @throws DatasetException if there is no file of captions
   */
  public static PictureFolder withCaptions(Path folder) {
    Path whole = existing(folder);
    String file =
        CAPTIONS.stream()
            .filter(name -> Files.exists(whole.resolve(name)))
            .findFirst()
            .orElseThrow(
                () ->
                    DatasetException.ofFile(
                        folder,
                        "expected captions of the pictures in one of %s, found none"
                            .formatted(CAPTIONS)));
    PictureFolder bare = bare(folder);
    List<String> captions = List.of(bare.train.root().relativize(whole.resolve(file)).toString());
    return new PictureFolder(bare.train.withCaptions(captions), bare.val.withCaptions(captions));
  }

  private static PictureFolder heldOut(DatasetSettings all) {
    return new PictureFolder(
        all.withHoldOut(HELD_OUT).withSplit("train"), all.withHoldOut(HELD_OUT).withSplit("val"));
  }

  private static boolean divided(Path whole) {
    return Files.isDirectory(whole.resolve("train")) && Files.isDirectory(whole.resolve("val"));
  }

  private static Path existing(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw DatasetException.ofFile(folder, "expected a folder of pictures, found none");
    }
    return folder.toAbsolutePath().normalize();
  }
}
