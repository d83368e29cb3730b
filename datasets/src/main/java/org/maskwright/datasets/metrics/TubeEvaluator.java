package org.maskwright.datasets.metrics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.Tube;

/**
 * YouTube-VIS' average precision and recall of tracks. Differs from {@link CocoEvaluator} in what
 * overlaps: masks in space and time, {@link Tube#iou}, for crowds too; and in the size classes,
 * which go by the mean area over the frames that show an object: 128 x 128 and 256 x 256.
 *
 * <p><b>Source</b> Video Instance Segmentation (arXiv 1905.04804), YTVOSeval of the YouTube-VOS
 * API. <b>Differs:</b> masks of other sizes or numbers are refused, which there go on with what
 * fits.
 *
 * <p><b>Threads</b> {@link #add} may be called from several threads in any order; ties are broken
 * by the order of the videos' ids.
 */
public final class TubeEvaluator {
  private final InstanceTable table;

  /**
   * @param categoryIds the ids that count, in any order
   */
  public TubeEvaluator(Collection<Integer> categoryIds) {
    table = new InstanceTable(categoryIds, SizeBounds.YOUTUBE_VIS);
  }

  /**
   * A true track.
   *
   * @param id as in the file; by the official rule a match with id 0 counts for none
   * @param area mean pixels of the frames that show it; decides the size class
   * @param crowd many objects: tracks on it count neither way
   */
  public record TrueTrack(long id, int categoryId, Tube tube, double area, boolean crowd) {}

  /**
   * A predicted track.
   *
   * @param score any finite number; higher is surer
   */
  public record FoundTrack(int categoryId, double score, Tube tube) {}

  /**
   * Adds a video.
   *
   * @param truths in file order, which decides ties
   * @param tracks in file order, which decides ties
   * @throws IllegalArgumentException if the video was added before, a tube has another number of
   *     frames or size than another, or a score is not finite
   */
  public void add(ImageId video, List<TrueTrack> truths, List<FoundTrack> tracks) {
    Rules rules = new Rules(new IdentityHashMap<>(), new IdentityHashMap<>());
    List<GroundTruth> wanted = new ArrayList<>();
    for (TrueTrack t : truths) {
      GroundTruth truth =
          new GroundTruth(t.id(), t.categoryId(), null, null, t.area(), t.crowd(), false);
      rules.truths.put(truth, t.tube());
      wanted.add(truth);
    }
    List<Detection> found = new ArrayList<>();
    for (FoundTrack t : tracks) {
      Detection track = new Detection(t.categoryId(), t.score(), null, null, t.tube().meanArea());
      rules.tracks.put(track, t.tube());
      found.add(track);
    }
    table.add(video, wanted, found, rules, CocoEvaluator.MAX_DETECTIONS);
  }

  /** The tubes of a video's objects, which are told apart by identity. */
  private record Rules(
      IdentityHashMap<GroundTruth, Tube> truths, IdentityHashMap<Detection, Tube> tracks)
      implements InstanceTable.Rules {
    @Override
    public double[][] ious(List<GroundTruth> wanted, List<Detection> found) {
      double[][] ious = new double[found.size()][wanted.size()];
      for (int d = 0; d < ious.length; d++) {
        for (int g = 0; g < wanted.size(); g++) {
          ious[d][g] = tracks.get(found.get(d)).iou(truths.get(wanted.get(g)));
        }
      }
      return ious;
    }

    @Override
    public boolean ignores(GroundTruth truth) {
      return truth.crowd();
    }

    @Override
    public boolean ignoresUnmatched(int categoryId) {
      return false;
    }
  }

  /** The metrics of the videos added so far. */
  public CocoMetrics result() {
    return CocoEvaluator.metrics(table, CocoEvaluator.MAX_DETECTIONS);
  }
}
