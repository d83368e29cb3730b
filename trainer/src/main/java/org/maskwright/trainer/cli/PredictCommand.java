package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.format.PredictionFormat;
import org.maskwright.trainer.format.PredictionFormats;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.result.Rules;
import org.maskwright.trainer.result.VideoWindows;
import org.maskwright.trainer.run.Console;
import org.maskwright.trainer.run.GroupMember;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.run.PredictionWishes;
import org.maskwright.trainer.run.PredictionWishes.Threshold;
import org.maskwright.trainer.video.TrackFormat;
import org.maskwright.trainer.video.TrackFormats;
import org.maskwright.trainer.video.VideoModel;
import org.maskwright.trainer.video.VideoPrediction;
import org.maskwright.trainer.video.VideoWishes;
import org.maskwright.trainer.video.VideoWishes.Overlays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright predict}: pictures and JSON of what a model sees in photographs. */
@Command(
    name = "predict",
    description = {
      "Run a model on photographs: for each an overlay picture (NAME.png) and the segments as JSON"
          + " with run lengths (NAME.json); with --format, files for labelling tools too.",
      "Of a model in a run folder, thresholds and rules are those of the run's eval section; of any"
          + " other they are the defaults of a configuration.",
      "A model that answers prompts (Segment Anything) gives masks of what --point, --box and"
          + " --mask name in one photograph: NAME.mask-1.png and so on beside NAME.png and"
          + " NAME.json."
    })
final class PredictCommand implements Callable<Integer> {
  private static final int DEFAULT_OVERLAP = 4; // one of so many frames of a window

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "A model folder, such as a run's checkpoints/best.")
  private Path model;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "IMAGE",
      description =
          "Photographs, folders of them, whose sub-folders are kept, or lists: text files (.txt)"
              + " with one of these on a line.")
  private List<Path> images = List.of();

  @Option(
      names = "--video",
      paramLabel = "VIDEO",
      description =
          "A video file (mp4, mov, avi, mkv, webm ...), a folder of a video's frames in the order"
              + " of their names, or a folder of such files and folders: objects are joined to"
              + " tracks. Several times for several. In place of IMAGE.")
  private List<Path> videos = List.of();

  @Option(
      names = "--overlay",
      paramLabel = "WHAT",
      description =
          "With --video: tracks over the frames as pictures (frames), as a video (video), as both,"
              + " or none (default: both).")
  private Optional<Overlays> overlays = Optional.empty();

  @Option(
      names = "--fps",
      paramLabel = "N",
      description =
          "With --video: frames a second of the overlay video of a folder of frames (default: 25;"
              + " of a video file the times of its frames).")
  private Optional<Double> framesPerSecond = Optional.empty();

  @Option(
      names = "--window",
      paramLabel = "FRAMES",
      description =
          "With --video, of a model of clips: frames that it sees at once; 0 for all of a video"
              + " (default: eval.video.frames).")
  private Optional<Integer> window = Optional.empty();

  @Option(
      names = "--window-overlap",
      paramLabel = "FRAMES",
      description =
          "With --window: frames that a window has in common with the one before (default: a"
              + " quarter of it).")
  private Optional<Integer> windowOverlap = Optional.empty();

  @Option(
      names = "--per-frame",
      description =
          "With --video: each frame is answered for at once, with the queries of the frame before"
              + " carried into it, for live use.")
  private boolean perFrame;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      completionCandidates = Kinds.class,
      description =
          "Kind of result: ${COMPLETION-CANDIDATES} (default: the first of them that the model can"
              + " give).")
  private String task;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder for pictures and JSON: one without pictures of yours.")
  private Path out;

  private Optional<ScoreOption> threshold = Optional.empty();

  @Option(
      names = "--threshold",
      paramLabel = "SCORE",
      description =
          "Panoptic: class score a segment needs (default: eval.object-threshold). Instance: score"
              + " it needs to be drawn or listed (default: 0.5); best: that of the best F1 of its"
              + " class, which training and eval --save-thresholds keep in the model folder.")
  void threshold(String text) {
    threshold = Optional.of(ScoreOption.of(spec, "--threshold", text));
  }

  @Option(
      names = "--short-edge",
      paramLabel = "PX",
      description = "Short edge of the input (default: as the model was evaluated).")
  private Optional<Integer> shortEdge = Optional.empty();

  @Option(
      names = "--rules",
      paramLabel = "RULES",
      description =
          "Whose resizing and post-processing: official, or hf (Hugging Face Transformers)"
              + " (default: eval.rules).")
  private Optional<Rules> rules = Optional.empty();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      split = ",",
      completionCandidates = Formats.class,
      description =
          "Write files for labelling tools too, in a folder named as the format:"
              + " ${COMPLETION-CANDIDATES}. Several with commas between.")
  private List<String> formats = List.of();

  @Option(
      names = "--simplify",
      paramLabel = "PX",
      description =
          "Outlines in files of --format with fewer points, each left out at most so far from the"
              + " new line, as is easier to correct by hand (default: 0, exactly the masks').")
  private double simplify;

  @Mixin private PromptMixin prompts;
  @Mixin private ExampleMixin examples;
  @Mixin private TileMixin tiles;
  @Mixin private WordsMixin words;
  @Mixin private EngineMixin engine;
  @Mixin private ProcessesMixin processes;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (prompts.given() && examples.given()) {
      throw new ParameterException(
          spec.commandLine(), "--example: not with --point, --box, --mask and --multimask");
    }
    boolean byExample = examples.given() || !prompts.given() && ExampleMixin.isLearnt(model);
    if (byExample || prompts.given()) {
      words.requireNone("a model that is asked by prompts or examples, which knows no classes");
    }
    if (byExample && !videos.isEmpty()) {
      VideoModel shown = examples.video(model);
      return predictVideos(
          wanted -> {
            VideoPrediction prediction = VideoPrediction.of(shown, wanted, videos);
            examples.requireOneVideo(prediction);
            return prediction;
          });
    }
    if (byExample) {
      return examples.predict(model, images, out, engine, json);
    }
    if (prompts.given()) {
      return prompts.predict(model, images, out, engine, json);
    }
    List<Rendezvous> places = processes.places();
    tiles.check();
    if (videos.isEmpty() == images.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "expected photographs (IMAGE), or videos (--video VIDEO)");
    }
    if (videos.isEmpty() && (overlays.isPresent() || framesPerSecond.isPresent())) {
      throw new ParameterException(
          spec.commandLine(),
          (overlays.isPresent() ? "--overlay" : "--fps") + ": only with --video");
    }
    if (!videos.isEmpty()) {
      if (places.size() > 1) {
        throw new ParameterException(
            spec.commandLine(), "--processes: expected 1 with --video, got " + places.size());
      }
      return predictVideos(
          wanted ->
              VideoPrediction.of(
                  Prediction.of(model, wishes(List.of())), frameWishes(), wanted, videos));
    }
    if (window.isPresent() || windowOverlap.isPresent() || perFrame) {
      throw new ParameterException(
          spec.commandLine(),
          "--window, --window-overlap and --per-frame are of videos: expected --video VIDEO");
    }
    PredictionWishes wishes =
        OptionWish.of(spec, () -> wishes(named(formats, PredictionFormats::get)));
    List<Photograph> photographs = Photographs.find(images);
    OutputFolder folder = OutputFolder.open(out);
    Prediction prediction = OptionWish.of(spec, () -> Prediction.of(model, wishes));
    if (places.size() > 1) {
      return processes.launch(places, processes.words());
    }
    Optional<Prediction.Written> written;
    try (Console console = Terminal.console(spec)) {
      written =
          GroupMember.run(
              places.get(0),
              prediction.patience(),
              group -> predict(group, prediction, photographs, folder, console));
    }
    if (written.isPresent()) {
      report(written.get().pictures());
      written.get().requireAll();
    }
    return ExitCode.OK.code();
  }

  /** In the first process, what was written. */
  private Optional<Prediction.Written> predict(
      ProcessGroup group,
      Prediction prediction,
      List<Photograph> photographs,
      OutputFolder folder,
      Console console) {
    try (Engine opened = GroupMember.open(engine.options(), group, ProcessGroup.alone())) {
      if (group.rank() > 0) {
        prediction.help(opened, photographs);
        return Optional.empty();
      }
      return Optional.of(prediction.write(opened, photographs, folder, new Told(console)));
    }
  }

  /** Tracks of videos. */
  private Integer predictVideos(Function<VideoWishes, VideoPrediction> prepared) {
    if (simplify != 0) {
      throw new ParameterException(spec.commandLine(), "--simplify: not with --video");
    }
    List<String> names = formats.isEmpty() ? List.of(TrackFormats.names().get(0)) : formats;
    List<TrackFormat> tracks = OptionWish.of(spec, () -> named(names, TrackFormats::get));
    VideoWishes wanted =
        OptionWish.of(
            spec,
            () ->
                new VideoWishes(
                    tracks,
                    overlays.orElse(Overlays.BOTH),
                    framesPerSecond.orElse(VideoWishes.USUAL_RATE)));
    OutputFolder folder = OutputFolder.open(out);
    VideoPrediction prediction = OptionWish.of(spec, () -> prepared.apply(wanted));
    VideoPrediction.Written written;
    try (Console console = Terminal.console(spec);
        Engine opened = engine.open()) {
      written = prediction.write(opened, folder, new Told(console));
    }
    report(written.videos(), tracks);
    written.requireAll();
    return ExitCode.OK.code();
  }

  private void report(List<VideoPrediction.Tracked> done, List<TrackFormat> tracks) {
    PrintWriter writer = spec.commandLine().getOut();
    json.report(
        writer,
        () -> {
          for (VideoPrediction.Tracked video : done) {
            writer.printf(
                "%s: %d frame%s, %d track%s%n",
                video.video(),
                video.frames(),
                video.frames() == 1 ? "" : "s",
                video.tracks(),
                video.tracks() == 1 ? "" : "s");
          }
          writer.printf(
              "to look at in %s, tracks in %s%n",
              out,
              tracks.stream()
                  .map(format -> out.resolve(format.name()).toString())
                  .collect(Collectors.joining(", ")));
        },
        () ->
            JsonLines.value(
                generator -> {
                  generator.writeStartArray();
                  for (VideoPrediction.Tracked video : done) {
                    generator.writeStartObject();
                    generator.writeStringField("video", video.video());
                    generator.writeNumberField("frames", video.frames());
                    generator.writeNumberField("tracks", video.tracks());
                    generator.writeEndObject();
                  }
                  generator.writeEndArray();
                }));
  }

  private Prediction.FrameWishes frameWishes() {
    if (windowOverlap.isPresent() && window.isEmpty()) {
      throw new IllegalArgumentException("window-overlap: expected --window FRAMES too");
    }
    return new Prediction.FrameWishes(window.map(this::windows), perFrame);
  }

  private VideoWindows windows(int frames) {
    try {
      return new VideoWindows(frames, windowOverlap.orElse(frames / DEFAULT_OVERLAP));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("window: " + e.getMessage(), e);
    }
  }

  private <T> List<T> named(List<String> names, Function<String, T> get) {
    return names.stream().distinct().map(name -> named("format", get, name)).toList();
  }

  private PredictionWishes wishes(List<PredictionFormat> wanted) {
    return new PredictionWishes(
        Optional.ofNullable(task).map(name -> named("task", ResultKinds::get, name)),
        threshold.map(ScoreOption::wish).orElse(Threshold.USUAL),
        shortEdge,
        rules,
        tiles.size(),
        tiles.overlap(),
        wanted,
        simplify,
        words.spoken());
  }

  private static <T> T named(String option, Function<String, T> registry, String name) {
    try {
      return registry.apply(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
    }
  }

  /** What is said on the way. */
  private record Told(Console console) implements Prediction.Progress {
    @Override
    public void photograph(int done, int of, Photograph photograph) {
      console.progress("predicting", done, of, photograph.name());
    }

    @Override
    public void tile(int done, int of, Photograph photograph) {
      console.progress("tiles", done, of, photograph.name());
    }

    @Override
    public void note(String text) {
      console.line(text);
    }
  }

  /** What {@code --task} may be, for the help. */
  private static final class Kinds implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ResultKinds.namesOf(Optional.empty()).iterator();
    }
  }

  /** What {@code --format} may be, of photographs and then of videos, for the help. */
  private static final class Formats implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      List<String> names = new ArrayList<>(PredictionFormats.names());
      List<String> tracks = TrackFormats.names();
      names.add("with --video " + tracks.get(0) + " (default)");
      names.addAll(tracks.subList(1, tracks.size()));
      return names.iterator();
    }
  }

  private String folders() {
    return formats.stream()
        .distinct()
        .map(name -> ", " + out.resolve(name))
        .collect(Collectors.joining());
  }

  private void report(List<Path> written) {
    PrintWriter writer = spec.commandLine().getOut();
    json.report(
        writer,
        () ->
            writer.printf(
                "%d photograph%s: pictures and JSON in %s%s%n",
                written.size(), written.size() == 1 ? "" : "s", out, folders()),
        () -> JsonLines.strings(written.stream().map(Path::toString).toList()));
  }
}
