package sample;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.image.ImageDecoder;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.postprocess.SemanticMap;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.plan.Planner;
import org.maskwright.trainer.plan.Wishes;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.SemanticKind;
import org.maskwright.trainer.run.Console;
import org.maskwright.trainer.run.RunSummary;
import org.maskwright.trainer.run.TrainingRun;

/** Trains on a folder, and says what the classes of a photograph's pixels are. */
public final class SampleProgram {
  private SampleProgram() {}

  /**
   * @param args folder of data, photograph, folder of the run, number of steps, and settings such
   *     as engine.threads=1
   */
  public static void main(String[] args) throws Exception {
    Path data = Path.of(args[0]);
    Path photograph = Path.of(args[1]);
    Path run = Path.of(args[2]);
    List<String> settings = List.of(args).subList(4, args.length);
    Wishes wishes =
        new Wishes(
            Optional.empty(), Optional.empty(), Optional.of(Integer.valueOf(args[3])), settings);
    String plan = Planner.plan(data, wishes).plan().toConf();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    RunSummary summary =
        TrainingRun.start(
            run,
            ConfigFile.of("plan", plan),
            new Console(out, false),
            List.of("sample"),
            () -> Thread.currentThread().isInterrupted());
    out.printf("trained %d steps, best by %s%n", summary.step(), summary.decidedBy());
    classes(run.resolve("checkpoints/best"), photograph, out);
  }

  private static void classes(Path folder, Path photograph, PrintWriter out) {
    ModelFile file = ModelFolder.describe(folder);
    SemanticKind semantic = new SemanticKind();
    var settings =
        new InferenceSettings(
            file.shortEdge(), file.maxSize(), 0.5, 0.8, 100, Set.of(semantic.name()));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        SegmentationModel model = ModelFolder.open(engine, folder)) {
      Predictor predictor = new Predictor(model, file.normalization(), settings);
      RgbImage image = ImageDecoder.read(photograph);
      var info = new SampleInfo(ImageId.of(1), photograph, image.width(), image.height());
      SemanticMap map =
          predictor
              .result(semantic, predictor.run(new Sample(info, image, List.of())))
              .value();
      long[] pixels = new long[file.classes().size()];
      for (int label : map.labels()) {
        pixels[label]++;
      }
      for (int k = 0; k < pixels.length; k++) {
        out.printf("%6d pixels %s%n", pixels[k], file.classes().get(k).name());
      }
    }
  }
}
