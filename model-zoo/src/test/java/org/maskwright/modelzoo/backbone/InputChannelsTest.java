package org.maskwright.modelzoo.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.LoadReport;
import org.maskwright.modelzoo.weights.Provenance;
import org.maskwright.modelzoo.weights.StateDict;

/** Backbones for pictures of other channels than colours, whose first layer comes from colours. */
class InputChannelsTest {
  private static final int SIDE = 64;
  private static final float ROUNDING = 2e-4f;
  private static final EngineOptions SEEDED = EngineOptions.DEFAULT.withSeed(5);

  static Stream<BackboneConfig> backbones() {
    List<Integer> widths = List.of(4, 6, 8, 8, 10, 12, 14);
    List<Integer> blocks = List.of(1, 2, 1, 1, 1, 2, 1);
    return Stream.of(
        resnet(ResNetPart.Stem.BASIC),
        resnet(ResNetPart.Stem.DEEP),
        new SwinPart.Settings(
            8, List.of(1, 1, 1, 1), List.of(1, 2, 2, 4), 3, 4, 0, /* checkpointing= */ false),
        new MobileNetV2Part.Settings(4, widths, blocks, ResNetPart.Norm.FROZEN, false),
        new EfficientNetLitePart.Settings(4, widths, blocks, ResNetPart.Norm.FROZEN, false),
        new ConvNeXtPart.Settings(List.of(4, 6, 8, 10), List.of(1, 1, 1, 1), 0, false),
        new VitPart.Settings(
            VitFamily.MAE,
            8,
            16,
            2,
            2,
            24,
            VitActivation.GELU,
            false,
            4,
            0,
            0,
            List.of(),
            0,
            0,
            8,
            0,
            false));
  }

  private static BackboneConfig resnet(ResNetPart.Stem stem) {
    return new ResNetPart.Settings(
        ResNetPart.Block.BASIC, List.of(1, 1, 1, 1), 4, stem, ResNetPart.Norm.FROZEN, false);
  }

  private static SegmentationModel model(Engine engine, BackboneConfig backbone, int inputs) {
    ModelConfig config = Variants.get("mask2former-tiny").withBackbone(backbone);
    return SegmentationModels.build(engine, config, inputs, ClassSpace.ofSize(2));
  }

  private static ImportedWeights weights(SegmentationModel model) {
    Map<String, HostTensor> state = new LinkedHashMap<>();
    model
        .state()
        .forEach(
            (name, p) -> state.put(name, HostTensor.ofFloats(p.tensor().toFloats(), p.shape())));
    return new ImportedWeights(
        CheckpointFamily.OFFICIAL,
        StateDict.of(state),
        List.of(),
        List.of(),
        false,
        Optional.empty(),
        new Provenance("file.pth", "", "", "official", "", ""));
  }

  private static float[] noise(int planes) {
    Random random = new Random(3);
    float[] out = new float[planes * SIDE * SIDE];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  /** The channels of a picture, by number, one after the other. */
  private static float[] channels(float[] picture, int... numbers) {
    float[] out = new float[numbers.length * SIDE * SIDE];
    for (int c = 0; c < numbers.length; c++) {
      System.arraycopy(picture, numbers[c] * SIDE * SIDE, out, c * SIDE * SIDE, SIDE * SIDE);
    }
    return out;
  }

  private static float[] lastMap(SegmentationModel model, float[] pixels) {
    Engine engine = model.engine();
    model.setTraining(false);
    try (var off = engine.noGrad();
        var scope = engine.scope()) {
      int channels = pixels.length / SIDE / SIDE;
      return model
          .backbone()
          .forward(engine.floats(pixels, 1, channels, SIDE, SIDE))
          .get(3)
          .toFloats();
    }
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void repeatedColoursAndGreyGiveWhatColoursGave(BackboneConfig backbone) {
    try (Engine engine = Engine.open(SEEDED);
        SegmentationModel colours = model(engine, backbone, 3);
        SegmentationModel twice = model(engine, backbone, 6);
        SegmentationModel grey = model(engine, backbone, 1)) {
      ImportedWeights weights = weights(colours);
      for (SegmentationModel other : List.of(twice, grey)) {
        LoadReport report = other.load(weights, LoadPolicy.backbone());
        assertEquals(1, report.adapted().size(), report::toText);
        assertFalse(report.isExact());
        assertTrue(report.toText().contains("first layer made for other channels"));
      }
      float[] picture = noise(3);
      assertArrayEquals(
          lastMap(colours, picture), lastMap(twice, channels(picture, 0, 1, 2, 0, 1, 2)), ROUNDING);
      assertArrayEquals(
          lastMap(colours, channels(picture, 1, 1, 1)),
          lastMap(grey, channels(picture, 1)),
          ROUNDING);
    }
  }

  /** Five channels have the kernels of red, green, blue, red, green, three fifths of them. */
  @Test
  void kernelsComeInTurnAndAreScaled() {
    try (Engine engine = Engine.open(SEEDED);
        SegmentationModel colours = model(engine, resnet(ResNetPart.Stem.BASIC), 3);
        SegmentationModel five = model(engine, resnet(ResNetPart.Stem.BASIC), 5)) {
      five.load(weights(colours), LoadPolicy.strict());
      float[] from = colours.state().get("backbone.stem.conv1.weight").tensor().toFloats();
      float[] to = five.state().get("backbone.stem.conv1.weight").tensor().toFloats();
      assertEquals(4 * 5 * 49, to.length);
      for (int i = 0; i < to.length; i++) {
        int kernel = i % 49;
        int channel = i / 49 % 5;
        int output = i / 49 / 5;
        assertEquals(from[(output * 3 + channel % 3) * 49 + kernel] * 3 / 5, to[i], 1e-6f);
      }
    }
  }

  @Test
  void picturesOfOtherChannelsAreRefused() {
    try (Engine engine = Engine.open(SEEDED);
        SegmentationModel five = model(engine, resnet(ResNetPart.Stem.BASIC), 5);
        var scope = engine.scope()) {
      assertEquals(5, five.inputs());
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> five.predict(engine.zeros(1, 3, SIDE, SIDE)));
      assertTrue(e.getMessage().contains("[B,5,H,W]"), e.getMessage());
    }
  }
}
