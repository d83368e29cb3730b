package org.maskwright.trainer.incontext;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.incontext.ExamplePredictor.Found;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.video.TrackedObject;
import org.maskwright.trainer.video.VideoModel;

/**
 * Videos by examples, or by a mask of the first frame, and a memory of the last frames; a label is
 * a track. Where the first frame has a mask that is what is seen in it.
 *
 * <p><b>Memory</b> the examples and the frames of the memory, at the model's size.
 *
 * <p><b>Source</b> SegGPT (arXiv 2304.03284), section 3.3; official code, inference_video
 */
public final class ExampleVideo implements VideoModel {
  /** Frames of the memory by which the paper's best figures are. */
  public static final int USUAL_MEMORY = 8;

  private static final int MOST_MEMORY = 64;
  private final Path folder;
  private final List<GivenExample> given;
  private final Optional<FirstMask> first;
  private final int memory;
  private final int grid;

  private record FirstMask(Path file, LabelMap labels) {
    /** With the frame that it is of. */
    GivenExample of(RgbImage frame) {
      try {
        return new GivenExample(frame, labels);
      } catch (IllegalArgumentException e) {
        throw DatasetException.ofFile(file, e.getMessage());
      }
    }
  }

  private ExampleVideo(
      Path folder, List<GivenExample> given, Optional<FirstMask> first, int memory, int grid) {
    if (memory < 0 || memory > MOST_MEMORY) {
      throw new IllegalArgumentException(
          "memory: expected 0 to %d frames, got %d".formatted(MOST_MEMORY, memory));
    }
    this.folder = folder;
    this.given = List.copyOf(given);
    this.first = first;
    this.memory = memory;
    this.grid = grid;
  }

  /**
   * By examples, or, where none is given, by the one that the model has learnt.
   *
   * @param memory frames that are shown beside them
   * @param grid as of {@link ExamplePredictor#open}
   * @throws IllegalArgumentException if labels differ, or the memory is out of range
   */
  public static ExampleVideo byExamples(
      Path folder, List<GivenExample> given, int memory, int grid) {
    ExamplePredictor.requireSameLabels(given);
    return new ExampleVideo(folder, given, Optional.empty(), memory, grid);
  }

  /**
   * By a mask of the first frame.
   *
   * @param mask PNG, BMP or TIFF, with labels as of {@link GivenExample#read}
   * @param memory frames that are shown beside it
   * @throws DatasetException if it cannot be read
   * @throws IllegalArgumentException if it marks nothing, or the memory is out of range
   */
  public static ExampleVideo byFirstFrame(Path folder, Path mask, int memory) {
    FirstMask first = new FirstMask(mask, GivenExample.readMask(mask));
    return new ExampleVideo(folder, List.of(), Optional.of(first), memory, 1);
  }

  @Override
  public ClassSpace classSpace() {
    return ClassSpace.OBJECT;
  }

  @Override
  public Opened open(Engine engine, String videos, Prediction.Progress progress) {
    return new Loaded(ModelFolder.open(engine, folder));
  }

  private final class Loaded implements Opened {
    private final SegmentationModel model;
    private final Optional<ExamplePredictor> shared; // of all videos; empty: each has its own

    Loaded(SegmentationModel model) {
      this.model = model;
      try {
        this.shared = first.isPresent() ? Optional.empty() : Optional.of(predictor(given));
      } catch (RuntimeException e) {
        model.close();
        throw e;
      }
    }

    private ExamplePredictor predictor(List<GivenExample> examples) {
      return new ExamplePredictor(
          model, ModelFolder.describe(folder).normalization(), examples, grid);
    }

    @Override
    public Sight video() {
      return new Way(this, shared);
    }

    @Override
    public void close() {
      model.close();
    }
  }

  private final class Way implements Sight {
    private final Loaded loaded;
    private Optional<ExamplePredictor> predictor;
    private Optional<ExamplePredictor.Frames> frames;

    Way(Loaded loaded, Optional<ExamplePredictor> predictor) {
      this.loaded = loaded;
      this.predictor = predictor;
      this.frames = predictor.map(p -> p.new Frames(memory));
    }

    @Override
    public List<Seen> next(Photograph frame) {
      return next(frame, PhotographFile.read(frame.file(), Channels.RGB).shown());
    }

    @Override
    public List<Seen> next(Photograph frame, RgbImage picture) {
      List<Found> found = frames.isPresent() ? frames.get().find(picture) : first(picture);
      List<TrackedObject> objects =
          found.stream()
              .filter(f -> f.mask().area() > 0)
              .map(f -> new TrackedObject(f.label().number(), 0, true, 1, f.mask()))
              .toList();
      return List.of(new Seen(picture, () -> objects));
    }

    /** What the user marked. */
    private List<Found> first(RgbImage picture) {
      GivenExample example = first.orElseThrow().of(picture);
      predictor = Optional.of(loaded.predictor(List.of(example)));
      frames = predictor.map(p -> p.new Frames(memory));
      LabelMap map = example.mask();
      return predictor.get().labels().stream()
          .map(l -> new Found(l, mask(map, l.number())))
          .toList();
    }

    private static Rle mask(LabelMap map, int label) {
      return Rle.ofLabel(map.labels(), map.height(), map.width(), label);
    }

    @Override
    public List<Seen> end() {
      return List.of();
    }

    @Override
    public int tracks() {
      return predictor.map(p -> p.labels().size()).orElse(0);
    }
  }
}
