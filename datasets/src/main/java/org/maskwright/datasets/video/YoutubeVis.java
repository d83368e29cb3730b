package org.maskwright.datasets.video;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.Segmentation;
import org.maskwright.datasets.json.VideoInfo;
import org.maskwright.datasets.json.VideoInstances;
import org.maskwright.datasets.json.VideoJson;
import org.maskwright.datasets.json.VideoTrack;
import org.maskwright.datasets.mask.Rle;

/**
 * Opens YouTube-VIS' annotations (2019, 2021, 2022) and OVIS', which has the same form: a JSON file
 * and a folder of frames, named by {@code file_names}.
 *
 * <p>Categories are numbered 0..K-1 by rising id.
 */
public final class YoutubeVis {
  private YoutubeVis() {}

  /**
   * Opens an annotation file.
   *
   * @param problems is given the tracks that refer to nothing or have a mask too few or too many,
   *     which are left out if it returns
   * @throws DatasetException if the file is missing or not valid, or a video names no frames
   */
  public static VideoDataset open(
      Path json, DataFolder images, Consumer<DatasetException> problems) {
    VideoInstances content = VideoJson.readInstances(json);
    List<CocoCategory> sorted = new ArrayList<>(content.categories());
    sorted.sort(Comparator.comparingInt(CocoCategory::id));
    Categories categories =
        Categories.of(
            sorted.stream().map(c -> new Category(c.id(), c.name(), true, c.rgb())).toList());
    Map<ImageId, List<VideoTrack>> tracks = new HashMap<>();
    Map<ImageId, VideoInfo> videos = new HashMap<>();
    content.videos().forEach(video -> videos.put(video.id(), video));
    for (VideoTrack track : content.tracks()) {
      String wrong = wrong(track, videos.get(track.videoId()), categories);
      if (wrong.isEmpty()) {
        tracks.computeIfAbsent(track.videoId(), id -> new ArrayList<>()).add(track);
      } else {
        problems.accept(
            DatasetException.ofFile(
                json, "video %s, track %d: %s".formatted(track.videoId(), track.id(), wrong)));
      }
    }
    List<VideoDataset.Video> out = new ArrayList<>();
    for (VideoInfo video : content.videos()) {
      if (video.fileNames().isEmpty()) {
        throw DatasetException.ofFile(
            json, "video %s without \"file_names\"".formatted(video.id()));
      }
      List<VideoTrack> of = tracks.getOrDefault(video.id(), List.of());
      out.add(
          new VideoDataset.Video(
              video.id().toString(), frames(video, of, images, categories, json)));
    }
    return new VideoDataset(
        "youtube-vis " + json.getFileName(),
        categories,
        Set.of(Task.INSTANCE),
        images.channels(),
        out,
        List.of());
  }

  private static String wrong(VideoTrack track, VideoInfo video, Categories categories) {
    if (video == null) {
      return "expected a video of \"videos\"";
    }
    if (categories.indexOf(track.categoryId()) < 0) {
      return "category %d: expected one of \"categories\"".formatted(track.categoryId());
    }
    return track.masks().size() == video.length()
        ? ""
        : "segmentations: expected %d, one a frame, got %d"
            .formatted(video.length(), track.masks().size());
  }

  private static List<VideoDataset.Frame> frames(
      VideoInfo video,
      List<VideoTrack> tracks,
      DataFolder images,
      Categories categories,
      Path json) {
    List<VideoDataset.Frame> frames = new ArrayList<>();
    for (int t = 0; t < video.length(); t++) {
      String name = video.fileNames().get(t);
      SampleInfo info =
          new SampleInfo(ImageId.of(name), images.resolve(name), video.width(), video.height());
      int frame = t;
      frames.add(
          new VideoDataset.Frame(info, () -> segments(video, tracks, frame, categories, json)));
    }
    return frames;
  }

  private static List<Segment> segments(
      VideoInfo video, List<VideoTrack> tracks, int frame, Categories categories, Path json) {
    List<Segment> segments = new ArrayList<>();
    for (VideoTrack track : tracks) {
      Segmentation shape = track.masks().get(frame);
      if (shape == null) {
        continue;
      }
      try {
        Rle mask = shape.toRle(video.height(), video.width());
        segments.add(
            new Segment(
                categories.indexOf(track.categoryId()),
                track.crowd(),
                track.id(),
                new SegmentMask.Runs(mask)));
      } catch (IllegalArgumentException e) {
        throw new DatasetException(e.getMessage(), e).inFile(json).forAnnotation(track.id());
      }
    }
    return segments;
  }
}
