package example;

import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.modality.cv.BufferedImageFactory;
import ai.djl.modality.cv.Image;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import java.nio.file.Path;
import org.maskwright.onnx.OnnxExample;
import org.maskwright.onnx.OnnxNetwork;
import org.maskwright.onnx.Preparation;
import org.maskwright.onnx.Segmentation;

/** DJL's engine for onnxruntime runs an exported file; pictures and results are ours. */
final class DjlExample {
  private DjlExample() {}

  public static void main(String[] words) throws Exception {
    Path file = Path.of(words[0]);
    Engine.getEngine("OnnxRuntime"); // before ours: DJL wants to be the first to start it
    SegmentationTranslator translator;
    try (OnnxNetwork network = OnnxNetwork.open(file, 1)) {
      translator =
          new SegmentationTranslator(
              network.description(), new Preparation(network.description(), network.onlySize()));
    }
    Criteria<Image, Segmentation> criteria =
        Criteria.builder()
            .setTypes(Image.class, Segmentation.class)
            .optEngine("OnnxRuntime")
            .optModelPath(file)
            .optTranslator(translator)
            .build();
    try (ZooModel<Image, Segmentation> model = criteria.loadModel();
        Predictor<Image, Segmentation> predictor = model.newPredictor()) {
      Image image = new BufferedImageFactory().fromFile(Path.of(words[1]));
      System.out.println(OnnxExample.text(predictor.predict(image).semantic()));
    }
  }
}
