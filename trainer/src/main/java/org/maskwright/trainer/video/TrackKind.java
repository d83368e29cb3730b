package org.maskwright.trainer.video;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.mask.Tube;
import org.maskwright.datasets.metrics.CocoMetrics;
import org.maskwright.datasets.metrics.CocoSummary;
import org.maskwright.datasets.metrics.TubeEvaluator;
import org.maskwright.datasets.metrics.TubeEvaluator.FoundTrack;
import org.maskwright.datasets.metrics.TubeEvaluator.TrueTrack;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.trainer.result.ClassColumns;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.ResultContext;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultWriter;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Segmented;
import org.maskwright.trainer.result.Shown;

/**
 * Objects through the frames of a video, judged by YouTube-VIS' AP and AR of tracks. Of a frame it
 * is what {@link InstanceKind} is.
 */
public final class TrackKind implements ResultKind<InstanceSet> {
  private static final String NAME = "track";
  private static final String FILE = "tracks.json";
  private static final String AP = "AP";
  private static final InstanceKind FRAMES = new InstanceKind();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "Objects through the frames of videos. Files: `tracks.json`, YouTube-VIS' results with compressed run lengths.";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        Metric.quality(
            AP, "YouTube-VIS' average precision of tracks, the mean of IoU 0.50 to 0.95."),
        Metric.quality("AP50", "At IoU 0.50."),
        Metric.quality("AP75", "At IoU 0.75."),
        Metric.quality("APs", "Of tracks of a mean area below 128 x 128 pixels."),
        Metric.quality("APm", "Of tracks from there to 256 x 256 pixels."),
        Metric.quality("APl", "Of tracks above."),
        Metric.quality("AR1", "Average recall with one track a video and class."),
        Metric.quality("AR10", "Average recall with ten."));
  }

  @Override
  public Optional<Task> annotation() {
    return Optional.of(Task.INSTANCE);
  }

  @Override
  public boolean needsMasks() {
    return true;
  }

  @Override
  public boolean ofVideos() {
    return true;
  }

  @Override
  public List<String> cautions(InferenceSettings settings, int queries, int classes) {
    return FRAMES.cautions(settings, queries, classes);
  }

  @Override
  public InstanceSet process(ImageOutputs outputs, ResultContext context) {
    return FRAMES.process(outputs, context);
  }

  @Override
  public Supplier<Scorer<InstanceSet>> scorers(ScoringData data) {
    Dataset dataset = data.dataset();
    new VideoTracks(dataset); // refuses photographs before training
    return () -> new Score(dataset);
  }

  /** AP and AR, of each video when it has ended. */
  private static final class Score implements Scorer<InstanceSet> {
    private final Categories categories;
    private final VideoTracks tracks;
    private final TubeEvaluator evaluator;
    private final Map<String, Map<Long, Truth>> truths = new LinkedHashMap<>(); // of open videos

    /** An annotated track. */
    private record Truth(int category, boolean crowd, List<Rle> masks) {}

    Score(Dataset dataset) {
      categories = dataset.categories();
      tracks = new VideoTracks(dataset);
      evaluator = new TubeEvaluator(categories.asList().stream().map(Category::id).toList());
    }

    @Override
    public void add(ScoredImage image, InstanceSet result) {
      ImageId id = image.info().imageId();
      tracks.add(id, result, this::ended);
      VideoTracks.Place place = tracks.place(id);
      Map<Long, Truth> ofVideo = truths.computeIfAbsent(place.video(), v -> new TreeMap<>());
      for (Segment segment : image.truth()) {
        ofVideo
            .computeIfAbsent(
                segment.id(),
                number ->
                    new Truth(
                        categories.get(segment.category()).id(),
                        segment.crowd(),
                        new ArrayList<>(Collections.nCopies(tracks.length(place.video()), null))))
            .masks()
            .set(place.frame(), segment.mask().toRle(image.size()));
      }
    }

    private void ended(String video, int frames, List<VideoTracks.Found> found) {
      List<TrueTrack> wanted = new ArrayList<>();
      truths
          .remove(video)
          .forEach(
              (id, truth) -> {
                Tube tube = Tube.of(truth.masks());
                wanted.add(
                    new TrueTrack(id, truth.category(), tube, tube.meanArea(), truth.crowd()));
              });
      List<FoundTrack> given = new ArrayList<>();
      for (VideoTracks.Found f : found) {
        int category = categories.get(f.classIndex()).id();
        given.add(new FoundTrack(category, f.score(), Tube.of(f.masks())));
      }
      evaluator.add(VideoTracks.id(video), wanted, given);
    }

    @Override
    public Scores scores() {
      tracks.end(this::ended);
      CocoMetrics result = evaluator.result();
      ClassColumns classes = new ClassColumns();
      for (Category c : categories) {
        CocoSummary of = result.perCategory().get(c.id());
        if (of != null) {
          fractions(of).forEach((measure, value) -> classes.add(measure, c.name(), value));
        }
      }
      Map<String, Double> all = new LinkedHashMap<>();
      fractions(result.all())
          .forEach((measure, value) -> all.put(measure, ClassColumns.percent(value)));
      return new Scores(all, classes.columns());
    }

    private static Map<String, Double> fractions(CocoSummary s) {
      Map<String, Double> out = new LinkedHashMap<>();
      out.put(AP, s.ap());
      out.put("AP50", s.ap50());
      out.put("AP75", s.ap75());
      out.put("APs", s.apSmall());
      out.put("APm", s.apMedium());
      out.put("APl", s.apLarge());
      out.put("AR1", s.ar1());
      out.put("AR10", s.ar10());
      return out;
    }
  }

  @Override
  public Optional<ResultWriter<InstanceSet>> writer(ResultFiles files, Dataset dataset)
      throws IOException {
    return Optional.of(new Writer(files.json(FILE), dataset));
  }

  /** YouTube-VIS' results: one array of all videos' tracks. */
  private static final class Writer implements ResultWriter<InstanceSet> {
    private final JsonGenerator json;
    private final Categories categories;
    private final VideoTracks tracks;

    Writer(JsonGenerator json, Dataset dataset) throws IOException {
      this.json = json;
      categories = dataset.categories();
      tracks = new VideoTracks(dataset);
      json.writeStartArray();
    }

    @Override
    public void add(SampleInfo image, InstanceSet result) throws IOException {
      tracks.add(image.imageId(), result, this::video);
    }

    private void video(String video, int frames, List<VideoTracks.Found> found) throws IOException {
      for (VideoTracks.Found track : found) {
        json.writeStartObject();
        ResultFiles.writeId(json, "video_id", VideoTracks.id(video));
        json.writeNumberField("category_id", categories.get(track.classIndex()).id());
        json.writeNumberField("score", track.score());
        json.writeArrayFieldStart("segmentations");
        for (Rle mask : track.masks()) {
          if (mask == null) {
            json.writeNull();
          } else {
            JsonNumbers.runs(json, mask);
          }
        }
        json.writeEndArray();
        json.writeEndObject();
      }
    }

    @Override
    public void end() throws IOException {
      tracks.end(this::video);
      json.writeEndArray();
    }
  }

  @Override
  public Picture draw(InstanceSet result, Overlay photograph, Shown shown) {
    return FRAMES.draw(result, photograph, shown);
  }

  @Override
  public Optional<Segmented<InstanceSet>> segmented() {
    return FRAMES.segmented();
  }

  @Override
  public void json(InstanceSet result, Shown shown, JsonGenerator json) throws IOException {
    FRAMES.json(result, shown, json);
  }
}
