package org.maskwright.datasets.json;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;

/**
 * Reads the JSON files of videos: YouTube-VIS' annotations and results, which OVIS has too, and
 * panoptic videos as VIPSeg has them. Values are checked as {@link CocoJson} does; segmentations
 * stay small until they become masks.
 *
 * <p><b>Threads</b> each call is on its own.
 */
public final class VideoJson {
  private static final List<String> VIDEO_KEYS =
      List.of("id", "height", "width", "length", "file_names");
  private static final List<String> TRACK_KEYS =
      List.of(
          "id", "video_id", "category_id", "score", "iscrowd", "segmentations", "areas", "bboxes");
  private static final int MOST_FRAMES = 1 << 24;

  private VideoJson() {}

  /**
   * Reads annotations of tracks.
   *
   * @throws DatasetException if the file is not valid JSON, a value has the wrong type or range, an
   *     id occurs twice, or a list is missing
   */
  public static VideoInstances readInstances(Path file) {
    return JsonFile.read(
        file,
        json -> {
          json.startObject("the file");
          SegmentationReader shapes = new SegmentationReader(json);
          List<VideoInfo> videos = new ArrayList<>();
          List<CocoCategory> categories = new ArrayList<>();
          List<VideoTrack> tracks = new ArrayList<>();
          Set<ImageId> videoIds = new HashSet<>();
          Set<Integer> categoryIds = new HashSet<>();
          LongSet trackIds = new LongSet();
          boolean annotated = false;
          for (String key = json.nextKey(); key != null; key = json.nextKey()) {
            switch (key) {
              case "videos" -> CocoJson.section(json, key, () -> videos.add(video(json, videoIds)));
              case "categories" ->
                  CocoJson.section(
                      json, key, () -> categories.add(CocoJson.category(json, categoryIds)));
              case "annotations" -> {
                annotated = true;
                if (json.isNull()) {
                  throw json.error(
                      "annotations: expected a list, got null: a test set without ground truth");
                }
                CocoJson.section(json, key, () -> tracks.add(annotation(json, shapes, trackIds)));
              }
              default -> json.skip();
            }
          }
          if (!annotated) {
            throw new DatasetException("expected \"annotations\", found none");
          }
          require(videos, "videos");
          require(categories, "categories");
          return new VideoInstances(videos, categories, tracks);
        });
  }

  private static void require(List<?> list, String key) {
    if (list.isEmpty()) {
      throw new DatasetException("expected \"" + key + "\", found none");
    }
  }

  /**
   * Reads a results file, a list of tracks, which are in the file's order.
   *
   * @throws DatasetException as {@link #readInstances}
   */
  public static List<VideoTrack> readResults(Path file) {
    return JsonFile.read(
        file,
        json -> {
          SegmentationReader shapes = new SegmentationReader(json);
          List<VideoTrack> tracks = new ArrayList<>();
          CocoJson.each(
              json,
              "the file",
              () -> {
                int number = tracks.size() + 1;
                TrackFields fields = new TrackFields();
                try {
                  fields.read(json, shapes, "result " + number);
                  fields.require(json, fields.score, "score");
                  tracks.add(fields.track(number));
                } catch (DatasetException e) {
                  throw new DatasetException(
                      "result %d: %s".formatted(number, fields.located(e).problem()));
                }
              });
          return tracks;
        });
  }

  private static VideoInfo video(JsonFile json, Set<ImageId> seen) throws IOException {
    json.startObject("video");
    ImageId id = null;
    int height = 0;
    int width = 0;
    int length = -1;
    int keys = 0;
    List<String> names = new ArrayList<>();
    try {
      for (String key = json.nextKey(); key != null; key = json.nextKey()) {
        keys = json.once(keys, VIDEO_KEYS, key);
        switch (key) {
          case "id" -> id = json.imageId("video id");
          case "height" -> height = json.integer(key, 1, SegmentationReader.MAX_SIDE);
          case "width" -> width = json.integer(key, 1, SegmentationReader.MAX_SIDE);
          case "length" -> length = json.integer(key, 0, MOST_FRAMES);
          case "file_names" ->
              CocoJson.each(json, "file_names", () -> names.add(json.text("file_names")));
          default -> json.skip();
        }
      }
      if (id == null) {
        throw json.error("a video without \"id\"");
      }
      if (height == 0 || width == 0) {
        throw json.error("a video without \"height\" or \"width\"");
      }
      if (length >= 0 && !names.isEmpty() && names.size() != length) {
        throw json.error(
            "a video of length %d with %d \"file_names\"".formatted(length, names.size()));
      }
    } catch (DatasetException e) {
      throw id == null ? e : new DatasetException("video " + id + ": " + e.problem());
    }
    if (!seen.add(id)) {
      throw json.error("video id " + id + " occurs twice");
    }
    return new VideoInfo(id, height, width, length < 0 ? names.size() : length, names);
  }

  private static VideoTrack annotation(JsonFile json, SegmentationReader shapes, LongSet seen)
      throws IOException {
    TrackFields fields = new TrackFields();
    try {
      fields.read(json, shapes, "annotation");
      fields.require(json, fields.id, "id");
      if (!seen.add(fields.id)) {
        throw json.error("annotation id " + fields.id + " occurs twice");
      }
      fields.score = 1.0;
      return fields.track(fields.id);
    } catch (DatasetException e) {
      throw fields.located(e);
    }
  }

  /** The fields of a track, as they are met. */
  private static final class TrackFields {
    private Long id;
    private ImageId videoId;
    private Integer categoryId;
    private Double score;
    private boolean crowd;
    private List<Segmentation> masks;
    private double meanArea = Double.NaN;

    void read(JsonFile json, SegmentationReader shapes, String what) throws IOException {
      json.startObject(what);
      int seen = 0;
      for (String key = json.nextKey(); key != null; key = json.nextKey()) {
        seen = json.once(seen, TRACK_KEYS, key);
        switch (key) {
          case "id" -> id = json.integer(key);
          case "video_id" -> videoId = json.imageId(key);
          case "category_id" ->
              categoryId = json.integer(key, Integer.MIN_VALUE, Integer.MAX_VALUE);
          case "score" -> score = json.number(key);
          case "iscrowd" -> crowd = json.flag(key);
          case "segmentations" -> masks = masks(json, shapes);
          case "areas" -> meanArea = meanArea(json);
          default -> json.skip();
        }
      }
      require(json, videoId, "video_id");
      require(json, categoryId, "category_id");
      require(json, masks, "segmentations");
    }

    private static List<Segmentation> masks(JsonFile json, SegmentationReader shapes)
        throws IOException {
      List<Segmentation> masks = new ArrayList<>();
      CocoJson.each(
          json,
          "segmentations",
          () -> {
            try {
              Segmentation mask = shapes.segmentation();
              masks.add(mask == null || mask.isEmpty() ? null : mask);
            } catch (DatasetException e) {
              throw new DatasetException("frame " + masks.size() + ": " + e.problem());
            }
          });
      return masks;
    }

    /** Of those that are given and not 0, summed in their order. */
    private static double meanArea(JsonFile json) throws IOException {
      double[] sum = new double[1];
      int[] count = new int[1];
      CocoJson.each(
          json,
          "areas",
          () -> {
            double area = json.isNull() ? 0 : json.number("areas");
            if (area < 0) {
              throw json.error("areas: expected 0 or more, got " + area);
            }
            sum[0] += area;
            count[0] += area > 0 ? 1 : 0;
          });
      return count[0] == 0 ? 0 : sum[0] / count[0];
    }

    void require(JsonFile json, Object value, String field) {
      if (value == null) {
        throw json.error("expected \"" + field + "\" in every track, found none");
      }
    }

    VideoTrack track(long number) {
      return new VideoTrack(number, videoId, categoryId, score, crowd, masks, meanArea);
    }

    DatasetException located(DatasetException e) {
      String video = videoId == null ? "" : "video " + videoId + ", ";
      String track = id == null ? "a track: " : "track " + id + ": ";
      return new DatasetException(video + track + e.problem());
    }
  }

  /**
   * Reads panoptic videos, ground truth or results. Frames are grouped by video in the file, as in
   * VIPSeg: {@code annotations[{video_id, annotations[{file_name, segments_info}]}]}; their file
   * names are prefixed with the video's, which is the PNGs' folder.
   *
   * @throws DatasetException as {@link #readInstances}
   */
  public static PanopticVideos readPanoptic(Path file) {
    return JsonFile.read(
        file,
        json -> {
          json.startObject("the file");
          List<CocoCategory> categories = new ArrayList<>();
          Set<Integer> categoryIds = new HashSet<>();
          Map<ImageId, List<String>> names = new HashMap<>();
          List<PanopticVideo> videos = new ArrayList<>();
          Set<ImageId> videoIds = new HashSet<>();
          SegmentationReader shapes = new SegmentationReader(json);
          boolean annotated = false;
          for (String key = json.nextKey(); key != null; key = json.nextKey()) {
            switch (key) {
              case "videos" -> CocoJson.section(json, key, () -> frameNames(json, names));
              case "categories" ->
                  CocoJson.section(
                      json, key, () -> categories.add(CocoJson.category(json, categoryIds)));
              case "annotations" -> {
                annotated = true;
                CocoJson.section(
                    json, key, () -> videos.add(panopticVideo(json, shapes, videoIds)));
              }
              default -> json.skip();
            }
          }
          if (!annotated) {
            throw new DatasetException("expected \"annotations\", found none");
          }
          return new PanopticVideos(
              categories, videos.stream().map(video -> named(video, names)).toList());
        });
  }

  private static void frameNames(JsonFile json, Map<ImageId, List<String>> names)
      throws IOException {
    json.startObject("video");
    ImageId id = null;
    List<String> frames = new ArrayList<>();
    for (String key = json.nextKey(); key != null; key = json.nextKey()) {
      switch (key) {
        case "video_id" -> id = json.imageId(key);
        case "images" ->
            CocoJson.each(
                json,
                key,
                () -> {
                  json.startObject("image");
                  for (String field = json.nextKey(); field != null; field = json.nextKey()) {
                    if (field.equals("file_name")) {
                      frames.add(json.text(field));
                    } else {
                      json.skip();
                    }
                  }
                });
        default -> json.skip();
      }
    }
    if (id == null) {
      throw json.error("a video without \"video_id\"");
    }
    if (names.put(id, frames) != null) {
      throw json.error("video id " + id + " occurs twice");
    }
  }

  private static PanopticVideo panopticVideo(
      JsonFile json, SegmentationReader shapes, Set<ImageId> seen) throws IOException {
    json.startObject("annotation");
    ImageId id = null;
    List<PanopticAnnotation> frames = new ArrayList<>();
    boolean found = false;
    for (String key = json.nextKey(); key != null; key = json.nextKey()) {
      switch (key) {
        case "video_id" -> id = json.imageId(key);
        case "annotations" -> {
          found = true;
          CocoJson.each(json, key, () -> frames.add(frame(json, shapes, frames.size())));
        }
        default -> json.skip();
      }
    }
    if (id == null || !found) {
      throw json.error(
          "an annotation without \"video_id\" or \"annotations\": expected the frames of a video");
    }
    if (!seen.add(id)) {
      throw json.error("a second annotation of the video " + id);
    }
    return new PanopticVideo(id, frames);
  }

  private static PanopticAnnotation frame(JsonFile json, SegmentationReader shapes, int number)
      throws IOException {
    json.startObject("frame");
    String name = "";
    List<PanopticSegment> segments = new ArrayList<>();
    for (String key = json.nextKey(); key != null; key = json.nextKey()) {
      switch (key) {
        case "file_name" -> name = json.text(key);
        case "segments_info" -> CocoJson.segments(json, shapes, segments);
        default -> json.skip();
      }
    }
    return new PanopticAnnotation(ImageId.of(number), name, segments);
  }

  /**
   * The names of the file's list of videos are the PNGs'; those of the annotations may end in jpg.
   */
  private static PanopticVideo named(PanopticVideo video, Map<ImageId, List<String>> names) {
    List<String> listed = names.getOrDefault(video.id(), List.of());
    if (!listed.isEmpty() && listed.size() != video.frames().size()) {
      throw new DatasetException(
          "video %s: %d images with annotations of %d"
              .formatted(video.id(), listed.size(), video.frames().size()));
    }
    List<PanopticAnnotation> frames = new ArrayList<>();
    for (int t = 0; t < video.frames().size(); t++) {
      PanopticAnnotation frame = video.frames().get(t);
      String name = listed.isEmpty() ? frame.fileName() : listed.get(t);
      if (name.isEmpty()) {
        throw new DatasetException(
            "video %s: frame %d without \"file_name\"".formatted(video.id(), t));
      }
      String png = name.replaceFirst("\\.[^./]*$", "") + ".png";
      frames.add(new PanopticAnnotation(frame.imageId(), video.id() + "/" + png, frame.segments()));
    }
    return new PanopticVideo(video.id(), frames);
  }
}
