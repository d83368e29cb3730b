package org.maskwright.benchmarks.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.weights.CheckpointReader;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.checkpoint.BackboneFile;

/**
 * How many ImageNet crops a backbone's own classifier gets right: imported as a user imports it,
 * with the classifier of the same file put behind its last map.
 *
 * <p>Arguments: folder with expected.json and the crops, then files with weights.
 */
public final class ImageNetCrops {
  /**
   * A classifier's tensors in a file: mean over the map, then a linear layer; before it, where
   * {@code conv} is there, a 1x1 convolution, batch normalisation and ReLU6.
   */
  private record Classifier(String conv, String norm, double eps, String linear) {}

  private static final List<Classifier> KNOWN =
      List.of(
          new Classifier("", "", 0, "fc"),
          new Classifier("features.18.0", "features.18.1", 1e-5, "classifier.1"),
          new Classifier("_conv_head", "_bn1", 1e-3, "_fc"));

  private final Engine engine;
  private final StateDict file;

  private ImageNetCrops(Engine engine, StateDict file) {
    this.engine = engine;
    this.file = file;
  }

  /** Prints a line for each file. */
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path crops = Path.of(args[0]);
    Map<String, Integer> classes = classes(crops.resolve("expected.json"));
    for (String name : List.of(args).subList(1, args.length)) {
      Path path = Path.of(name);
      try (Engine engine = Engine.open(EngineOptions.DEFAULT)) {
        StateDict file = CheckpointReader.read(path).state();
        Optional<Classifier> classifier =
            KNOWN.stream().filter(c -> file.contains(c.linear() + ".weight")).findFirst();
        if (classifier.isEmpty()) {
          out.printf("%s: holds no classifier%n", path.getFileName());
          continue;
        }
        int right =
            new ImageNetCrops(engine, file)
                .right(WeightImport.read(path), classifier.get(), crops, classes);
        out.printf("%s: %d of %d right%n", path.getFileName(), right, classes.size());
      }
    }
  }

  private int right(
      ImportedWeights weights, Classifier classifier, Path crops, Map<String, Integer> classes)
      throws IOException {
    Normalization pixels = BackboneFile.normalization(weights.family());
    int right = 0;
    try (Backbone backbone =
            SegmentationModels.backbone(
                engine, DeducedArchitecture.of(weights.state()).backbone());
        var off = engine.noGrad()) {
      for (Map.Entry<String, Parameter> entry : backbone.state().entrySet()) {
        entry.getValue().set(weights.state().get("backbone." + entry.getKey()).floats());
      }
      for (Map.Entry<String, Integer> crop : classes.entrySet()) {
        try (var scope = engine.scope()) {
          Tensor image = image(crops.resolve(crop.getKey()), pixels);
          Tensor logits = logits(classifier, backbone.forward(image).get(3));
          right += logits.argMax(1).toLongs()[0] == crop.getValue() ? 1 : 0;
        }
      }
    }
    return right;
  }

  private Tensor logits(Classifier classifier, Tensor map) {
    Tensor x = map;
    if (!classifier.conv().isEmpty()) {
      String norm = classifier.norm();
      x = x.conv2d(tensor(classifier.conv() + ".weight"), null, Conv2dSpec.of(1, 0));
      Tensor scale =
          tensor(norm + ".weight")
              .mul(tensor(norm + ".running_var").add(classifier.eps()).rsqrt())
              .reshape(-1, 1, 1);
      x = x.sub(tensor(norm + ".running_mean").reshape(-1, 1, 1)).mul(scale);
      x = x.add(tensor(norm + ".bias").reshape(-1, 1, 1)).clamp(0, 6);
    }
    String linear = classifier.linear();
    return x.mean(2, 3).linear(tensor(linear + ".weight"), tensor(linear + ".bias"));
  }

  private Tensor tensor(String name) {
    HostTensor value = file.get(name);
    return engine.floats(value.toFloatArray(), value.shape());
  }

  /** The samples as stored: colour profiles are not applied, as in other frameworks. */
  private Tensor image(Path png, Normalization pixels) throws IOException {
    BufferedImage image = ImageIO.read(png.toFile());
    int height = image.getHeight();
    int width = image.getWidth();
    float[] out = new float[3 * height * width];
    int[] sample = new int[image.getRaster().getNumBands()];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.getRaster().getPixel(x, y, sample);
        for (int c = 0; c < 3; c++) {
          out[(c * height + y) * width + x] = (sample[c] - pixels.mean(c)) / pixels.std(c);
        }
      }
    }
    return engine.floats(out, 1, 3, height, width);
  }

  /** The class of each crop by its file name. */
  private static Map<String, Integer> classes(Path expected) throws IOException {
    Map<String, Integer> out = new LinkedHashMap<>();
    try (JsonParser json = new JsonFactory().createParser(expected.toFile())) {
      String picture = "";
      while (json.nextToken() != null) {
        String name = json.currentName();
        if (name != null && name.endsWith(".png")) {
          picture = name;
        }
        if ("class_index".equals(name) && json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
          out.put(picture, json.getIntValue());
        }
      }
    }
    return out;
  }
}
