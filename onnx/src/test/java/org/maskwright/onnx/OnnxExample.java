package org.maskwright.onnx;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.onnx.OnnxSizes;
import org.maskwright.modelzoo.postprocess.SemanticMap;

/** A file and a picture to try things out with. */
public final class OnnxExample {
  private OnnxExample() {}

  /** Writes a tiny model with fresh weights for inputs of 64x96. */
  public static Path write(Path file) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withSeed(4));
        TinyModel tiny = new TinyModel(engine, "mask2former-tiny")) {
      tiny.write(file, OnnxSizes.of(1, 64, 96));
    }
    return file;
  }

  /** A drawn scene. */
  public static BufferedImage picture() {
    RgbImage scene = Scenes.sample(2, 1).image();
    BufferedImage out =
        new BufferedImage(scene.width(), scene.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < scene.height(); y++) {
      for (int x = 0; x < scene.width(); x++) {
        out.setRGB(x, y, scene.rgb(x, y));
      }
    }
    return out;
  }

  /** The class of each pixel as digits. */
  public static String text(SemanticMap map) {
    return Arrays.stream(map.labels()).mapToObj(Integer::toString).collect(Collectors.joining());
  }
}
