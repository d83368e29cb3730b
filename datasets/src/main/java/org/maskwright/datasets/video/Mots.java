package org.maskwright.datasets.video;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.folder.LabelReadings;
import org.maskwright.datasets.image.LabelImage;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Opens MOTS: photographs in {@code SEQUENCE/FRAME.png}, and of each sequence a text ({@link
 * MotsText}) or a folder of 16-bit PNGs whose values are 1000 * class + number, 10000 where nothing
 * counts. Classes are 1 car and 2 pedestrian. A frame's number is that of its file.
 */
public final class Mots {
  private static final int OF_CLASS = 1000;
  private static final Categories CLASSES =
      Categories.of(List.of(Category.of(1, "car", true), Category.of(2, "pedestrian", true)));

  private Mots() {}

  /**
   * Opens sequences.
   *
   * @param images the folder of the sequences' folders of photographs
   * @param annotations the folder of the sequences' texts, or of their folders of PNGs
   * @throws DatasetException if a folder is missing, a sequence has no annotation, or a text is
   *     damaged
   */
  public static VideoDataset open(DataFolder images, DataFolder annotations) {
    List<VideoDataset.Video> videos = new ArrayList<>();
    for (String name : FrameFolders.names(images.root())) {
      Path text = annotations.resolve(name + ".txt");
      Path pngs = annotations.resolve(name);
      if (!Files.isRegularFile(text) && !Files.isDirectory(pngs)) {
        throw DatasetException.ofFile(
            annotations.root(),
            "no annotation of the sequence %s: expected %s.txt or a folder of PNGs"
                .formatted(name, name));
      }
      SortedMap<Integer, List<MotsText.Mask>> masks =
          Files.isRegularFile(text) ? MotsText.read(text) : null;
      List<VideoDataset.Frame> frames = new ArrayList<>();
      for (Path photo : FrameFolders.photographs(images.resolve(name))) {
        String stem = Items.stem(photo.getFileName().toString());
        SampleInfo info = new SampleInfo(ImageId.of(name + "/" + stem), photo, 0, 0);
        int number = number(photo, stem);
        Path png = pngs.resolve(stem + ".png");
        frames.add(
            new VideoDataset.Frame(
                info,
                masks == null
                    ? () -> ofPng(png)
                    : () -> ofText(text, masks.getOrDefault(number, List.of()))));
      }
      videos.add(new VideoDataset.Video(name, frames));
    }
    if (videos.isEmpty()) {
      throw DatasetException.ofFile(images.root(), "no sequence: expected a folder for each");
    }
    return new VideoDataset(
        "mots " + annotations.root().getFileName(),
        CLASSES,
        Set.of(Task.INSTANCE),
        images.channels(),
        videos,
        List.of());
  }

  private static int number(Path photo, String stem) {
    try {
      return Integer.parseInt(stem);
    } catch (NumberFormatException e) {
      throw DatasetException.ofFile(photo, "expected a frame's number as its name, such as 000012");
    }
  }

  private static List<Segment> ofText(Path text, List<MotsText.Mask> masks) {
    return masks.stream()
        .filter(mask -> mask.classId() != MotsText.IGNORED)
        .map(
            mask ->
                new Segment(
                    index(text, mask.classId(), mask.id()),
                    false,
                    mask.id(),
                    new SegmentMask.Runs(mask.mask())))
        .toList();
  }

  private static List<Segment> ofPng(Path png) {
    LabelMap map = LabelImage.readIndices(png);
    return Arrays.stream(LabelReadings.distinct(map))
        .filter(value -> value != 0 && value != MotsText.IGNORED * OF_CLASS)
        .mapToObj(
            value ->
                new Segment(
                    index(png, value / OF_CLASS, value),
                    false,
                    value,
                    new SegmentMask.Labelled(map, value)))
        .toList();
  }

  private static int index(Path file, int classId, long id) {
    int index = CLASSES.indexOf(classId);
    if (index < 0) {
      throw DatasetException.ofFile(
          file,
          "id %d: class %d, expected 1 (car), 2 (pedestrian) or 10 (does not count)"
              .formatted(id, classId));
    }
    return index;
  }
}
