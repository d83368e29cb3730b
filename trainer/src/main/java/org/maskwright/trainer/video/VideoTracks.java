package org.maskwright.trainer.video;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.trainer.result.InstanceKind;

/**
 * The tracks of a data set's videos, out of the instances of their frames as these come: by the
 * numbers of a model that follows objects, with each of a query's classes a track of its own, as in
 * the official results; else joined by {@link TrackJoiner}, without a look at colours.
 *
 * <p><b>Memory</b> the masks of one video. <b>Threads</b> one at a time.
 */
final class VideoTracks {
  /** Of a model that sees each frame by itself: what is less sure is no sighting. */
  private static final double LEAST_SCORE = 0.1;

  private final Map<ImageId, Place> places = new HashMap<>();
  private final Map<String, Integer> lengths = new HashMap<>();
  private final Map<Key, Building> building = new LinkedHashMap<>();
  private TrackJoiner joiner = new TrackJoiner();
  private Optional<String> video = Optional.empty();

  /** A frame. */
  record Place(String video, int frame) {}

  private record Key(int number, int classIndex) {}

  /**
   * A track.
   *
   * @param score the mean over the frames in which it was looked for
   * @param masks one a frame, null where it is absent or the frame was not seen
   */
  record Found(int classIndex, double score, List<Rle> masks) {}

  /** A track while its video lasts. */
  private static final class Building {
    private final Rle[] masks;
    private final SortedMap<Integer, Double> classes = new TreeMap<>(); // by summed score
    private double score;
    private int frames;

    Building(int length) {
      masks = new Rle[length];
    }

    void add(int frame, InstanceSet.Instance instance, Rle mask) {
      masks[frame] = mask.area() == 0 ? null : mask;
      score += instance.score();
      frames++;
      classes.merge(instance.classIndex(), instance.score(), Double::sum);
    }

    Found found() {
      int best = classes.firstKey();
      for (int index : classes.keySet()) {
        best = classes.get(index) > classes.get(best) ? index : best;
      }
      return new Found(best, score / frames, Arrays.asList(masks));
    }
  }

  /** What a video came to. */
  @FunctionalInterface
  interface Sink<E extends Exception> {
    void take(String video, int frames, List<Found> tracks) throws E;
  }

  /**
   * For the frames of a data set.
   *
   * @throws DatasetException if some of its images are of no video
   */
  VideoTracks(Dataset dataset) {
    for (int i = 0; i < dataset.size(); i++) {
      int index = i;
      String name =
          dataset
              .video(i)
              .orElseThrow(
                  () ->
                      new DatasetException(
                          "%s: expected frames of videos, as tracks are scored by, got the photograph %s; set eval.tasks to instance, or data.val.type to one of videos (docs/video.md)"
                              .formatted(dataset.name(), dataset.info(index).imageId())));
      places.put(
          dataset.info(i).imageId(), new Place(name, lengths.merge(name, 1, Integer::sum) - 1));
    }
  }

  /** The id of a video, which is a number in official files. */
  static ImageId id(String video) {
    return video.matches("[0-9]{1,18}") ? ImageId.of(Long.parseLong(video)) : ImageId.of(video);
  }

  /** Where a frame stands. */
  Place place(ImageId frame) {
    return places.get(frame);
  }

  /** How many frames a video has. */
  int length(String name) {
    return lengths.get(name);
  }

  /**
   * Takes the next frame.
   *
   * @param ended is given the video before, if this frame begins another
   */
  <E extends Exception> void add(ImageId frame, InstanceSet result, Sink<E> ended) throws E {
    Place place = places.get(frame);
    if (video.isPresent() && !video.get().equals(place.video())) {
      end(ended);
    }
    video = Optional.of(place.video());
    List<InstanceSet.Instance> instances = result.instances();
    boolean followed = instances.stream().anyMatch(i -> i.object() > 0);
    if (followed) {
      for (InstanceSet.Instance instance : instances) {
        add(new Key(instance.object(), instance.classIndex()), place, instance);
      }
      return;
    }
    List<InstanceSet.Instance> seen = new ArrayList<>();
    List<Sighting> sightings = new ArrayList<>();
    for (InstanceSet.Instance i : instances) {
      if (i.score() >= LEAST_SCORE && i.mask().area() > 0) {
        seen.add(i);
        sightings.add(new Sighting(i.classIndex(), i.score(), InstanceKind.rle(i), Look.UNKNOWN));
      }
    }
    List<Integer> tracks = joiner.join(sightings);
    for (int i = 0; i < seen.size(); i++) {
      if (tracks.get(i) != TrackJoiner.NONE) {
        add(new Key(tracks.get(i), -1), place, seen.get(i));
      }
    }
  }

  private void add(Key key, Place place, InstanceSet.Instance instance) {
    building
        .computeIfAbsent(key, k -> new Building(lengths.get(place.video())))
        .add(place.frame(), instance, InstanceKind.rle(instance));
  }

  /** Ends the last video, if there was one. */
  <E extends Exception> void end(Sink<E> ended) throws E {
    if (video.isPresent()) {
      List<Found> found = building.values().stream().map(Building::found).toList();
      ended.take(video.get(), lengths.get(video.get()), found);
      building.clear();
      joiner = new TrackJoiner();
      video = Optional.empty();
    }
  }
}
