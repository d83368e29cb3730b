package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.FpnPart;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor.First;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.PanopticKind;
import org.maskwright.trainer.result.Rules;
import org.maskwright.trainer.result.SemanticKind;

/** The post-processors themselves are compared with Transformers in PostProcessorParityTest. */
class HuggingFaceRulesTest {
  private static final int WIDTH = 75;
  private static final int HEIGHT = 50;

  static ModelConfig model(First first) {
    ModelConfig tiny = Variants.get("mask2former-tiny");
    return switch (first) {
      case TO_384 -> tiny;
      case AS_THEY_ARE ->
          new ModelConfig(
              64,
              64,
              32,
              tiny.backbone(),
              new FpnPart.Settings(),
              new DetrPart.Settings(9, 1, 4, 64, 0));
    };
  }

  static Sample photograph() {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i * 7 + i / WIDTH * 5);
    }
    SampleInfo info = new SampleInfo(ImageId.of(1), Path.of("photograph.png"), WIDTH, HEIGHT);
    return new Sample(info, new RgbImage(WIDTH, HEIGHT, rgb), List.of());
  }

  @ParameterizedTest
  @CsvSource({"TO_384", "AS_THEY_ARE"})
  void imagesAreResizedToMultiplesAndResultsAreHuggingFaces(First first) {
    EngineOptions options = EngineOptions.DEFAULT.withDevice("cpu").withThreads(1);
    try (Engine engine = Engine.open(options);
        SegmentationModel model =
            SegmentationModels.build(engine, model(first), ClassSpace.ofSize(3))) {
      // Thresholds that initial weights pass.
      InferenceSettings settings =
          new InferenceSettings(60, 200, 0.1, 0.01, 20, Set.of("panoptic"), Rules.HF);
      Predictor predictor = new Predictor(model, Normalization.IMAGENET, settings);
      ImageOutputs outputs = predictor.run(photograph());
      assertEquals(new ImageFrame(64, 96, 64, 96, HEIGHT, WIDTH), outputs.frame());
      assertArrayEquals(
          SemanticPostProcessor.process(
                  outputs.queries(),
                  first.frame(outputs.queries(), outputs.frame()),
                  SemanticPostProcessor.Order.SCORE_THEN_RESIZE)
              .labels(),
          predictor.result(new SemanticKind(), outputs).value().labels());
      assertArrayEquals(
          HuggingFacePostProcessor.panoptic(
                  outputs.queries(),
                  first,
                  HEIGHT,
                  WIDTH,
                  new HuggingFacePostProcessor.PanopticOptions(0.1, 0.5, 0.01, Set.of()))
              .ids(),
          predictor.result(new PanopticKind(), outputs).value().ids());
      assertEquals(
          HuggingFacePostProcessor.instances(outputs.queries(), first, HEIGHT, WIDTH, 0.5)
              .instances()
              .size(),
          predictor.result(new InstanceKind(), outputs).value().instances().size());
      for (double threshold : new double[] {0, 0.01, 1}) {
        assertEquals(
            HuggingFacePostProcessor.instances(outputs.queries(), first, HEIGHT, WIDTH, threshold)
                .instances()
                .size(),
            new Predictor(model, Normalization.IMAGENET, withInstances(threshold))
                .result(new InstanceKind(), outputs)
                .value()
                .instances()
                .size(),
            "asked for " + threshold);
      }
    }
  }

  private static InferenceSettings withInstances(double threshold) {
    return new InferenceSettings(60, 200, 0.1, 0.01, 20, Set.of("instance"), Rules.HF, threshold);
  }
}
