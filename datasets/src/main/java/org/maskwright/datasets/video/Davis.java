package org.maskwright.datasets.video;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.folder.LabelReadings;
import org.maskwright.datasets.folder.TextFile;
import org.maskwright.datasets.image.LabelImage;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Opens DAVIS 2017 and folders like it: frames in {@code SEQUENCE/*.jpg}, palette PNGs of the same
 * names whose indices are objects, 0 background, 255 void. All objects are of one class. Frames
 * without a PNG are left out.
 */
public final class Davis {
  private static final int VOID = 255;
  private static final Categories OBJECT = Categories.things("object");

  private Davis() {}

  /**
   * Opens sequences.
   *
   * @param images the folder of the sequences' folders of frames
   * @param annotations the folder of the sequences' folders of PNGs
   * @param sequences their names; all of {@code annotations} if there are none
   * @throws DatasetException if a folder is missing, or a sequence has no annotated frame
   */
  public static VideoDataset open(
      DataFolder images, DataFolder annotations, List<String> sequences) {
    List<String> names = sequences.isEmpty() ? FrameFolders.names(annotations.root()) : sequences;
    List<VideoDataset.Video> videos = new ArrayList<>();
    int unmarked = 0;
    for (String name : names) {
      List<VideoDataset.Frame> frames = new ArrayList<>();
      for (Path photo : FrameFolders.photographs(images.resolve(name))) {
        String stem = Items.stem(photo.getFileName().toString());
        Path png = annotations.resolve(name).resolve(stem + ".png");
        if (Files.isRegularFile(png)) {
          SampleInfo info = new SampleInfo(ImageId.of(name + "/" + stem), photo, 0, 0);
          frames.add(new VideoDataset.Frame(info, () -> segments(png)));
        } else {
          unmarked++;
        }
      }
      if (frames.isEmpty()) {
        throw DatasetException.ofFile(
            annotations.resolve(name), "no PNG under the name of a frame of the sequence");
      }
      videos.add(new VideoDataset.Video(name, frames));
    }
    if (videos.isEmpty()) {
      throw DatasetException.ofFile(annotations.root(), "no sequence: expected a folder for each");
    }
    return new VideoDataset(
        "davis " + annotations.root().getFileName(),
        OBJECT,
        Set.of(Task.INSTANCE),
        images.channels(),
        videos,
        unmarked == 0
            ? List.of()
            : List.of("%d frames without annotation: left out".formatted(unmarked)));
  }

  /** The names in a list of DAVIS' {@code ImageSets}. */
  public static List<String> sequences(Path list) {
    return TextFile.lines(list).stream().map(String::strip).filter(l -> !l.isEmpty()).toList();
  }

  private static List<Segment> segments(Path png) {
    LabelMap map = LabelImage.readIndices(png);
    return Arrays.stream(LabelReadings.distinct(map))
        .filter(label -> label != 0 && label != VOID)
        .mapToObj(label -> new Segment(0, false, label, new SegmentMask.Labelled(map, label)))
        .toList();
  }
}
