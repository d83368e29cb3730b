package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.Map;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.ParameterExchange;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.onnx.OnnxDescription;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.onnx.OnnxNetwork;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.eval.ModelNetwork;
import org.maskwright.trainer.eval.Network;
import org.maskwright.trainer.eval.OnnxFileNetwork;

/**
 * What predicts: a model folder, or a file of ONNX.
 *
 * @param classSpace the classes of the results
 * @param shortEdge short edge of the input in pixels that it was made for
 * @param maxSize largest long edge of the input in pixels
 * @param normalization what is done to pixels first
 * @param classifiesPixels whether it has no mask of each query
 * @param takesClips whether it sees several frames of a video at once
 * @param loader opens it
 */
record ModelSource(
    ClassSpace classSpace,
    int shortEdge,
    int maxSize,
    Normalization normalization,
    boolean classifiesPixels,
    boolean takesClips,
    Loader loader) {
  /** A network together with what it takes to free it. */
  interface Loaded extends AutoCloseable {
    Network network();

    /**
     * Speaks other classes until that is closed.
     *
     * @throws ConfigException if it cannot
     */
    ClassHead.Speaking speak(SpokenWords words);

    @Override
    void close();
  }

  /** Opens a network. */
  @FunctionalInterface
  interface Loader {
    /**
     * Opens it, in each of the processes that the engine has joined.
     *
     * @param facts what all have to agree about
     * @throws ConfigException if they do not, or the network cannot be shared
     */
    Loaded load(Engine engine, Map<String, String> facts);
  }

  /** Reads what a path says of itself; weights are not read yet. */
  static ModelSource of(Path path) {
    return ModelFolder.isExported(path) ? ofFile(path) : ofFolder(path);
  }

  private static ModelSource ofFolder(Path folder) {
    ModelFile file = ModelFolder.describe(folder).requireOwnOutputs(folder);
    return new ModelSource(
        file.classSpace(),
        file.shortEdge(),
        file.maxSize(),
        file.normalization(),
        file.model().decoder().classifiesPixels(),
        file.model().decoder().takesClips(),
        (engine, facts) -> loaded(engine, folder, facts));
  }

  /** All processes have the first one's weights then. */
  private static Loaded loaded(Engine engine, Path folder, Map<String, String> facts) {
    SegmentationModel model = ModelFolder.open(engine, folder);
    try {
      Agreement.require(engine.processes(), engine, model, facts);
      new ParameterExchange(engine, engine.processes(), model.state().values()).take(0);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    return new Loaded() {
      @Override
      public Network network() {
        return new ModelNetwork(model);
      }

      @Override
      public ClassHead.Speaking speak(SpokenWords words) {
        try {
          return model.speak(words.classes(), words.bank());
        } catch (IllegalArgumentException | CheckpointException e) {
          throw new ConfigException(folder + ": " + e.getMessage(), e);
        }
      }

      @Override
      public void close() {
        model.close();
      }
    };
  }

  private static ModelSource ofFile(Path file) {
    try (OnnxNetwork network = OnnxNetwork.open(file, 1)) {
      OnnxDescription description = network.description();
      return new ModelSource(
          new ClassSpace(description.classes()),
          description.shortEdge(),
          description.maxSize(),
          new Normalization(
              description.mean().stream().map(Double::floatValue).toList(),
              description.std().stream().map(Double::floatValue).toList()),
          description.maskScores() == MaskScores.SOFTMAX,
          /* takesClips= */ false,
          (engine, facts) -> loaded(engine, file));
    }
  }

  private static Loaded loaded(Engine engine, Path file) {
    if (engine.processes().size() > 1) {
      throw new ConfigException(
          "%s: expected one process, got %d; onnxruntime uses the threads of one by itself"
              .formatted(file, engine.processes().size()));
    }
    OnnxNetwork network = OnnxNetwork.open(file, engine.threads());
    return new Loaded() {
      @Override
      public Network network() {
        return new OnnxFileNetwork(network);
      }

      @Override
      public ClassHead.Speaking speak(SpokenWords words) {
        throw new ConfigException(
            file
                + ": classes: an exported file knows those that it was exported with; expected the"
                + " model folder");
      }

      @Override
      public void close() {
        network.close();
      }
    };
  }
}
