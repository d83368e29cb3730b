package org.maskwright.trainer.video;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.RgbImage;
import org.maskwright.trainer.result.ResultSegment;

/**
 * The segments of a video's frames as tracked objects: things are joined, stuff is one track a
 * class.
 */
final class FrameJoiner {
  private final TrackJoiner joiner = new TrackJoiner();
  private final Map<Integer, Integer> stuff = new HashMap<>(); // class to track

  /** Which classes of results are objects. */
  @FunctionalInterface
  interface Things {
    boolean isThing(int classIndex);
  }

  /** The objects of the next frame, the surest first. */
  List<TrackedObject> join(List<ResultSegment> segments, RgbImage picture, Things things) {
    List<TrackedObject> objects = new ArrayList<>();
    List<Sighting> sightings = new ArrayList<>();
    for (ResultSegment s : segments) {
      if (s.mask().area() == 0) {
        continue;
      }
      if (things.isThing(s.classIndex())) {
        Look look = Look.of(picture, s.mask());
        sightings.add(new Sighting(s.classIndex(), s.score(), s.mask(), look, s.object()));
      } else {
        int track = stuff.computeIfAbsent(s.classIndex(), c -> joiner.newNumber());
        objects.add(new TrackedObject(track, s.classIndex(), false, s.score(), s.mask()));
      }
    }
    List<Integer> tracks = joiner.join(sightings);
    for (int i = 0; i < sightings.size(); i++) {
      if (tracks.get(i) != TrackJoiner.NONE) {
        Sighting s = sightings.get(i);
        objects.add(new TrackedObject(tracks.get(i), s.classIndex(), true, s.score(), s.mask()));
      }
    }
    objects.sort(Comparator.comparingDouble(TrackedObject::score).reversed());
    return objects;
  }

  /** How many tracks there were. */
  int tracks() {
    return joiner.count();
  }
}
