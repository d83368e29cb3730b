package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonGenerator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor.First;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.OtherPictures;
import org.maskwright.trainer.result.PanopticKind;
import org.maskwright.trainer.result.ResultContext;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Shown;

/** Kinds of result that ask a model by prompts, through the one evaluation. */
class AskedKindsTest {
  private static final InferenceSettings SETTINGS =
      new InferenceSettings(96, 96, 0.1, 0.01, 20, Set.of("asked"));
  @TempDir static Path temp;
  private static Engine engine;
  private static SegmentationModel model;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
    model =
        SegmentationModels.build(
            engine, HuggingFaceRulesTest.model(First.TO_384), ClassSpace.ofSize(10));
    EvaluatedScenes.write(temp.resolve("scenes"), 3);
  }

  @AfterAll
  static void close() {
    model.close();
    engine.close();
  }

  /** A network that gives nothing without prompts. */
  private record Prompted(SegmentationModel model) implements Network {
    @Override
    public Optional<SegmentationModel> prompted() {
      return Optional.of(model);
    }

    @Override
    public int inputs() {
      return 3;
    }

    @Override
    public ClassSpace classSpace() {
      return model.classSpace();
    }

    @Override
    public boolean classifiesPixels() {
      return false;
    }

    @Override
    public FamilyRules rules() {
      return FamilyRules.MASKFORMER;
    }

    @Override
    public int sizeDivisibility() {
      return 32;
    }

    @Override
    public Optional<Size> largest() {
      return Optional.empty();
    }

    @Override
    public ProcessGroup processes() {
      return ProcessGroup.alone();
    }

    @Override
    public Seen run(float[] pixels, int height, int width, Optional<Layers> layers) {
      throw new AssertionError("run without prompts");
    }
  }

  /** Counts the objects of an image that it is asked about. */
  private static final class Counting implements ResultKind<Integer> {
    private final List<String> asked = new ArrayList<>();

    @Override
    public String name() {
      return "asked";
    }

    @Override
    public String meaning() {
      return "";
    }

    @Override
    public List<Metric> metrics() {
      return List.of(Metric.quality("objects", ""));
    }

    @Override
    public Optional<Task> annotation() {
      return Optional.of(Task.PANOPTIC);
    }

    @Override
    public boolean needsMasks() {
      return false;
    }

    @Override
    public Optional<Asking<Integer>> asking() {
      return Optional.of(
          new Asking<>() {
            @Override
            public Integer ask(
                SegmentationModel given,
                float[] pixels,
                ImageFrame frame,
                ScoredImage image,
                OtherPictures others) {
              asked.add(
                  "%d values, %d x %d of %d x %d"
                      .formatted(
                          pixels.length,
                          frame.contentWidth(),
                          frame.contentHeight(),
                          image.size().width(),
                          image.size().height()));
              return image.truth().size();
            }

            @Override
            public boolean serves(DecoderConfig decoder) {
              return true;
            }
          });
    }

    @Override
    public Integer process(ImageOutputs outputs, ResultContext context) {
      throw new UnsupportedOperationException("made by asking");
    }

    @Override
    public Supplier<Scorer<Integer>> scorers(ScoringData data) {
      return () ->
          new Scorer<>() {
            private int objects;

            @Override
            public void add(ScoredImage image, Integer result) {
              assertEquals(image.truth().size(), result);
              objects += result;
            }

            @Override
            public Scores scores() {
              return new Scores(Map.of("objects", (double) objects), Map.of());
            }
          };
    }

    @Override
    public Picture draw(Integer result, Overlay photograph, Shown shown) {
      return photograph.plain();
    }

    @Override
    public void json(Integer result, Shown shown, JsonGenerator json) {}
  }

  @Test
  void theKindIsAskedOnceAboutEachImageWithItsAnnotation() {
    Dataset data = EvaluatedScenes.open(temp.resolve("scenes"));
    Counting kind = new Counting();
    Predictor predictor =
        new Predictor(new Prompted(model), model.classSpace(), Normalization.IMAGENET, SETTINGS);
    SamplePictures samples = new SamplePictures(kind, ScoreThresholds.everywhere(0.5), 1);
    EvalReport report =
        new Evaluation(predictor, data, List.of(kind), 1)
            .run(0, Optional.empty(), Optional.of(samples));
    int all = 0;
    for (int i = 0; i < data.size(); i++) {
      all += data.segments(i).size();
    }
    assertEquals(all, report.get("asked.objects"));
    assertEquals(
        List.of(
            "27648 values, 96 x 96 of 64 x 64",
            "27648 values, 96 x 96 of 64 x 64",
            "27648 values, 96 x 96 of 64 x 64"),
        kind.asked);
    assertEquals(1, samples.rows().size());
  }

  @Test
  void aModelServesKindsOfItsSortAlone() {
    Counting kind = new Counting();
    Predictor prompted =
        new Predictor(new Prompted(model), model.classSpace(), Normalization.IMAGENET, SETTINGS);
    prompted.requireServes(kind);
    String ofQueries = refused(() -> prompted.requireServes(new PanopticKind()));
    assertTrue(ofQueries.contains("nothing unless it is asked"), ofQueries);
    Predictor queries = new Predictor(model, Normalization.IMAGENET, SETTINGS);
    queries.requireServes(new PanopticKind());
    String asked = refused(() -> queries.requireServes(kind));
    assertTrue(asked.startsWith("task asked: expected panoptic or instance or semantic"), asked);
    assertTrue(asked.endsWith("cannot be asked"), asked);
  }

  private static String refused(Runnable wish) {
    return assertThrows(ConfigException.class, wish::run).getMessage();
  }
}
