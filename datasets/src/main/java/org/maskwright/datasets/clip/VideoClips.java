package org.maskwright.datasets.clip;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.Augmentation.ClipLabels;
import org.maskwright.datasets.transform.View;

/**
 * Clips of T frames of annotated videos, one of each video in an epoch, so that long videos do not
 * count for more: a frame of the video, each as likely, and T - 1 others at most {@code range} from
 * it, drawn with replacement, in the order of the video. What augmentation decides, it decides once
 * for a clip. Targets are the tracks that some frame of the clip shows.
 *
 * <p><b>Source</b> Mask2Former for video (arXiv 2112.10764), YTVISDatasetMapper. <b>Differs:</b> a
 * target has the class of its track unless {@code labels} says otherwise, where the mapper takes
 * that of the last frame, no object for a track that it does not show; videos of one frame, at
 * which the mapper fails, are left out.
 */
public final class VideoClips implements Examples {
  /** Frames of a clip are decoded and computed together; more is a slip of the pen. */
  public static final int MOST_FRAMES = 64;

  private final Dataset dataset;
  private final Augmentation augmentation;
  private final int frames;
  private final int range;
  private final ClipLabels labels;
  private final List<Span> videos;
  private final int leftOut;

  /** The images {@code from} to {@code to - 1} of a data set. */
  private record Span(int from, int to) {
    int length() {
      return to - from;
    }
  }

  /**
   * Clips of a data set's videos.
   *
   * @param frames T, 1 to {@link #MOST_FRAMES}
   * @param range at most so many frames before or after the reference frame, at least 1
   * @param labels of tracks that the last frame does not show
   * @throws IllegalArgumentException if frames or range are out of theirs
   * @throws DatasetException if an image is no frame of a video, or each video has one frame alone
   */
  public VideoClips(
      Dataset dataset, Augmentation augmentation, int frames, int range, ClipLabels labels) {
    requireFrames(frames);
    if (range < 1) {
      throw new IllegalArgumentException("range: expected at least 1 frame, got " + range);
    }
    this.dataset = dataset;
    this.augmentation = augmentation;
    this.frames = frames;
    this.range = range;
    this.labels = labels;
    List<Span> all = spans(dataset);
    this.videos = all.stream().filter(video -> frames == 1 || video.length() > 1).toList();
    this.leftOut = all.size() - videos.size();
    if (videos.isEmpty()) {
      throw new DatasetException(
          "%s: expected a video of at least two frames to make clips of, got %d of one frame"
              .formatted(dataset.name(), leftOut));
    }
  }

  static void requireFrames(int frames) {
    if (frames < 1 || frames > MOST_FRAMES) {
      throw new IllegalArgumentException(
          "frames: expected 1 to %d of a clip, got %d".formatted(MOST_FRAMES, frames));
    }
  }

  private static List<Span> spans(Dataset dataset) {
    List<Span> spans = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < dataset.size(); i++) {
      Optional<String> video = dataset.video(i);
      if (video.isEmpty()) {
        throw new DatasetException(
            "%s: expected frames of videos to make clips of, got the photograph %s; data.source.clips.from = stills makes clips of photographs"
                .formatted(dataset.name(), dataset.info(i).imageId()));
      }
      if (i + 1 == dataset.size() || !dataset.video(i + 1).equals(video)) {
        spans.add(new Span(from, i + 1));
        from = i + 1;
      }
    }
    return spans;
  }

  @Override
  public String name() {
    return dataset.name();
  }

  @Override
  public int size() {
    return videos.size();
  }

  /** Of the first frame of the video. */
  @Override
  public SampleInfo info(int index) {
    return dataset.info(videos.get(index).from());
  }

  @Override
  public String counted() {
    return "%d images, clips of %d frames of %d videos%s"
        .formatted(
            dataset.size(),
            frames,
            size(),
            leftOut == 0 ? "" : "; %d videos of one frame are left out".formatted(leftOut));
  }

  /**
   * The frames of a clip, by their numbers in the data set.
   *
   * @param frames rising; the reference is one of them
   */
  private record Choice(int reference, List<Integer> frames) {}

  private Choice choose(Span video, RandomGenerator random) {
    int reference = random.nextInt(video.length());
    int start = Math.max(0, reference - range);
    int others = Math.min(video.length(), reference + range + 1) - start - 1;
    int[] chosen = new int[frames];
    chosen[0] = reference;
    for (int t = 1; t < frames; t++) {
      int other = start + random.nextInt(others);
      chosen[t] = other < reference ? other : other + 1;
    }
    return new Choice(
        video.from() + reference,
        IntStream.of(chosen).sorted().mapToObj(frame -> video.from() + frame).toList());
  }

  /** The numbers in the data set of the frames that {@link #example} shows, rising. */
  List<Integer> frames(int index, RandomGenerator random) {
    return choose(videos.get(index), random).frames();
  }

  @Override
  public TrainingExample example(int index, RandomGenerator random) {
    Choice choice = choose(videos.get(index), random);
    Map<Integer, Sample> read = new HashMap<>();
    List<Sample> clip = new ArrayList<>();
    for (int frame : choice.frames()) {
      clip.add(read.computeIfAbsent(frame, this::read));
    }
    requireOneSize(clip);
    if (augmentation.task() != Task.SEMANTIC) {
      requireTracks(clip);
    }
    View view = augmentation.view(read.get(choice.reference()), random);
    return augmentation.clip(
        dataset.info(choice.reference()),
        clip,
        dataset.categories(),
        Collections.nCopies(frames, view),
        labels);
  }

  private Sample read(int frame) {
    try {
      return dataset.load(frame);
    } catch (DatasetException e) {
      throw e.forImage(dataset.info(frame).imageId()).inFile(dataset.info(frame).file());
    }
  }

  private static void requireOneSize(List<Sample> clip) {
    Sample first = clip.get(0);
    for (Sample frame : clip) {
      if (frame.image().width() != first.image().width()
          || frame.image().height() != first.image().height()) {
        throw new DatasetException(
                "expected a frame of %d x %d pixels as %s of its video has, got %d x %d"
                    .formatted(
                        first.image().width(),
                        first.image().height(),
                        first.info().imageId(),
                        frame.image().width(),
                        frame.image().height()))
            .forImage(frame.info().imageId())
            .inFile(frame.info().file());
      }
    }
  }

  /** An id stands for one object, of one class, at most once in a frame. */
  private void requireTracks(List<Sample> clip) {
    Map<Long, Integer> classes = new HashMap<>();
    Map<Long, Sample> seenIn = new HashMap<>();
    for (Sample frame : clip) {
      Set<Long> ids = new HashSet<>();
      for (Segment segment : frame.segments()) {
        if (segment.crowd() || !dataset.categories().isThing(segment.category())) {
          continue;
        }
        Integer before = classes.putIfAbsent(segment.id(), segment.category());
        seenIn.putIfAbsent(segment.id(), frame);
        if (before != null && before != segment.category()) {
          throw new DatasetException(
                  "expected track %d to be of one class, got %s, and %s in frame %s"
                      .formatted(
                          segment.id(),
                          dataset.categories().get(segment.category()).name(),
                          dataset.categories().get(before).name(),
                          seenIn.get(segment.id()).info().imageId()))
              .forImage(frame.info().imageId());
        }
        if (!ids.add(segment.id())) {
          throw new DatasetException("track %d occurs twice in a frame".formatted(segment.id()))
              .forImage(frame.info().imageId());
        }
      }
    }
  }
}
