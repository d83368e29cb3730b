package org.maskwright.datasets.video;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.PhotographFile;

/**
 * Annotated videos as a data set of their frames: one video after the other, frames in order. The
 * id of a segment is that of its track, the same in all frames of its video. Any image model trains
 * on it and is evaluated by it frame by frame.
 */
public final class VideoDataset implements Dataset {
  private final String name;
  private final Categories categories;
  private final Set<Task> tasks;
  private final Channels channels;
  private final List<Video> videos;
  private final List<Frame> frames = new ArrayList<>();
  private final List<Video> videoOf = new ArrayList<>(); // of each frame
  private final List<String> notes;

  /**
   * A frame.
   *
   * @param info its size is 0 x 0 where only the photograph knows it
   * @param annotation reads its segments; a {@link DatasetException} says what is wrong
   */
  public record Frame(SampleInfo info, Supplier<List<Segment>> annotation) {}

  /**
   * A video.
   *
   * @param name of its folder or id
   * @param frames in order, at least one
   */
  public record Video(String name, List<Frame> frames) {
    /** Keeps a copy. */
    public Video {
      frames = List.copyOf(frames);
    }
  }

  /**
   * A data set of videos.
   *
   * @param name for messages
   * @param videos at least one
   */
  public VideoDataset(
      String name,
      Categories categories,
      Set<Task> tasks,
      Channels channels,
      List<Video> videos,
      List<String> notes) {
    this.name = name;
    this.categories = categories;
    this.tasks = Set.copyOf(tasks);
    this.channels = channels;
    this.videos = List.copyOf(videos);
    this.notes = List.copyOf(notes);
    for (Video video : this.videos) {
      frames.addAll(video.frames());
      videoOf.addAll(Collections.nCopies(video.frames().size(), video));
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return frames.size();
  }

  /** The videos, in the order of the frames. */
  public List<Video> videos() {
    return videos;
  }

  @Override
  public Optional<String> video(int index) {
    return Optional.of(videoOf.get(index).name());
  }

  @Override
  public Categories categories() {
    return categories;
  }

  @Override
  public Set<Task> tasks() {
    return tasks;
  }

  @Override
  public Channels channels() {
    return channels;
  }

  @Override
  public SampleInfo info(int index) {
    return frames.get(index).info();
  }

  @Override
  public List<Segment> segments(int index) {
    Frame frame = frames.get(index);
    try {
      return frame.annotation().get();
    } catch (DatasetException e) {
      throw e.forImage(frame.info().imageId());
    }
  }

  @Override
  public Photograph image(int index) {
    SampleInfo info = frames.get(index).info();
    Photograph photo = PhotographFile.read(info.file(), channels);
    if (info.width() > 0 && (photo.width() != info.width() || photo.height() != info.height())) {
      throw DatasetException.ofFile(
              info.file(),
              "a frame of %d x %d pixels, expected %d x %d as the annotation says"
                  .formatted(photo.width(), photo.height(), info.width(), info.height()))
          .forImage(info.imageId());
    }
    return photo;
  }

  @Override
  public List<String> notes() {
    return notes;
  }
}
