package org.maskwright.trainer.eval;

import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;
import org.maskwright.onnx.OnnxNetwork;

/** An exported file that onnxruntime runs, of which no process has a share. */
public record OnnxFileNetwork(OnnxNetwork network) implements Network {
  @Override
  public int inputs() {
    return network.channels();
  }

  @Override
  public ClassSpace classSpace() {
    return new ClassSpace(network.description().classes());
  }

  @Override
  public boolean classifiesPixels() {
    return network.description().maskScores() == MaskScores.SOFTMAX;
  }

  @Override
  public FamilyRules rules() {
    return network.description().rules();
  }

  @Override
  public int sizeDivisibility() {
    return network.description().sizeDivisibility();
  }

  @Override
  public Optional<Size> largest() {
    return network.onlySize().map(only -> new Size(only.width(), only.height()));
  }

  @Override
  public ProcessGroup processes() {
    return ProcessGroup.alone();
  }

  @Override
  public Seen run(float[] pixels, int height, int width, Optional<Layers> layers) {
    if (layers.isPresent()) {
      throw new IllegalStateException(
          "onnx: expected the outputs of the last layer to be enough, got a wish for all; evaluate"
              + " the model's folder");
    }
    OnnxNetwork.Result result = network.run(pixels, height, width);
    return new Seen(result.outputs(), result.paddedHeight(), result.paddedWidth());
  }
}
