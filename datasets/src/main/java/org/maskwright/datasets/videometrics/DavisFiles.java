package org.maskwright.datasets.videometrics;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.image.LabelReader;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.metrics.LinearAssignment;
import org.maskwright.datasets.video.FrameFolders;
import org.maskwright.datasets.videometrics.DavisScores.OfObject;
import org.maskwright.datasets.videometrics.DavisScores.Statistics;

/**
 * DAVIS' J and F of two folders, in each a folder of PNGs for each sequence: indices of objects, 0
 * nothing, 255 void. As many objects count as the first frame of the truth has.
 *
 * <p><b>Source</b> davis2017-evaluation. <b>Differs:</b> sequences of more than 256 frames, whose
 * quarters there wrap around in a byte, have their quarters here; a sequence whose first frame has
 * no object is refused by name.
 */
public final class DavisFiles {
  /** Which of DAVIS' two tasks the results are of. */
  public enum Protocol {
    /**
     * The objects of the first frame are given: a result's numbers are the truth's. The first and
     * the last frame do not count; void counts as background.
     */
    SEMI_SUPERVISED,
    /**
     * At most 20 tracks under any numbers, each object with the one that goes best with it. All
     * frames count; void does not.
     */
    UNSUPERVISED
  }

  private static final int VOID = 255;
  private static final int NO_VOID = -1;
  private static final int MOST_PROPOSALS = 20;
  private static final double HALF = 0.5;
  private static final int QUARTERS = 4;
  private static final double NUDGE = 1e-10; // the official rounding's

  private DavisFiles() {}

  /**
   * Scores sequences, on all cores, a frame of each a core in memory.
   *
   * @param sequences names of folders; all of the truth's where there are none
   * @throws DatasetException if a file is missing, damaged or of another size, or there are more
   *     objects than the protocol allows
   */
  public static DavisScores score(
      Path truth, Path predictions, Protocol protocol, List<String> sequences) {
    List<String> names = sequences.isEmpty() ? FrameFolders.names(truth) : sequences;
    if (names.isEmpty()) {
      throw DatasetException.ofFile(
          truth, "no sequence: expected a folder of PNGs for each in this folder");
    }
    List<List<OfObject>> found =
        names.parallelStream()
            .map(name -> new Sequence(name, truth, predictions, protocol).objects())
            .toList();
    return new DavisScores(found.stream().flatMap(List::stream).toList());
  }

  /** The statistics of the values of a sequence's frames. */
  static Statistics statistics(double[] values) {
    double mean = mean(values, 0, values.length);
    double recall = (double) Arrays.stream(values).filter(v -> v > HALF).count() / values.length;
    int[] ends = new int[QUARTERS + 1];
    for (int i = 0; i <= QUARTERS; i++) {
      double at = 1 + i * ((values.length - 1) / (double) QUARTERS);
      ends[i] = (int) Math.rint(at + NUDGE) - 1;
    }
    double decay =
        mean(values, ends[0], ends[1] + 1) - mean(values, ends[QUARTERS - 1], ends[QUARTERS] + 1);
    return new Statistics(mean, recall, decay);
  }

  private static double mean(double[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return sum / (to - from);
  }

  /** One sequence. */
  private static final class Sequence {
    private final String name;
    private final Path predictions;
    private final Protocol protocol;
    private final List<Path> frames;
    private final LabelReader truthMaps = new LabelReader();
    private final LabelReader predictedMaps = new LabelReader();
    private final int objects;
    private final int height;
    private final int width;

    Sequence(String name, Path truth, Path predictions, Protocol protocol) {
      this.name = name;
      this.predictions = predictions;
      this.protocol = protocol;
      List<Path> all = FrameFolders.pngs(truth.resolve(name));
      LabelMap first = truthMaps.readIndices(all.get(0));
      objects = Arrays.stream(first.labels()).filter(label -> label != VOID).max().orElse(0);
      height = first.height();
      width = first.width();
      if (objects == 0) {
        throw DatasetException.ofFile(
            all.get(0),
            "the first frame of the truth has no object, expected indices 1, 2, ..."
                + " (255 is void: of DAVIS 2016's masks write 1 in its place)");
      }
      boolean ends = protocol == Protocol.UNSUPERVISED;
      if (!ends && all.size() < 3) {
        throw DatasetException.ofFile(
            truth.resolve(name),
            "%d frames, expected at least 3: the first and the last do not count"
                .formatted(all.size()));
      }
      frames = ends ? all : all.subList(1, all.size() - 1);
    }

    List<OfObject> objects() {
      return protocol == Protocol.SEMI_SUPERVISED ? given() : proposed();
    }

    private Path predicted(int t) {
      Path file = predictions.resolve(name).resolve(frames.get(t).getFileName().toString());
      if (!Files.isRegularFile(file)) {
        throw DatasetException.ofFile(file, "no prediction of this frame");
      }
      return file;
    }

    private LabelMap truth(int t) {
      LabelMap map = truthMaps.readIndices(frames.get(t));
      require(map, frames.get(t), "the first frame");
      return map;
    }

    private LabelMap prediction(int t, int most, String why) {
      Path file = predicted(t);
      LabelMap map = predictedMaps.readIndices(file);
      require(map, file, "the ground truth");
      int largest = Arrays.stream(map.labels()).max().orElse(0);
      if (largest > most) {
        throw DatasetException.ofFile(
            file, "object %d, expected at most %d: %s".formatted(largest, most, why));
      }
      return map;
    }

    private void require(LabelMap map, Path file, String as) {
      if (map.height() != height || map.width() != width) {
        throw DatasetException.ofFile(
            file,
            "%d x %d pixels, expected %d x %d as %s"
                .formatted(map.width(), map.height(), width, height, as));
      }
    }

    private List<OfObject> given() {
      RegionOverlap overlap = new RegionOverlap(height, width);
      double[][] regions = new double[objects][frames.size()];
      double[][] boundaries = new double[objects][frames.size()];
      for (int t = 0; t < frames.size(); t++) {
        LabelMap truth = truth(t);
        LabelMap found = prediction(t, objects, "as many as the first frame of the truth has");
        for (int object = 0; object < objects; object++) {
          RegionOverlap.Measure m = overlap.of(truth, object + 1, found, object + 1, NO_VOID);
          regions[object][t] = m.region();
          boundaries[object][t] = m.boundary();
        }
      }
      List<OfObject> out = new ArrayList<>();
      for (int object = 0; object < objects; object++) {
        out.add(ofObject(object, regions[object], boundaries[object]));
      }
      return out;
    }

    private OfObject ofObject(int object, double[] region, double[] boundary) {
      return new OfObject(name + "_" + (object + 1), statistics(region), statistics(boundary));
    }

    private int tracks() {
      int most = objects;
      for (int t = 0; t < frames.size(); t++) {
        LabelMap map = prediction(t, MOST_PROPOSALS, "unsupervised results have 20 tracks");
        most = Math.max(most, Arrays.stream(map.labels()).max().orElse(0));
      }
      return most;
    }

    private List<OfObject> proposed() {
      int tracks = tracks();
      RegionOverlap overlap = new RegionOverlap(height, width);
      double[][] regions = new double[tracks * objects][frames.size()]; // [track, object]
      double[][] boundaries = new double[tracks * objects][frames.size()];
      for (int t = 0; t < frames.size(); t++) {
        LabelMap truth = truth(t);
        LabelMap found = prediction(t, MOST_PROPOSALS, "unsupervised results have 20 tracks");
        for (int i = 0; i < regions.length; i++) {
          RegionOverlap.Measure m =
              overlap.of(truth, i % objects + 1, found, i / objects + 1, VOID);
          regions[i][t] = m.region();
          boundaries[i][t] = m.boundary();
        }
      }
      double[] costs =
          IntStream.range(0, regions.length)
              .mapToDouble(
                  i ->
                      -(mean(regions[i], 0, frames.size()) + mean(boundaries[i], 0, frames.size()))
                          / 2)
              .toArray();
      int[] objectOf = LinearAssignment.columns(costs, tracks, objects);
      OfObject[] out = new OfObject[objects];
      for (int track = 0; track < tracks; track++) {
        if (objectOf[track] >= 0) {
          int i = track * objects + objectOf[track];
          out[objectOf[track]] = ofObject(objectOf[track], regions[i], boundaries[i]);
        }
      }
      return List.of(out);
    }
  }
}
