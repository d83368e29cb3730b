package org.maskwright.datasets.videometrics;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.VideoInfo;
import org.maskwright.datasets.json.VideoInstances;
import org.maskwright.datasets.json.VideoJson;
import org.maskwright.datasets.json.VideoTrack;
import org.maskwright.datasets.mask.Tube;
import org.maskwright.datasets.metrics.ClassTruth;
import org.maskwright.datasets.metrics.CocoMetrics;
import org.maskwright.datasets.metrics.Scored;
import org.maskwright.datasets.metrics.TubeEvaluator;
import org.maskwright.datasets.metrics.TubeEvaluator.FoundTrack;
import org.maskwright.datasets.metrics.TubeEvaluator.TrueTrack;

/**
 * YouTube-VIS' evaluation of its files: annotations (of OVIS too) and results. Masks are decoded
 * video by video on all cores.
 */
public final class TubeFiles {
  private final Path resultsFile;
  private final Path truthFile;
  private final VideoInstances truth;
  private final Map<ImageId, List<VideoTrack>> truths = new HashMap<>();
  private final Map<ImageId, List<VideoTrack>> results = new HashMap<>();
  private final List<String> warnings = new ArrayList<>();

  private TubeFiles(Path truthFile, Path resultsFile) {
    this.truthFile = truthFile;
    this.resultsFile = resultsFile;
    truth = VideoJson.readInstances(truthFile);
    truth.videos().forEach(video -> truths.put(video.id(), new ArrayList<>()));
    Set<Integer> categories = new HashSet<>();
    truth.categories().forEach(c -> categories.add(c.id()));
    int strays = 0;
    int unknown = 0;
    int withoutAreas = 0;
    int zeros = 0;
    int empty = 0;
    for (VideoTrack track : truth.tracks()) {
      List<VideoTrack> ofVideo = truths.get(track.videoId());
      if (ofVideo == null) {
        strays++;
        continue;
      }
      ofVideo.add(track);
      unknown += categories.contains(track.categoryId()) ? 0 : 1;
      withoutAreas += Double.isNaN(track.meanArea()) ? 1 : 0;
      zeros += track.id() == 0 && !track.crowd() ? 1 : 0;
      empty += track.masks().stream().allMatch(mask -> mask == null) ? 1 : 0;
    }
    warn(truthFile, strays, "annotations of videos not in \"videos\": left out");
    warn(truthFile, unknown, "annotations of categories not in \"categories\": left out");
    warn(truthFile, withoutAreas, "annotations without \"areas\": their pixels are counted");
    warn(truthFile, empty, "annotations without a mask in any frame, which nothing can match");
    warn(
        truthFile,
        zeros,
        "annotation with the id 0: by the official rule a track that matches it counts as wrong, which lowers AP; number from 1");
    List<VideoTrack> found = VideoJson.readResults(resultsFile);
    warn(resultsFile, found.isEmpty() ? 1 : 0, "file without a result: all metrics are 0");
    int unlisted = 0;
    for (VideoTrack track : found) {
      if (!truths.containsKey(track.videoId())) {
        throw DatasetException.ofFile(
            resultsFile,
            "result %d: video %s, expected one of the ground truth's \"videos\""
                .formatted(track.id(), track.videoId()));
      }
      unlisted += categories.contains(track.categoryId()) ? 0 : 1;
      results.computeIfAbsent(track.videoId(), id -> new ArrayList<>()).add(track);
    }
    warn(resultsFile, unlisted, "results of categories not in the ground truth: left out");
  }

  private void warn(Path file, int count, String what) {
    if (count > 0) {
      warnings.add(file + ": " + count + " " + what);
    }
  }

  /**
   * Scores every video of the truth. Of the classes, {@code images} counts videos and {@code
   * segments} tracks.
   *
   * @throws DatasetException if a file is wrong, or a result is of an unknown video, of another
   *     number of frames or of another size
   */
  public static Scored<CocoMetrics> score(Path truth, Path results) {
    TubeFiles files = new TubeFiles(truth, results);
    TubeEvaluator evaluator =
        new TubeEvaluator(files.truth.categories().stream().map(CocoCategory::id).toList());
    files.truth.videos().parallelStream()
        .forEach(video -> evaluator.add(video.id(), files.truths(video), files.results(video)));
    return new Scored<>(evaluator.result(), files.classes(), files.warnings);
  }

  private List<TrueTrack> truths(VideoInfo video) {
    List<TrueTrack> out = new ArrayList<>();
    try {
      for (VideoTrack track : truths.get(video.id())) {
        Tube tube = track.tube(video);
        double area = Double.isNaN(track.meanArea()) ? tube.meanArea() : track.meanArea();
        out.add(new TrueTrack(track.id(), track.categoryId(), tube, area, track.crowd()));
      }
    } catch (DatasetException e) {
      throw e.inFile(truthFile);
    }
    return out;
  }

  private List<FoundTrack> results(VideoInfo video) {
    List<FoundTrack> out = new ArrayList<>();
    try {
      for (VideoTrack track : results.getOrDefault(video.id(), List.of())) {
        out.add(new FoundTrack(track.categoryId(), track.score(), track.tube(video)));
      }
    } catch (DatasetException e) {
      throw e.inFile(resultsFile);
    }
    return out;
  }

  private SortedMap<Integer, ClassTruth> classes() {
    SortedMap<Integer, ClassTruth> classes = new TreeMap<>();
    for (CocoCategory c : truth.categories()) {
      List<VideoTrack> tracks =
          truths.values().stream()
              .flatMap(List::stream)
              .filter(track -> track.categoryId() == c.id() && !track.crowd())
              .toList();
      long videos = tracks.stream().map(VideoTrack::videoId).distinct().count();
      classes.put(c.id(), new ClassTruth(c.name(), videos, tracks.size()));
    }
    return classes;
  }
}
