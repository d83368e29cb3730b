package org.maskwright.trainer.video;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.metrics.LinearAssignment;

/**
 * Joins what was found in the frames of a video, as they come, to tracks: each sighting is given
 * the number of its object, which no other object of the video ever has.
 *
 * <p><b>Maths</b> a track expects its mask where it moves to at its steady pace. Sightings and
 * tracks are assigned one to one for the largest sum of {@link Track#likeness}: mostly the overlap
 * with the expected mask, then colours and distance; of another class it counts less, and less the
 * longer the track was not seen. Pairs below {@link #LEAST} are none. An object that is partly
 * hidden keeps its shape and pace until it is whole again, so that objects which cross keep their
 * numbers. Where a model follows objects itself, as one of clips does, its numbers decide, and
 * likeness joins what it lost.
 *
 * <p><b>Memory</b> one mask for each object that was seen in the last {@link #PATIENCE} frames,
 * however long the video. <b>Threads</b> one at a time.
 */
public final class TrackJoiner {
  /** Frames after which an object that is not seen is given up: a second of most videos. */
  public static final int PATIENCE = 30;

  /** What a pair must be alike to be joined, in [0,1]. */
  private static final double LEAST = 0.3;

  /** Sightings that overlap a surer one by more than this IoU are second guesses. */
  private static final double SAME = 0.7;

  /** The track of a sighting that was left out. */
  public static final int NONE = 0;

  private final List<Track> tracks = new ArrayList<>();
  private int numbers;
  private int frame;

  /**
   * Takes the next frame.
   *
   * @param sightings of one size, also in all frames; in any order
   * @return the number of each sighting's track, from 1; {@link #NONE} of second guesses
   * @throws IllegalArgumentException if a mask has another size than those before
   */
  public List<Integer> join(List<Sighting> sightings) {
    Integer[] numbersOf = new Integer[sightings.size()];
    Arrays.fill(numbersOf, NONE);
    List<Integer> kept = firstGuesses(sightings);
    int[] trackOf = assigned(sightings, kept);
    for (int i = 0; i < kept.size(); i++) {
      Sighting sighting = sightings.get(kept.get(i));
      Track track;
      if (trackOf[i] >= 0) {
        track = tracks.get(trackOf[i]);
        track.see(sighting, frame);
      } else {
        track = new Track(newNumber(), sighting, frame);
        tracks.add(track);
      }
      numbersOf[kept.get(i)] = track.number();
    }
    tracks.removeIf(track -> frame - track.lastSeen() >= PATIENCE);
    frame++;
    return List.of(numbersOf);
  }

  /** A number that no object of the video has, for something that needs no joining. */
  int newNumber() {
    return ++numbers;
  }

  /** How many objects were found so far. */
  public int count() {
    return numbers;
  }

  /** How many of them may be seen again, which is what it keeps in memory. */
  public int open() {
    return tracks.size();
  }

  /** The places of sightings that overlap no surer one, the surest first. */
  private static List<Integer> firstGuesses(List<Sighting> sightings) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < sightings.size(); i++) {
      order.add(i);
    }
    order.sort((a, b) -> Double.compare(sightings.get(b).score(), sightings.get(a).score()));
    List<Integer> kept = new ArrayList<>();
    for (int i : order) {
      Sighting sighting = sightings.get(i);
      if (kept.stream().noneMatch(k -> sightings.get(k).mask().iou(sighting.mask()) > SAME)) {
        kept.add(i);
      }
    }
    return kept;
  }

  /** The track of each kept sighting, -1 for none. */
  private int[] assigned(List<Sighting> sightings, List<Integer> kept) {
    List<Track.Expected> expected = tracks.stream().map(t -> t.expectedAt(frame)).toList();
    return LinearAssignment.mostAlike(
        kept.size(),
        expected.size(),
        LEAST,
        (row, track) -> expected.get(track).likeness(sightings.get(kept.get(row))));
  }
}
