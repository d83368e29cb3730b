package org.maskwright.datasets.video;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.maskwright.datasets.coco.CocoCategories;
import org.maskwright.datasets.image.LabelImage;
import org.maskwright.datasets.json.PanopticAnnotation;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.json.PanopticVideo;
import org.maskwright.datasets.json.PanopticVideos;
import org.maskwright.datasets.json.VideoJson;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Opens panoptic videos as VIPSeg has them: a JSON file, PNGs of segment ids in {@code
 * VIDEO/FRAME.png}, photographs in {@code VIDEO/FRAME.jpg}.
 */
public final class PanopticVideoFrames {
  private static final List<String> ENDINGS = List.of(".jpg", ".jpeg", ".png");

  private PanopticVideoFrames() {}

  /**
   * Opens an annotation file.
   *
   * @throws DatasetException if it is missing or not valid, has no categories or no videos, or a
   *     photograph is missing
   */
  public static VideoDataset open(Path json, DataFolder pngs, DataFolder images) {
    PanopticVideos content = VideoJson.readPanoptic(json);
    if (content.categories().isEmpty() || content.videos().isEmpty()) {
      throw DatasetException.ofFile(json, "expected \"categories\" and \"annotations\" of videos");
    }
    Categories categories = CocoCategories.byId(content.categories(), json);
    List<VideoDataset.Video> videos = new ArrayList<>();
    for (PanopticVideo video : content.videos()) {
      List<VideoDataset.Frame> frames = new ArrayList<>();
      for (PanopticAnnotation frame : video.frames()) {
        Path png = pngs.resolve(frame.fileName());
        String stem = frame.fileName().substring(0, frame.fileName().length() - ".png".length());
        SampleInfo info = new SampleInfo(ImageId.of(stem), photograph(images, stem), 0, 0);
        frames.add(new VideoDataset.Frame(info, () -> segments(frame, png, categories, json)));
      }
      videos.add(new VideoDataset.Video(video.id().toString(), frames));
    }
    return new VideoDataset(
        "panoptic-video " + json.getFileName(),
        categories,
        Set.of(Task.values()),
        images.channels(),
        videos,
        List.of());
  }

  private static Path photograph(DataFolder images, String stem) {
    return ENDINGS.stream()
        .map(ending -> images.resolve(stem + ending))
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseGet(() -> images.resolve(stem + ENDINGS.get(0))); // reading it tells
  }

  private static List<Segment> segments(
      PanopticAnnotation frame, Path png, Categories categories, Path json) {
    LabelMap map = LabelImage.readIds(png);
    List<Segment> segments = new ArrayList<>();
    for (PanopticSegment s : frame.segments()) {
      int index = categories.indexOf(s.categoryId());
      if (index < 0) {
        throw DatasetException.ofFile(
                json, "category %d: expected one of \"categories\"".formatted(s.categoryId()))
            .forAnnotation("segment " + s.id());
      }
      segments.add(new Segment(index, s.crowd(), s.id(), new SegmentMask.Labelled(map, s.id())));
    }
    return segments;
  }
}
