package org.maskwright.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.SettingsWriter;

/**
 * A model on disk: {@code model.safetensors} and {@code model.conf}, self-contained. Every
 * checkpoint of a run is one.
 */
public final class ModelFolder {
  /** The weights, by the official parameter names. */
  public static final String WEIGHTS = "model.safetensors";

  /** A {@link ModelFile}. */
  public static final String SETTINGS = "model.conf";

  private ModelFolder() {}

  /** Writes both files into an existing folder. */
  public static void write(Path folder, ModelFile file, SegmentationModel model)
      throws IOException {
    Files.writeString(folder.resolve(SETTINGS), SettingsWriter.render(file));
    Safetensors.write(folder.resolve(WEIGHTS), ParameterState.view(model.state()));
  }

  /**
   * Reads {@code model.conf}.
   *
   * @throws CheckpointException if the folder holds no model, or model.conf does not describe one
   */
  public static ModelFile describe(Path folder) {
    Path settings = folder.resolve(SETTINGS);
    if (!Files.isRegularFile(settings)) {
      throw new CheckpointException(
          folder
              + ": expected a model folder with "
              + SETTINGS
              + " and "
              + WEIGHTS
              + ", found no "
              + SETTINGS
              + "; for another checkpoint format use 'maskwright import' first");
    }
    try {
      return ConfigFile.loadAlone(settings).bind(ModelFile.class);
    } catch (ConfigException e) {
      throw new CheckpointException(settings + ": " + e.getMessage());
    }
  }

  /**
   * Builds the model and loads its weights strictly.
   *
   * @throws CheckpointException if a key is missing, unexpected or of another shape
   */
  public static SegmentationModel open(Engine engine, Path folder) {
    ModelFile file = describe(folder);
    SegmentationModel model = SegmentationModels.build(engine, file.model(), file.classSpace());
    try {
      ParameterState.load(
          model.state(),
          Safetensors.read(folder.resolve(WEIGHTS)),
          folder.resolve(WEIGHTS).toString());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    return model;
  }
}
