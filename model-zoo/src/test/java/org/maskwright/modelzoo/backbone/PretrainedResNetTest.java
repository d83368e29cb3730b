package org.maskwright.modelzoo.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/** Real ImageNet weights in torchvision's names give the recorded logits on 40 pictures. */
class PretrainedResNetTest {
  private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] STD = {0.229f, 0.224f, 0.225f};
  private static final int SIDE = 224;
  private static final int FIRST_LOGITS = 8;

  @ParameterizedTest
  @CsvSource({"resnet18_pqf_small,mask2former-r18", "resnet50_pqf_large,mask2former-r50"})
  void importedBackbonesGiveTheRecordedLogits(String file, String variant) throws IOException {
    Path weights = Path.of(System.getProperty("maskwright.shared", ""), "data", "weights");
    Path checkpoint = weights.resolve("decoded").resolve(file + ".safetensors");
    assumeTrue(Files.exists(checkpoint), () -> "needs the pretrained weights: " + checkpoint);
    Path pictures = weights.resolve("imagenet_check");
    ModelConfig small =
        Variants.get("mask2former-tiny").withBackbone(Variants.get(variant).backbone());
    StateDict named = Safetensors.read(checkpoint);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"));
        SegmentationModel model = SegmentationModels.build(engine, small, ClassSpace.ofSize(2));
        var off = engine.noGrad();
        var outer = engine.scope()) {
      model.load(WeightImport.read(checkpoint), LoadPolicy.backbone());
      Tensor weight = tensor(engine, named.get("fc.weight"));
      Tensor bias = tensor(engine, named.get("fc.bias"));
      for (Map.Entry<String, double[]> expected : expected(pictures, file).entrySet()) {
        try (var scope = engine.scope()) {
          Tensor pixels = pixels(engine, pictures.resolve(expected.getKey()));
          List<Tensor> maps = model.backbone().forward(pixels);
          float[] logits = maps.get(3).mean(2, 3).linear(weight, bias).toFloats();
          for (int i = 0; i < FIRST_LOGITS; i++) {
            assertEquals(expected.getValue()[i], logits[i], 2e-4, expected.getKey());
          }
        }
      }
    }
  }

  private static Tensor tensor(Engine engine, HostTensor value) {
    return engine.floats(value.toFloatArray(), value.shape());
  }

  private static Tensor pixels(Engine engine, Path picture) throws IOException {
    BufferedImage image = ImageIO.read(picture.toFile());
    float[] out = new float[3 * SIDE * SIDE];
    // The samples as stored: some files carry a colour profile that the recorded numbers ignore.
    int[] sample = new int[image.getRaster().getNumBands()];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        image.getRaster().getPixel(x, y, sample);
        for (int c = 0; c < 3; c++) {
          out[(c * SIDE + y) * SIDE + x] = (sample[c] / 255f - MEAN[c]) / STD[c];
        }
      }
    }
    return engine.floats(out, 1, 3, SIDE, SIDE);
  }

  /** The first logits of each picture, by file name. */
  private static Map<String, double[]> expected(Path pictures, String model) throws IOException {
    Map<String, double[]> out = new LinkedHashMap<>();
    try (JsonParser json =
        new JsonFactory().createParser(pictures.resolve("expected.json").toFile())) {
      String picture = "";
      String under = "";
      while (json.nextToken() != null) {
        String name = json.currentName();
        if (json.currentToken() == JsonToken.START_OBJECT && name != null) {
          picture = name.endsWith(".png") ? name : picture;
          under = name;
        }
        if (json.currentToken() == JsonToken.START_ARRAY
            && "logits_0_8".equals(name)
            && under.equals(model)) {
          double[] logits = new double[FIRST_LOGITS];
          for (int i = 0; i < FIRST_LOGITS; i++) {
            json.nextToken();
            logits[i] = json.getDoubleValue();
          }
          out.put(picture, logits);
        }
      }
    }
    assertEquals(40, out.size());
    return out;
  }
}
