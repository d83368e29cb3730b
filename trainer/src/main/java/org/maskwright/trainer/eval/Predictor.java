package org.maskwright.trainer.eval;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.PixelFormat;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.image.ImageWindows;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.ResizeShortestEdge;
import org.maskwright.datasets.transform.ResizeTo;
import org.maskwright.datasets.transform.ResizeToFit;
import org.maskwright.datasets.transform.ResizeToMultiple;
import org.maskwright.datasets.transform.Transform;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.result.AskedImage;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.ImageResult;
import org.maskwright.trainer.result.ImageResults;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.OtherPictures;
import org.maskwright.trainer.result.ResultContext;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.TiledImage;
import org.maskwright.trainer.result.WholeImage;

/**
 * Images to results of any kind, from one forward pass.
 *
 * <p><b>Threads</b> one at a time: the model is shared. For several threads open an engine, a model
 * and a predictor for each.
 */
public final class Predictor {
  private final Network network;
  private final ClassSpace classes;
  private final Normalization normalization;
  private final InferenceSettings settings;

  /** For a model whose weights are loaded, and its own classes. */
  public Predictor(
      SegmentationModel model, Normalization normalization, InferenceSettings settings) {
    this(model, model.classSpace(), normalization, settings);
  }

  /**
   * For a model whose weights are loaded.
   *
   * @param classes names, things and stuff of the model's classes, in the order of its logits
   */
  public Predictor(
      SegmentationModel model,
      ClassSpace classes,
      Normalization normalization,
      InferenceSettings settings) {
    this(new ModelNetwork(model), classes, normalization, settings);
  }

  /**
   * For any network.
   *
   * @param classes as of the other constructor
   */
  public Predictor(
      Network network,
      ClassSpace classes,
      Normalization normalization,
      InferenceSettings settings) {
    if (normalization.channels().count() != network.inputs()) {
      throw new IllegalArgumentException(
          "normalization: expected %d channels as the model takes, got %s"
              .formatted(network.inputs(), normalization));
    }
    this.network = network;
    this.classes = classes;
    this.normalization = normalization;
    this.settings = settings;
  }

  /**
   * Checks that the model can give results of a kind.
   *
   * @throws ConfigException if it classifies pixels and the kind is made of masks, or it answers
   *     prompts and the kind has none for it, or the other way round
   */
  public void requireServes(ResultKind<?> kind) {
    boolean prompted = isPrompted();
    boolean served =
        kind.asking()
            .map(asking -> prompted && asking.serves(network.prompted().get().config().decoder()))
            .orElse(!prompted);
    if (!served) {
      throw new ConfigException(
          "task "
              + kind.name()
              + ": expected "
              + String.join(
                  " or ", ResultKinds.namesOf(network.prompted().map(m -> m.config().decoder())))
              + (prompted
                  ? ", of a model that gives nothing unless it is asked"
                  : ", of a model that cannot be asked"));
    }
    if (kind.needsMasks() && network.classifiesPixels()) {
      throw new ConfigException(
          "task "
              + kind.name()
              + ": expected "
              + String.join(" or ", ResultKinds.namesWithoutMasks())
              + ", all that a model with a per-pixel decoder can do");
    }
  }

  /** The processes that share the work. */
  ProcessGroup processes() {
    return network.processes();
  }

  /** The classes of the results. */
  public ClassSpace classes() {
    return classes;
  }

  /** The resizing before the model; targets of a task come along for the validation loss. */
  public Augmentation preparation(Task task) {
    Transform resize =
        network
            .only()
            .<Transform>map(size -> new ResizeTo(size.height(), size.width()))
            .or(() -> network.largest().map(size -> new ResizeToFit(size.height(), size.width())))
            .orElseGet(this::resize);
    return new Augmentation(List.of(resize), task, Augmentation.EmptyMasks.DROP);
  }

  private Transform resize() {
    return switch (settings.rules()) {
      case OFFICIAL -> new ResizeShortestEdge(List.of(settings.shortEdge()), settings.maxSize());
      case HF ->
          new ResizeToMultiple(
              settings.shortEdge(), settings.maxSize(), network.sizeDivisibility());
    };
  }

  /** Runs the model on a photograph at its stored size. */
  public ImageOutputs run(Sample sample) {
    return run(prepared(sample));
  }

  /**
   * A photograph at the size of the input, without its annotation. May be called by several threads
   * at once, also while the model runs.
   */
  public TrainingExample prepared(Sample sample) {
    return preparation(Task.SEMANTIC)
        .apply(
            new Sample(sample.info(), sample.image(), List.of()),
            Categories.of(List.of()),
            RandomGenerator.getDefault());
  }

  /** Runs the model on an image that {@link #preparation} resized. */
  public ImageOutputs run(TrainingExample example) {
    return run(example, Optional.empty());
  }

  /**
   * Runs the model on images that {@link #preparation} resized to one size, together.
   *
   * @return what each gave, in order; the last digits may differ from those of {@link
   *     #run(TrainingExample)}
   * @throws IllegalArgumentException if their sizes differ
   */
  public List<ImageOutputs> runAll(List<TrainingExample> examples) {
    if (examples.size() == 1) {
      return List.of(run(examples.get(0)));
    }
    int height = examples.get(0).height();
    int width = examples.get(0).width();
    int plane = Math.multiplyExact(height, width);
    int each = Math.multiplyExact(network.inputs(), plane);
    float[] pixels = new float[Math.multiplyExact(examples.size(), each)];
    for (int b = 0; b < examples.size(); b++) {
      TrainingExample example = examples.get(b);
      if (example.height() != height || example.width() != width) {
        throw new IllegalArgumentException(
            "examples: expected %d x %d pixels, got %d x %d"
                .formatted(width, height, example.width(), example.height()));
      }
      example.normalizeInto(normalization, 0, pixels, b * each);
    }
    List<Network.Seen> seen = network.runAll(pixels, examples.size(), height, width);
    List<ImageOutputs> out = new ArrayList<>();
    for (int b = 0; b < examples.size(); b++) {
      Network.Seen of = seen.get(b);
      out.add(
          new ImageOutputs(
              of.outputs(), frame(examples.get(b), of.paddedHeight(), of.paddedWidth())));
    }
    return out;
  }

  /** Runs the model and computes the loss of its outputs. */
  ImageOutputs run(TrainingExample example, Optional<ValidationLoss> loss) {
    Network.Seen seen =
        network.run(
            pixels(example),
            example.height(),
            example.width(),
            loss.map(
                l ->
                    (predictions, paddedHeight, paddedWidth) ->
                        l.compute(predictions, example, paddedHeight, paddedWidth)));
    return new ImageOutputs(
        seen.outputs(), frame(example, seen.paddedHeight(), seen.paddedWidth()));
  }

  private float[] pixels(TrainingExample example) {
    float[] out = new float[network.inputs() * example.height() * example.width()];
    example.normalizeInto(normalization, 0, out, 0);
    return out;
  }

  /** Where an example stands in an input that was padded. */
  static ImageFrame frame(TrainingExample example, int paddedHeight, int paddedWidth) {
    return new ImageFrame(
        paddedHeight,
        paddedWidth,
        example.contentHeight(),
        example.contentWidth(),
        example.originalHeight(),
        example.originalWidth());
  }

  /**
   * How the model sees the frames of a video.
   *
   * @param carried whether the queries of a frame start from those of the frame before
   * @return empty if it sees each frame by itself, as a photograph
   * @throws ConfigException if queries are to be carried and the model has none that can be
   */
  public Optional<Supplier<VideoPass>> videoPasses(boolean carried) {
    if (carried) {
      if (!network.carriesQueries()) {
        throw new ConfigException(
            "--per-frame: expected a model folder with queries that attend to the picture, which"
                + " carry objects from frame to frame; leave it out");
      }
      return Optional.of(() -> WindowPass.carried(network, normalization));
    }
    return network.takesClips()
        ? Optional.of(() -> WindowPass.windows(network, normalization, settings.windows()))
        : Optional.empty();
  }

  /** The result of a kind from what {@link #run} gave. */
  public <R> ImageResult<R> result(ResultKind<R> kind, ImageOutputs outputs) {
    return results(outputs).of(kind);
  }

  /**
   * The results of an image that {@link #preparation} resized, of any kind that the model serves.
   *
   * @param truth its annotation, for kinds that make prompts of it
   * @param others of its data set, for kinds that make examples of them
   * @param loss of a model that needs no prompts
   */
  ImageResults results(
      TrainingExample example,
      Supplier<List<Segment>> truth,
      OtherPictures others,
      Optional<ValidationLoss> loss) {
    Optional<SegmentationModel> model = network.prompted();
    if (model.isEmpty()) {
      return results(run(example, loss));
    }
    model.get().setTraining(false);
    ScoredImage image =
        new ScoredImage(
            example.info(),
            new Size(example.originalWidth(), example.originalHeight()),
            truth.get());
    int height = model.get().paddedSize(example.height());
    int width = model.get().paddedSize(example.width());
    return new AskedImage(
        model.get(), pixels(example), frame(example, height, width), image, classes, others);
  }

  /** What kinds that make examples of pictures are given of a data set. */
  OtherPictures others(Dataset dataset) {
    return new OtherPictures(dataset, normalization, settings.shots());
  }

  /** Whether it gives nothing unless it is asked. */
  public boolean isPrompted() {
    return network.prompted().isPresent();
  }

  /**
   * What is seen in a photograph, from what {@link #run} gave. May be called by several threads at
   * once, also while the model runs.
   */
  public <R> PredictedPhotograph<R> seen(
      Photograph photograph, ResultKind<R> kind, ImageOutputs outputs) {
    return PredictedPhotograph.whole(photograph, result(kind, outputs));
  }

  /** The results of any kind from what {@link #run} gave. */
  WholeImage results(ImageOutputs outputs) {
    return new WholeImage(outputs, context());
  }

  /**
   * Checks that a kind's results can be joined from tiles.
   *
   * @throws ConfigException if they cannot
   */
  public static void requireTiles(ResultKind<?> kind) {
    if (kind.largePictures().isEmpty()) {
      throw new ConfigException(
          "task %s: its results cannot be joined from tiles; set eval.tiles.size = off (leave --tile out), or take one of %s"
              .formatted(
                  kind.name(),
                  ResultKinds.all().stream()
                      .filter(other -> other.largePictures().isPresent())
                      .<String>map(ResultKind::name)
                      .toList()));
    }
  }

  /**
   * The result of a kind for a file: whole, or tile by tile where it is larger than a tile.
   *
   * @param file a picture of any size that {@link ImageWindows} or, whole, {@link PhotographFile}
   *     reads
   * @param tiling how large pictures are divided; empty: not at all
   * @param progress told of the tiles done and of all
   * @throws DatasetException if the file cannot be read
   * @throws ConfigException if the model or tiles cannot serve the kind
   */
  public <R> PredictedPhotograph<R> photograph(
      Path file, ResultKind<R> kind, Optional<Tiling> tiling, Evaluation.Progress progress) {
    requireServes(kind);
    if (tiling.isEmpty()) {
      return whole(file, PhotographFile.read(file, normalization.channels()), kind);
    }
    try (ImageWindows picture = ImageWindows.open(file, normalization.channels())) {
      return tiled(file, picture, kind, tiling.get(), progress);
    }
  }

  /**
   * As {@link #photograph(Path, ResultKind, Optional, Evaluation.Progress)}, of a picture in
   * memory.
   *
   * @param file that it is of, for messages
   * @param picture with the channels that the model takes, as {@link #withChannels} or {@link
   *     PhotographFile} gives it
   */
  public <R> PredictedPhotograph<R> photograph(
      Path file,
      Photograph picture,
      ResultKind<R> kind,
      Optional<Tiling> tiling,
      Evaluation.Progress progress) {
    requireServes(kind);
    if (tiling.isEmpty()) {
      return whole(file, picture, kind);
    }
    try (ImageWindows windows = ImageWindows.of(picture)) {
      return tiled(file, windows, kind, tiling.get(), progress);
    }
  }

  /**
   * Colours with the channels that the model takes.
   *
   * @param file that they are of, for messages
   * @throws DatasetException if it takes others
   */
  public Photograph withChannels(Path file, RgbImage colours) {
    Channels wanted = normalization.channels();
    if (wanted.mayBeColours()) {
      return colours;
    }
    try {
      return ChannelImage.of(colours, wanted.of(PixelFormat.of(colours.channels(), Byte.SIZE)));
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }

  private <R> PredictedPhotograph<R> whole(Path file, Photograph photo, ResultKind<R> kind) {
    ImageId id = ImageId.of(file.toString());
    SampleInfo info = new SampleInfo(id, file, photo.width(), photo.height());
    return seen(photo, kind, run(new Sample(info, photo, List.of())));
  }

  private <R> PredictedPhotograph<R> tiled(
      Path file,
      ImageWindows picture,
      ResultKind<R> kind,
      Tiling tiling,
      Evaluation.Progress progress) {
    Size size = picture.size();
    SampleInfo info =
        new SampleInfo(ImageId.of(file.toString()), file, size.width(), size.height());
    TiledImage image = tiled(picture, info, tiling, List.of(kind), progress);
    return PredictedPhotograph.large(picture, image.of(kind), image.notes());
  }

  /**
   * The results of a picture tile by tile, each run as {@link #run} does a photograph: however
   * large the picture, one tile of it and its outputs are in memory at a time, and the results.
   *
   * @param info id and file of the picture
   * @param progress told of the tiles done and of all
   * @throws ConfigException if the model or tiles cannot serve a kind
   */
  public TiledImage tiled(
      ImageWindows picture,
      SampleInfo info,
      Tiling tiling,
      List<ResultKind<?>> kinds,
      Evaluation.Progress progress) {
    kinds.forEach(this::requireServes);
    kinds.forEach(Predictor::requireTiles);
    TileGrid grid = tiling.of(picture.size());
    TiledImage joined = new TiledImage(grid, kinds, context());
    for (int i = 0; i < grid.count(); i++) {
      joined.add(i, run(new Sample(info, picture.read(grid.tile(i)), List.of())));
      progress.done(i + 1, grid.count());
    }
    return joined;
  }

  /** What results depend on besides an image's outputs. */
  ResultContext context() {
    return new ResultContext(classes, settings, network.rules());
  }
}
