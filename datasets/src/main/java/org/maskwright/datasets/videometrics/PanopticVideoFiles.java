package org.maskwright.datasets.videometrics;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.image.LabelReader;
import org.maskwright.datasets.json.PanopticAnnotation;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.json.PanopticVideo;
import org.maskwright.datasets.json.PanopticVideos;
import org.maskwright.datasets.json.VideoJson;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.metrics.PanopticEvaluator;
import org.maskwright.datasets.metrics.PanopticMetrics;

/**
 * Video panoptic quality, and segmentation and tracking quality, of a JSON file and a folder of
 * PNGs on each side, as VIPSeg has them.
 *
 * <p><b>Maths</b> VPQ of k frames is panoptic quality of k frames on top of each other, for every
 * window of k frames next to each other: a segment is a tube, its areas are added up, and its
 * category is that of the first frame of the window that has it. VPQ is the mean over the k.
 *
 * <p><b>Source</b> Video Panoptic Segmentation (arXiv 2006.11339), eval_vpq.py of VPSNet and of
 * VIPSeg.
 *
 * <p><b>Memory</b> as many frames as the longest window.
 */
public final class PanopticVideoFiles {
  /** The numbers of frames of VPSNet's evaluation. VIPSeg's are 1, 2, 4, 6. */
  public static final List<Integer> WINDOWS = List.of(1, 2, 3, 4);

  private final PanopticVideos truth;
  private final Map<ImageId, PanopticVideo> predictions = new HashMap<>();
  private final Path truthJson;
  private final Path predictedJson;
  private final DataFolder truthFolder;
  private final DataFolder predictedFolder;
  private final List<String> warnings = new ArrayList<>();

  /**
   * Reads the JSON files.
   *
   * @throws DatasetException if one is wrong, or a video has no predictions or not as many frames
   */
  public PanopticVideoFiles(
      Path truthJson, Path truthFolder, Path predictedJson, Path predictedFolder) {
    this.truthJson = truthJson;
    this.predictedJson = predictedJson;
    this.truthFolder = DataFolder.of(truthFolder);
    this.predictedFolder = DataFolder.of(predictedFolder);
    truth = VideoJson.readPanoptic(truthJson);
    if (truth.categories().isEmpty()) {
      throw DatasetException.ofFile(truthJson, "expected \"categories\", found none");
    }
    VideoJson.readPanoptic(predictedJson)
        .videos()
        .forEach(video -> predictions.put(video.id(), video));
    for (PanopticVideo video : truth.videos()) {
      PanopticVideo found = predictions.get(video.id());
      if (found == null) {
        throw DatasetException.ofFile(predictedJson, "no prediction for the video " + video.id());
      }
      if (found.frames().size() != video.frames().size()) {
        throw DatasetException.ofFile(
            predictedJson,
            "video %s: %d frames, expected %d as the ground truth"
                .formatted(video.id(), found.frames().size(), video.frames().size()));
      }
      warnOfChanges(truthJson, video);
      warnOfChanges(predictedJson, found);
    }
  }

  private void warnOfChanges(Path file, PanopticVideo video) {
    Map<Integer, Integer> categories = new HashMap<>();
    TreeSet<Integer> changing = new TreeSet<>();
    for (PanopticAnnotation frame : video.frames()) {
      for (PanopticSegment segment : frame.segments()) {
        Integer before = categories.putIfAbsent(segment.id(), segment.categoryId());
        if (before != null && before != segment.categoryId()) {
          changing.add(segment.id());
        }
      }
    }
    if (!changing.isEmpty()) {
      warnings.add(
          "%s: video %s: %d ids change their category (the first is %d); by the official rule a tube has that of its first frame"
              .formatted(file, video.id(), changing.size(), changing.first()));
    }
  }

  /** What was odd about the files so far. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /**
   * VPQ of each number of frames. Windows longer than a video are not counted.
   *
   * @param windows numbers of frames, each at least 1
   * @throws DatasetException if a PNG is missing, damaged, of another size, or does not hold the
   *     ids of its JSON
   */
  public SortedMap<Integer, PanopticMetrics> quality(List<Integer> windows) {
    SortedMap<Integer, PanopticEvaluator> evaluators = new TreeMap<>();
    windows.forEach(k -> evaluators.put(k, evaluator()));
    evaluators.computeIfAbsent(1, k -> evaluator()); // which checks each frame
    long[] number = new long[1];
    for (PanopticVideo video : truth.videos()) {
      Windows of = new Windows(evaluators, number);
      each(video, of::add);
    }
    evaluators
        .get(1)
        .wrongAreas()
        .ifPresent(wrong -> warnings.add(truthJson + ": frames as images: " + wrong));
    SortedMap<Integer, PanopticMetrics> results = new TreeMap<>();
    windows.forEach(k -> results.put(k, evaluators.get(k).result()));
    return results;
  }

  private PanopticEvaluator evaluator() {
    return new PanopticEvaluator(truth.categories(), PanopticEvaluator.Overlap.SEGMENT);
  }

  /**
   * STQ of all videos, and of each.
   *
   * @throws DatasetException as {@link #quality}
   */
  public StqEvaluator trackingQuality() {
    StqEvaluator evaluator = new StqEvaluator(truth.categories());
    for (PanopticVideo video : truth.videos()) {
      each(
          video,
          frame ->
              evaluator.add(
                  video.id().toString(),
                  frame.truthIds,
                  frame.truths,
                  frame.predictedIds,
                  frame.predictions));
    }
    return evaluator;
  }

  /** A frame of both sides; the maps are nobody else's. */
  private record Frame(
      LabelMap truthIds,
      List<PanopticSegment> truths,
      LabelMap predictedIds,
      List<PanopticSegment> predictions) {}

  @FunctionalInterface
  private interface FrameWork {
    void accept(Frame frame);
  }

  private void each(PanopticVideo video, FrameWork work) {
    List<PanopticAnnotation> found = predictions.get(video.id()).frames();
    LabelReader reader = new LabelReader();
    int height = 0;
    int width = 0;
    for (int t = 0; t < found.size(); t++) {
      PanopticAnnotation wanted = video.frames().get(t);
      Path truthPng = png(truthJson, truthFolder, wanted);
      Path predictedPng = png(predictedJson, predictedFolder, found.get(t));
      try {
        LabelMap truthIds =
            height == 0 ? reader.read(truthPng) : reader.read(truthPng, height, width);
        height = truthIds.height();
        width = truthIds.width();
        int[] truthLabels = truthIds.labels().clone();
        int[] predictedLabels = reader.read(predictedPng, height, width).labels().clone();
        work.accept(
            new Frame(
                new LabelMap(height, width, truthLabels),
                wanted.segments(),
                new LabelMap(height, width, predictedLabels),
                found.get(t).segments()));
      } catch (DatasetException e) {
        throw e.forImage("%s, frame %d".formatted(video.id(), t)).inFile(predictedPng);
      }
    }
  }

  private static Path png(Path json, DataFolder folder, PanopticAnnotation frame) {
    try {
      return folder.existing(frame.fileName());
    } catch (DatasetException e) {
      throw e.inFile(json);
    }
  }

  /** The last frames of a video, on top of each other for each evaluator. */
  private static final class Windows {
    private final SortedMap<Integer, PanopticEvaluator> evaluators;
    private final long[] number;
    private final List<Frame> last = new ArrayList<>();

    /**
     * @param number of the next window, which is its id
     */
    Windows(SortedMap<Integer, PanopticEvaluator> evaluators, long[] number) {
      this.evaluators = evaluators;
      this.number = number;
    }

    void add(Frame frame) {
      if (last.size() == evaluators.lastKey()) {
        last.remove(0);
      }
      last.add(frame);
      evaluators.forEach(
          (k, evaluator) -> {
            if (last.size() >= k) {
              add(evaluator, last.subList(last.size() - k, last.size()));
            }
          });
      number[0]++;
    }

    private void add(PanopticEvaluator evaluator, List<Frame> frames) {
      evaluator.add(
          ImageId.of(number[0]),
          stacked(frames.stream().map(Frame::truthIds).toList()),
          tubes(frames.stream().map(Frame::truths).toList()),
          stacked(frames.stream().map(Frame::predictedIds).toList()),
          tubes(frames.stream().map(Frame::predictions).toList()));
    }

    private static LabelMap stacked(List<LabelMap> maps) {
      LabelMap first = maps.get(0);
      int pixels = first.height() * first.width();
      int[] all = Arrays.copyOf(first.labels(), Math.multiplyExact(pixels, maps.size()));
      for (int t = 1; t < maps.size(); t++) {
        System.arraycopy(maps.get(t).labels(), 0, all, t * pixels, pixels);
      }
      return new LabelMap(first.height() * maps.size(), first.width(), all);
    }

    /** Segments of one id as one, with the first's category. */
    private static List<PanopticSegment> tubes(List<List<PanopticSegment>> frames) {
      Map<Integer, PanopticSegment> tubes = new LinkedHashMap<>();
      for (List<PanopticSegment> segments : frames) {
        for (PanopticSegment s : segments) {
          tubes.merge(
              s.id(),
              s,
              (a, b) ->
                  new PanopticSegment(a.id(), a.categoryId(), a.crowd(), sum(a.area(), b.area())));
        }
      }
      return List.copyOf(tubes.values());
    }

    /** -1, which is none, where one has none. */
    private static long sum(long a, long b) {
      return a < 0 || b < 0 ? -1 : a + b;
    }
  }
}
